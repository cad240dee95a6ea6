/** What choosing a tag does to the text. */

import { isolateHistory } from "@codemirror/commands";
import { EditorSelection, type EditorState, type TransactionSpec } from "@codemirror/state";
import type { TagPayload } from "../core/protocol";
import { UNSPACED } from "./scripts";
import { pairsOf, tagsIn } from "./tag_field";
import { findTags, isTag, languageOf, STICKS } from "./tags";
import { type Words, wordAt } from "./words";
import { clipWords } from "./words_field";

const CLOSE = "</lang>";
const SPACE = /\s/;

/** Puts a sound at the caret, or in the place of what is selected; puts a language around words. */
export function insertTag(state: EditorState, tag: Pick<TagPayload, "kind" | "text">): TransactionSpec {
  const spec = tag.kind === "foreign" ? wrap(state, tag.text) : place(state, tag.text);
  return { ...spec, userEvent: "input.tag", scrollIntoView: true, annotations: isolateHistory.of("full") };
}

function place(state: EditorState, text: string): TransactionSpec {
  const { from, to, empty } = state.selection.main;
  const [low, high] = empty ? behindWord(state, from) : [from, to];
  const before = charBefore(state, low);
  const after = charAfter(state, high);
  const lead = before && !SPACE.test(before) && !UNSPACED.test(before) ? " " : "";
  const isApart = SPACE.test(after) || UNSPACED.test(after || before) || STICKS.test(after);
  const insert = lead + text + (isApart ? "" : " ");
  return { changes: { from: low, to: high, insert }, selection: EditorSelection.cursor(low + insert.length) };
}

/** Inside a word its end: a sound does not part it. */
function behindWord(state: EditorState, at: number): [number, number] {
  const word = wordAt(wordsOf(state), at);
  const end = word && word.from < at && at < word.to ? word.to : at;
  return [end, end];
}

function wrap(state: EditorState, open: string): TransactionSpec {
  const { main } = state.selection;
  const around = pairsOf(state.field(tagsIn)).find(
    ([first, last]) => first.to <= main.from && main.to <= last.from,
  );
  if (around) return unwrap(state, around, open);
  const [from, to] = main.empty ? wordAround(state, main.head) : trimmed(state, main.from, main.to);
  const inside = findTags(state.sliceDoc(from, to)).filter(({ kind }) => kind !== "event");
  const changes = [
    { from, insert: open },
    ...inside.map((tag) => ({ from: from + tag.from, to: from + tag.to })),
    { from: to, insert: CLOSE },
  ];
  const shrunk = inside.reduce((sum, tag) => sum + tag.to - tag.from, 0);
  const end = to + open.length - shrunk;
  return { changes, selection: EditorSelection.cursor(from === to ? end : end + CLOSE.length) };
}

/** The same language again takes it away, another one takes its place. */
function unwrap(
  state: EditorState,
  [first, last]: ReturnType<typeof pairsOf>[number],
  open: string,
): TransactionSpec {
  const isSame = languageOf(first) === languageOf({ ...first, name: open.slice(1, -1) });
  const changes = [
    { from: first.from, to: first.to, insert: isSame ? "" : open },
    ...(isSame ? [{ from: last.from, to: last.to }] : []),
  ];
  const set = state.changes(changes);
  return { changes: set, selection: EditorSelection.cursor(set.mapPos(state.selection.main.head, 1)) };
}

/** The word that the caret is in or behind, without punctuation. */
function wordAround(state: EditorState, at: number): [number, number] {
  const word = wordAt(wordsOf(state), at);
  if (!word || word.from >= at) return [at, at];
  const text = state.sliceDoc(word.from, word.to);
  const core = /[\p{L}\p{M}\p{N}](?:.*[\p{L}\p{M}\p{N}])?/u.exec(text);
  if (!core || isTag(text)) return [at, at];
  return [word.from + core.index, word.from + core.index + core[0].length];
}

/** A selection without the white space at its ends. */
function trimmed(state: EditorState, from: number, to: number): [number, number] {
  const text = state.sliceDoc(from, to);
  const low = from + text.length - text.trimStart().length;
  return [low, Math.max(low, from + text.trimEnd().length)];
}

function wordsOf(state: EditorState): Words {
  return state.field(clipWords).words;
}

function charBefore(state: EditorState, at: number): string {
  return [...state.sliceDoc(Math.max(0, at - 2), at)].at(-1) ?? "";
}

function charAfter(state: EditorState, at: number): string {
  return [...state.sliceDoc(at, at + 2)][0] ?? "";
}
