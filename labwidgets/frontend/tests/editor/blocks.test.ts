// @vitest-environment happy-dom
import { EditorSelection, type EditorState, StateEffect, Text } from "@codemirror/state";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Scope } from "../../src/core/scope";
import { blocks, settle } from "../../src/editor/blocks";
import { createEditor } from "../../src/editor/editor";
import { clipWords } from "../../src/editor/words_field";
import { open, seeded, timed } from "./making";

const SENTENCE = "and so he had then leisure to consider, how much there might be in his power to do.";
const LONG = Array.from({ length: 200 }, () => SENTENCE).join(" ");
const LEAST = 150;
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
      expect(length).toBeGreaterThanOrEqual(LEAST);
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
    const editor = createEditor(scope, { low_confidence: 0.5, tags: [] });
    document.body.append(editor.root);
    editor.load({ text: LONG, words: timed(LONG.split(" ")) }, { duration_s: 3600, language: "en" });
    expect(shown(editor.root).length).toBeGreaterThan(2);
    expect(LONG.startsWith(shown(editor.root).join(""))).toBe(true);
    expect(editor.content.text).toBe(LONG);
  });
});

describe("blocks under edits", () => {
  it("go on fitting while a text grows and shrinks", () => {
    const random = seeded(7);
    let state = open("", []).update({ effects: StateEffect.appendConfig.of(blocks) }).state;
    for (let n = 0; n < 2000; n++) {
      const at = Math.floor(random() * (state.doc.length + 1));
      const insert = random() < 0.2 ? "done. " : "wording ";
      const to = random() < 0.15 ? Math.min(state.doc.length, at + 30) : at;
      state = state.update({ changes: to > at ? { from: at, to } : { from: at, insert } }).state;
      const ends: number[] = [];
      for (const edge = state.field(blocks).iter(); edge.value; edge.next()) ends.push(edge.from);
      const fitting = lengths(ends, state.doc.toString());
      for (const length of fitting) expect(length).toBeLessThanOrEqual(MOST + LEAST);
      for (const length of fitting.slice(0, -1)) expect(length).toBeGreaterThanOrEqual(LEAST);
    }
    expect(state.doc.length).toBeGreaterThan(2 * MOST);
  });

  it("belong to the line on which the caret is", () => {
    const long = open(LONG, timed(LONG.split(" ")));
    const start = long.update({ effects: StateEffect.appendConfig.of(blocks) }).state;
    const first = (state: EditorState) => state.field(blocks).iter().from;
    const at = first(start);
    for (const [assoc, expected] of [
      [1, at],
      [-1, at + 4],
    ] as const) {
      const selection = EditorSelection.create([EditorSelection.cursor(at, assoc)]);
      const placed = start.update({ selection }).state;
      expect(first(placed.update({ changes: { from: at, insert: "and " } }).state)).toBe(expected);
    }
  });
});
