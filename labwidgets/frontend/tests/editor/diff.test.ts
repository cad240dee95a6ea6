import { describe, expect, it } from "vitest";
import { compareTexts, shortened } from "../../src/editor/comparison";
import { alignWords } from "../../src/editor/diff";
import { seeded } from "./making";

function show(before: string, after: string, language = "en"): string {
  const signs = { same: "", deleted: "-", inserted: "+" };
  const shown = compareTexts(before, after, language);
  return shown
    .map(({ kind, text, isSpaced }, at) => (at && isSpaced ? " " : "|") + signs[kind] + text)
    .join("");
}

describe("compareTexts", () => {
  it.each([
    ["", "", ""],
    ["a b", "a b", "|a b"],
    ["a dash wood b", "a dashwood b", "|a -dash wood +dashwood b"],
    ["a b c", "a c", "|a -b c"],
    ["a c", "a b c", "|a +b c"],
    ["Hello, you", "hello you", "|-Hello, +hello you"],
    ["", "a b", "|+a b"],
    ["a b", "", "|-a b"],
    ["a  b", "a b [noise] c", "|a b +[noise] c"],
  ])("from %j to %j", (before, after, expected) => {
    expect(show(before, after)).toBe(expected);
  });

  it("puts no space between words of a script that has none", () => {
    expect(show("今日は天気がいい", "今日は雪がいい", "ja")).toBe("|今日は|-天気|+雪|がいい");
  });

  it("leaves out the middle of what is the same in a long text", () => {
    const words = Array.from({ length: 100 }, (_, i) => `w${i}`);
    const after = words.with(50, "X");
    const pieces = shortened(compareTexts(words.join(" "), after.join(" "), "en"), "en");
    expect(pieces.map(({ text }) => text)).toEqual([
      `… ${words.slice(38, 50).join(" ")}`,
      "w50",
      "X",
      `${words.slice(51, 63).join(" ")} …`,
    ]);
  });
});

describe("alignWords", () => {
  it("is through in a moment also where nothing agrees", () => {
    const make = (sign: string) => Array.from({ length: 4_000 }, (_, i) => sign + i);
    const started = performance.now();
    alignWords(make("a"), make("b"));
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("always gives back both texts, in as few edits as the longest common part allows", () => {
    const random = seeded(7);
    for (let n = 0; n < 300; n++) {
      const make = () =>
        Array.from({ length: Math.floor(random() * 12) }, () => "abc"[Math.floor(random() * 3)] ?? "");
      const [before, after] = [make(), make()];
      const parts = alignWords(before, after);
      const side = (kind: string) =>
        parts.filter((part) => part.kind === "same" || part.kind === kind).map(({ text }) => text);
      expect(side("deleted")).toEqual(before);
      expect(side("inserted")).toEqual(after);
      const n_same = parts.filter(({ kind }) => kind === "same").length;
      expect(n_same).toBe(longestCommon(before, after));
    }
  });
});

function longestCommon(a: string[], b: string[]): number {
  const row = new Array<number>(b.length + 1).fill(0);
  for (const left of a) {
    let corner = 0;
    b.forEach((right, j) => {
      const above = row[j + 1] ?? 0;
      row[j + 1] = left === right ? corner + 1 : Math.max(above, row[j] ?? 0);
      corner = above;
    });
  }
  return row[b.length] ?? 0;
}
