import { redo, undo } from "@codemirror/commands";
import type { EditorState, StateCommand } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { edit, open, seeded, timed, words } from "./making";

const N_RUNS = 600;
const N_EDITS = 12;
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
  /** Texts and times of words that no change came near. */
  untouched: Set<number>;
}

function randomRun(seed: number): Run {
  const random = seeded(seed);
  const below = (n: number) => Math.floor(random() * n);
  const [language, joint, texts] = TEXTS[seed % TEXTS.length] as (typeof TEXTS)[number];
  const start = open(texts.join(joint), timed(texts), 10, language);
  let at = 0;
  let ranges = texts.map((text, i) => {
    const from = at;
    at += text.length + joint.length;
    return { i, from, to: from + text.length };
  });
  let end = start;
  for (let n = 0; n < N_EDITS; n++) {
    const from = below(end.doc.length + 1);
    const to = random() < 0.5 ? from : Math.min(end.doc.length, from + below(8));
    const insert = PIECES[below(PIECES.length)] ?? "";
    const shift = insert.length - (to - from);
    ranges = ranges
      .filter((word) => word.to < from || word.from > to)
      .map((word) => (word.from > to ? { ...word, from: word.from + shift, to: word.to + shift } : word));
    end = edit(end, from, to, insert);
  }
  return { start, end, untouched: new Set(ranges.map(({ i }) => i)) };
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
      expect(from_s).toBeLessThanOrEqual(10);
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
