// @vitest-environment happy-dom
import { Text } from "@codemirror/state";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Scope } from "../../src/core/scope";
import { settle } from "../../src/editor/blocks";
import { createEditor } from "../../src/editor/editor";
import { clipWords } from "../../src/editor/words_field";
import { open, seeded, timed } from "./making";

const SENTENCE = "and so he had then leisure to consider, how much there might be in his power to do.";
const LONG = Array.from({ length: 200 }, () => SENTENCE).join(" ");
const MOST = 900;

const wordsIn = (text: string, language = "en") =>
  open(text, timed(text.split(" ")), 60, language).field(clipWords).words;
const settled = (before: number[], text: string) => settle(before, Text.of([text]), wordsIn(text));
const lengths = (ends: number[], text: string) =>
  [...ends, text.length].map((end, i) => end - (ends[i - 1] ?? 0));

describe("the blocks of a text", () => {
  it("is one where the text is short", () => {
    expect(settled([], SENTENCE.repeat(8))).toEqual([]);
  });

  it("are none too long and none too short, and begin with a sentence", () => {
    const ends = settled([], LONG);
    for (const length of lengths(ends, LONG)) {
      expect(length).toBeLessThanOrEqual(MOST);
      expect(length).toBeGreaterThanOrEqual(150);
    }
    for (const end of ends) expect(LONG.slice(end - 2, end)).toBe(". ");
  });

  it("stay where they are while they fit", () => {
    const ends = settled([], LONG);
    expect(settled(ends, LONG)).toEqual(ends);
  });

  it("never part a word, also where a script has no spaces", () => {
    const text = "今日は天気がいいです。".repeat(300);
    const state = open(text, [], 60, "ja");
    const { words } = state.field(clipWords);
    const starts = new Set<number>();
    for (const word = words.iter(); word.value; word.next()) starts.add(word.from);
    const ends = settle([], state.doc, words);
    expect(ends.length).toBeGreaterThan(5);
    for (const end of ends) expect(starts).toContain(end);
  });

  it("is one where a text has no place to cut", () => {
    expect(settled([], "x".repeat(5000))).toEqual([]);
  });
});

describe("a long text in the editor", () => {
  let scope: Scope;
  beforeEach(() => {
    vi.useFakeTimers();
    scope = new Scope();
  });
  afterEach(() => {
    scope.dispose();
    vi.useRealTimers();
    document.body.replaceChildren();
  });
  const shown = (root: HTMLElement) => [...root.querySelectorAll(".cm-line")].map((line) => line.textContent);

  it("is drawn in blocks, and read without them", () => {
    const editor = createEditor(scope, { low_confidence: 0.5 });
    document.body.append(editor.root);
    editor.load({ text: LONG, words: timed(LONG.split(" ")) }, { duration_s: 3600, language: "en" });
    expect(shown(editor.root).length).toBeGreaterThan(2);
    expect(LONG.startsWith(shown(editor.root).join(""))).toBe(true);
    expect(editor.content.text).toBe(LONG);
  });

  it("keeps its blocks fitting while it grows and shrinks", () => {
    const editor = createEditor(scope, { low_confidence: 0.5 });
    document.body.append(editor.root);
    const random = seeded(7);
    for (let n = 0; n < 1500; n++) {
      const text = random() < 0.9 ? "wording " : "done. ";
      editor.replay(random() < 0.1 ? [{ kind: "delete" }] : [{ kind: "insert", text }]);
    }
    const drawn = shown(editor.root);
    expect(drawn.length).toBeGreaterThan(2);
    for (const line of drawn) expect(line?.length).toBeLessThanOrEqual(MOST + 150);
  });
});
