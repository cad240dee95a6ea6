import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { apply, byHand, merge } from "../../src/editor/carry";
import { applyRules, RULES } from "../../src/editor/rules";
import { tokenise } from "../../src/editor/tokens";
import { seeded } from "./making";

describe("rules", () => {
  const golden = JSON.parse(
    readFileSync(new URL("../../../../tests/text_rules.json", import.meta.url), "utf8"),
  ) as Record<string, [text: string, expected: string][]>;

  it.each(Object.keys(RULES))("%s gives what Python gives", (name) => {
    const cases = golden[name] ?? [];
    expect(cases.length).toBeGreaterThan(0);
    expect(cases.map(([text]) => applyRules(text, [name]))).toEqual(cases.map(([, expected]) => expected));
  });

  it("are all in the golden file, and go one after the other", () => {
    expect(Object.keys(golden).sort()).toEqual(Object.keys(RULES).sort());
    expect(applyRules("[UH] Well, 3.5!", ["no_tags", "no_punctuation", "lower_case"])).toBe("well 3.5");
    expect(applyRules(" As it is. ", [])).toBe(" As it is. ");
  });
});

describe("merge", () => {
  it.each([
    ["a word that changed", "a b c", "a B c", "a b x", "a B x"],
    ["a word that came in", "a b c", "a B c", "a b c d", "a B c d"],
    ["a word at the start", "a b c", "a b C", "x a b c", "x a b C"],
    ["words that went", "a b c d", "A b c d", "a b", "A b"],
    ["the first word that went", "a b c", "a b C", "b c", "b C"],
    ["what was deleted by hand stays away", "a b c", "a c", "a b c d", "a c d"],
    ["what was added by hand stays", "a b c", "a b x c", "z b c", "z b x c"],
    ["the same done on both sides", "a b c", "a x c", "a x c", "a x c"],
    ["white space around what is by hand", "a b c", "a  b  C", "a b2 c", "a  b2  C"],
    [
      "words behind what is by hand",
      "turn now",
      "turn nowadays",
      "turn now or never",
      "turn nowadays or never",
    ],
    ["words before what is by hand", "a b", "a B", "a x b", "a x B"],
    ["neighbours", "a b c d", "a B c D", "A b C d", "A B C D"],
    ["nothing by hand, all of it is taken", "a b", "a b", " a  c ", " a  c "],
    [
      "Japanese, which has no spaces",
      "今日は雨です。",
      "今日は大雨です。",
      "明日は雨です。",
      "明日は大雨です。",
    ],
  ])("%s", (_, anchor, mine, theirs, expected) => {
    const merged = merge(anchor, mine, theirs, "ja");
    expect([merged.text, merged.conflicts]).toEqual([expected, []]);
    expect(apply(mine, merged.changes)).toBe(expected);
  });

  it("leaves what was edited by hand and changed in the text, and says what stands there", () => {
    const merged = merge("turn left at noon", "turn right at noon", "please turn back at noon");
    expect(merged.text).toBe("please turn right at noon");
    expect(merged.conflicts).toMatchObject([{ from: 12, to: 17, theirs: "back" }]);
    expect(apply(merged.text, [merged.conflicts[0]?.take ?? { from: 0, to: 0, insert: "" }])).toBe(
      "please turn back at noon",
    );
  });

  it("keeps a conflict over words that were deleted by hand", () => {
    const merged = merge("a b c", "a c", "a x c");
    expect(merged.text).toBe("a c");
    expect(merged.conflicts).toMatchObject([{ from: 1, to: 1, theirs: "x" }]);
    expect(apply("a c", [merged.conflicts[0]?.take ?? { from: 0, to: 0, insert: "" }])).toBe("a x c");
  });

  it("forgets a conflict when the text goes back", () => {
    const merged = merge("a b c", "a B c", "a x c");
    expect(merge(merged.anchor, merged.text, "a b c")).toMatchObject({ text: "a B c", conflicts: [] });
  });

  const random = seeded(11);
  const below = (n: number) => Math.floor(random() * n);
  const joined = (words: string[]) => words.filter(Boolean).join(below(10) ? " " : "  ");
  const split = (text: string) => tokenise(text, "en").map((token) => text.slice(...token));

  it("comes to rest, and loses nothing, whatever the texts", () => {
    const words = () => joined(Array.from({ length: below(8) }, () => "abcde"[below(5)] ?? ""));
    let n_conflicts = 0;
    for (let n = 0; n < 2_000; n++) {
      const [anchor, mine, theirs] = [words(), words(), words()];
      const merged = merge(anchor, mine, theirs);
      n_conflicts += merged.conflicts.length;
      expect(apply(mine, merged.changes)).toBe(merged.text);
      const settled = apply(
        merged.anchor,
        merged.conflicts.map(({ settle }) => settle),
      );
      expect(split(settled)).toEqual(split(theirs));
      expect(merge(settled, merged.text, theirs)).toMatchObject({ text: merged.text, conflicts: [] });
      expect(split(merge(mine, mine, theirs).text)).toEqual(split(theirs));
      expect(merge(anchor, mine, anchor).text).toBe(mine);
    }
    expect(n_conflicts).toBeGreaterThan(500);
  });

  it("takes or keeps one conflict at a time, and brings all back when the text goes back", () => {
    let nFresh = 0;
    const start = Array.from({ length: 9 }, (_, at) => `w${at}`);
    // Words that both sides delete are agreed on, and are another matter.
    const edited = (side: number) =>
      joined(
        start.map((word, at) => {
          const away = at % 2 === side ? "" : `x${nFresh++}`;
          return [word, word, word, `x${nFresh++}`, away, `${word} x${nFresh++}`][below(6)] ?? "";
        }),
      );
    let [n_conflicts, n_unsure] = [0, 0];
    for (let n = 0; n < 500; n++) {
      const [anchor, mine, theirs] = [joined(start), edited(0), edited(1)];
      const merged = merge(anchor, mine, theirs);
      n_conflicts += merged.conflicts.length;
      expect(merge(merged.anchor, merged.text, theirs)).toMatchObject({ text: merged.text, changes: [] });
      // Where words went right beside words put in by hand, nobody knows their order.
      const back = merge(merged.anchor, merged.text, anchor);
      if (back.conflicts.length === 0) expect(split(back.text).sort()).toEqual(split(mine).sort());
      else n_unsure += 1;
      for (const isTaken of [true, false]) {
        let now = merged;
        for (let step = 0; now.conflicts[0] && step < 2 * start.length; step++) {
          const { take, settle } = now.conflicts[0];
          const text = isTaken ? apply(now.text, [take]) : now.text;
          now = merge(apply(now.anchor, [settle]), text, theirs);
          expect(now.text).toBe(text);
        }
        expect(now.conflicts).toEqual([]);
      }
    }
    expect(n_conflicts).toBeGreaterThan(300);
    expect(n_unsure).toBeLessThan(100);
  });
});

describe("byHand", () => {
  it.each([
    ["a b c", "a b c", [], 0],
    ["a b c", "a x c", [[2, 3]], 1],
    [
      "a b c",
      "a x y c d",
      [
        [2, 3],
        [4, 5],
        [8, 9],
      ],
      2,
    ],
    ["a b c", "a c", [], 1],
  ])("from %j to %j", (anchor, mine, ranges, n) => {
    expect(byHand(anchor, mine)).toEqual({ ranges, n });
  });
});
