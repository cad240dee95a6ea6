/** Seeded texts, words and edits for the tests of the editor. */
import { EditorState } from "@codemirror/state";
import type { WordPayload } from "../../src/core/protocol";
import { payloadsOf, wordsOf } from "../../src/editor/content";
import { tagPills } from "../../src/editor/tag_field";
import { clipWords, wordHistory } from "../../src/editor/words_field";

/** mulberry32 (public domain, T. Ettinger). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Each word lasts 0.4 s and starts 0.5 s after the one before. */
export function timed(texts: string[]): WordPayload[] {
  return texts.map((text, i) => ({
    text,
    start_s: i / 2,
    end_s: i / 2 + 0.4,
    confidence: (i + 1) / 1000,
    estimated: false,
  }));
}

export function open(text: string, words: WordPayload[], duration_s = 60, language = "en"): EditorState {
  const clip = { duration_s, language };
  const extensions = [wordHistory(wordsOf(text, words, clip), clip), tagPills(new Map())];
  return EditorState.create({ doc: text, extensions });
}

export function opened(text: string): EditorState {
  return open(text, timed(text.split(" ")));
}

export function edit(state: EditorState, from: number, to: number, insert: string): EditorState {
  return state.update({ changes: { from, to, insert }, userEvent: "input.type" }).state;
}

export function typeAt(state: EditorState, at: number, text: string): EditorState {
  return [...text].reduce((now, char) => {
    const here = at + now.doc.length - state.doc.length;
    return edit(now, here, here, char);
  }, state);
}

export function words(state: EditorState): WordPayload[] {
  return payloadsOf(state.doc, state.field(clipWords).words);
}

/** "text start-end", with "~" for estimated and "?" where there is no confidence. */
export function brief(state: EditorState): string[] {
  return words(state).map(({ text, start_s, end_s, confidence, estimated }) => {
    const times = `${+start_s.toFixed(3)}-${+end_s.toFixed(3)}`;
    return `${text} ${times}${confidence === null ? "?" : ""}${estimated ? "~" : ""}`;
  });
}
