import { redo, undo } from "@codemirror/commands";
import { type EditorState, type StateCommand, StateEffect, type TransactionSpec } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import type { TagPayload, WordPayload } from "../../src/core/protocol";
import { blocks } from "../../src/editor/blocks";
import { cleanPaste } from "../../src/editor/clean";
import { plainInput } from "../../src/editor/input";
import { redraw } from "../../src/editor/marks";
import { insertTag } from "../../src/editor/tag_edits";
import { findTags } from "../../src/editor/tags";
import { edit, open, seeded, timed, words } from "./making";

const N_RUNS = 600;
const N_EDITS = 12;
const DURATION_S = 10;
const TEXTS: [language: string, joint: string, words: string[]][] = [
  ["en", " ", ["the", "quick", "brown", "fox,", "jumped", "over", "“it”", "don't", "a", "b"]],
  ["hi", " ", ["मैं", "घर", "जा", "रहा", "हूँ।", "क्या", "तुम", "आओगे?"]],
  ["ta", " ", ["நான்", "வீட்டுக்கு", "போகிறேன்", "நீ", "வா"]],
  ["ja", "", ["今日", "は", "天気", "が", "いい", "です", "ね。"]],
  ["th", "", ["ผม", "ไป", "โรงเรียน", "ทุก", "วัน"]],
  ["ar", " ", ["أنا", "ذاهب", "إلى", "البيت،", "الآن"]],
];
const PIECES = [
  " ",
  "a",
  "word",
  " two words ",
  "",
  "",
  ".",
  "が",
  "क",
  "ि",
  "学校",
  "é",
  "👩‍👧",
  ", ",
  "ไป",
  "  ",
];

interface Run {
  start: EditorState;
  end: EditorState;
  /** Numbers of the words that no change came near. */
  untouched: Set<number>;
}

const PASTES = [
  "two words ",
  "a\r\nb",
  "e\u0301\u0000",
  "\u202ex",
  "[noise] <lang:en>y</lang>",
  "z".repeat(40),
];
const TAGS: Pick<TagPayload, "kind" | "text">[] = [
  { kind: "event", text: "[noise]" },
  { kind: "event", text: "[phone rings]" },
  { kind: "foreign", text: "<lang:en>" },
  { kind: "foreign", text: "<lang:hi>" },
];
/** What an input method shows by and by, the last of each being what it leaves. */
const COMPOSED = [
  ["k", "ka", "か", "か"],
  ["n", "ni", "नि"],
  ["த", "தி", "தித", "தி"],
  ["x", ""],
];

type Rng = { below: (n: number) => number; pick: <T>(items: readonly T[]) => T };
type Edit = (state: EditorState, rng: Rng) => TransactionSpec[];

const anyRange = ({ doc }: EditorState, { below }: Rng): [number, number] => {
  const from = below(doc.length + 1);
  return [from, below(2) ? from : Math.min(doc.length, from + below(8))];
};

/** Everything that changes the text, as what does it in the editor sends it. */
const EDITS: Record<string, Edit> = {
  type(state, rng) {
    const [from, to] = anyRange(state, rng);
    return [{ changes: { from, to, insert: rng.pick(PIECES) }, userEvent: "input.type" }];
  },
  remove(state, rng) {
    const [from, to] = anyRange(state, rng);
    return from < to ? [{ changes: { from, to }, userEvent: "delete.selection" }] : [];
  },
  paste(state, rng) {
    const [from, to] = anyRange(state, rng);
    return [{ changes: { from, to, insert: cleanPaste(rng.pick(PASTES)).text }, userEvent: "input.paste" }];
  },
  /** As a script would, that knows nothing of tags. */
  replaceAll(state, rng) {
    const needle = rng.pick(["o", "no", "ng", " ", "க"]);
    const text = state.doc.toString();
    const at = [...text.matchAll(new RegExp(needle, "g"))].map(({ index }) => index);
    return [{ changes: at.map((from) => ({ from, to: from + needle.length, insert: "oo" })) }];
  },
  tag(state, rng) {
    const [anchor, head] = anyRange(state, rng);
    const selected = state.update({ selection: { anchor, head } }).state;
    return [{ selection: { anchor, head } }, insertTag(selected, rng.pick(TAGS))];
  },
  compose(state, rng) {
    const from = rng.below(state.doc.length + 1);
    let length = 0;
    const steps = rng.pick(COMPOSED).map((insert): TransactionSpec => {
      const changes = { from, to: from + length, insert };
      length = insert.length;
      return { changes, userEvent: "input.type.compose" };
    });
    return [...steps, { effects: redraw.of(null) }];
  },
};

function randomRun(seed: number): Run {
  const random = seeded(seed);
  const below = (n: number) => Math.floor(random() * n);
  const rng: Rng = { below, pick: (items) => items[below(items.length)] as (typeof items)[number] };
  const [language, joint, texts] = TEXTS[seed % TEXTS.length] as (typeof TEXTS)[number];
  const start = openWhole(texts.join(joint), timed(texts), language);
  let at = 0;
  let ranges = texts.map((text, i) => {
    const from = at;
    at += text.length + joint.length;
    return { i, from, to: from + text.length };
  });
  let end = start;
  for (let n = 0; n < N_EDITS; n++) {
    for (const spec of EDITS[rng.pick(Object.keys(EDITS))]?.(end, rng) ?? []) {
      const transaction = end.update(spec);
      const { changes } = transaction;
      ranges = ranges
        .filter(({ from, to }) => !changes.touchesRange(from, to))
        .map(({ i, from, to }) => ({ i, from: changes.mapPos(from, 1), to: changes.mapPos(to, -1) }));
      end = transaction.state;
    }
  }
  return { start, end, untouched: new Set(ranges.map(({ i }) => i)) };
}

/** With all that the editor adds to a text. */
function openWhole(text: string, payloads: WordPayload[], language: string): EditorState {
  const state = open(text, payloads, DURATION_S, language);
  const more = [plainInput(() => {}), blocks];
  return state.update({ effects: StateEffect.appendConfig.of(more) }).state;
}

function repeat(state: EditorState, command: StateCommand): EditorState {
  let now = state;
  const dispatch = (transaction: { state: EditorState }) => {
    now = transaction.state;
  };
  while (command({ state: now, dispatch }));
  return now;
}

const RUNS = Array.from({ length: N_RUNS }, (_, seed) => randomRun(seed));

describe("random edits", () => {
  it("come undone to exactly the words before, and redone to exactly those after", () => {
    for (const { start, end } of RUNS) {
      const back = repeat(end, undo);
      expect(words(back)).toEqual(words(start));
      expect(words(repeat(back, redo))).toEqual(words(end));
    }
  });

  it("never move or drop a word that they do not touch", () => {
    for (const { start, end, untouched } of RUNS) {
      const after = words(end);
      words(start).forEach((word, i) => {
        if (untouched.has(i)) expect(after).toContainEqual(word);
      });
    }
  });

  it("leave a confidence only on words that are as the model gave them", () => {
    for (const { start, end } of RUNS) {
      const before = words(start);
      for (const word of words(end)) if (word.confidence !== null) expect(before).toContainEqual(word);
    }
  });

  it("leave times in order and inside the clip", () => {
    for (const { end } of RUNS) {
      let from_s = 0;
      for (const { start_s, end_s } of words(end)) {
        expect(start_s).toBeGreaterThanOrEqual(from_s);
        expect(end_s).toBeGreaterThanOrEqual(start_s);
        from_s = end_s;
      }
      expect(from_s).toBeLessThanOrEqual(DURATION_S);
    }
  });

  it("leave each tag one word, without confidence", () => {
    for (const { end } of RUNS) {
      const found = words(end).filter(({ text }) => findTags(text).length > 0);
      const text = end.doc.toString();
      expect(found.map((word) => word.text)).toEqual(
        findTags(text).map(({ from, to }) => text.slice(from, to)),
      );
      for (const { confidence } of found) expect(confidence).toBeNull();
    }
  });

  it("never cut a tag that was whole", () => {
    for (const { end } of RUNS) {
      const rest = findTags(end.doc.toString()).reduceRight(
        (text, { from, to }) => text.slice(0, from) + text.slice(to),
        end.doc.toString(),
      );
      expect(rest).not.toMatch(/[[\]<>]/);
    }
  });

  it("leave words that are all of the text but its spaces", () => {
    for (const { end } of RUNS) {
      const joined = words(end)
        .map(({ text }) => text)
        .join("");
      expect(joined.replace(/\s/g, "")).toBe(end.doc.toString().replace(/\s/g, ""));
    }
  });
});

describe("a text of 20,000 characters", () => {
  it("takes a key stroke in less than 5 ms", () => {
    const texts = Array.from({ length: 4000 }, (_, i) => `w${String(i).padStart(3, "0")}`);
    let state = open(texts.join(" "), timed(texts), 2000);
    const started = performance.now();
    const random = seeded(1);
    for (let n = 0; n < 200; n++) {
      const at = Math.floor(random() * state.doc.length);
      state = edit(state, at, at, n % 3 ? "x" : " ");
    }
    expect((performance.now() - started) / 200).toBeLessThan(5);
  });
});
