/**
 * A long text is drawn in blocks. A browser lays out and shapes a paragraph as a whole, which takes seconds a key
 * with thousands of marked words; of blocks it looks only at the one that changes. The text knows nothing of them.
 */
import { type EditorState, StateField, type Text, type Transaction } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";
import { redraw } from "./marks";
import type { Words } from "./words";
import { clipWords } from "./words_field";

/** In characters. A block that grows beyond the most is cut, one that shrinks below the least joins the next. */
const LEAST = 150;
const WANTED = 400;
const MOST = 900;
const SENTENCE_END = /[.?!…。．？！।॥۔؟։።။។]["'”’»)\]）」』]*\s*$/u;

class Break extends WidgetType {
  override toDOM(): HTMLElement {
    const element = document.createElement("div");
    element.setAttribute("aria-hidden", "true");
    return element;
  }

  override eq(): boolean {
    return true;
  }

  override get estimatedHeight(): number {
    return 0;
  }
}

// It covers nothing, so that the caret has two places at it, as where any line is wrapped. Its end is open, so that
// CodeMirror begins a line behind it also where an input method composes there.
const blockBreak = Decoration.replace({ widget: new Break(), block: true, inclusiveEnd: false });

export const blocks = StateField.define<DecorationSet>({
  create: (state) => drawn(settled([], state)),
  update(value, transaction) {
    const asked = transaction.effects.some((effect) => effect.is(redraw));
    if (!transaction.docChanged && !asked) return value;
    const moved = endsOf(value).map((at) => transaction.changes.mapPos(at, sideOf(transaction, at)));
    return drawn(isComposing(transaction) ? moved : settled(moved, transaction.state));
  },
  provide: (field) => EditorView.decorations.from(field),
});

function isComposing(transaction: Transaction): boolean {
  return transaction.isUserEvent("input.type.compose");
}

/** What is typed at a break belongs to the line that the caret is on. */
function sideOf({ startState }: Transaction, at: number): -1 | 1 {
  const { main } = startState.selection;
  return main.empty && main.head === at && main.assoc > 0 ? -1 : 1;
}

/** Whether one block ends and another begins there. */
export function hasBreak(state: EditorState, at: number): boolean {
  let isThere = false;
  state.field(blocks).between(at, at, () => {
    isThere = true;
    return false;
  });
  return isThere;
}

function endsOf(breaks: DecorationSet): number[] {
  const ends: number[] = [];
  for (const cursor = breaks.iter(); cursor.value; cursor.next()) ends.push(cursor.from);
  return ends;
}

function drawn(ends: readonly number[]): DecorationSet {
  return Decoration.set([...new Set(ends)].map((at) => blockBreak.range(at)));
}

function settled(before: readonly number[], state: EditorState): number[] {
  return settle(before, state.doc, state.field(clipWords).words);
}

/** Ends of all blocks but the last, made from where they were. */
export function settle(before: readonly number[], doc: Text, words: Words): number[] {
  const after: number[] = [];
  let from = 0;
  for (const edge of [...before, doc.length]) {
    const isLast = edge === doc.length;
    if (!isLast && (edge - from < LEAST || isInWord(words, edge))) continue;
    while (edge - from > MOST) {
      const cut = cutBehind(from, doc, words);
      if (cut === null || edge - cut < LEAST) break;
      after.push(cut);
      from = cut;
    }
    if (!isLast) after.push(edge);
    from = edge;
  }
  return after;
}

function isInWord(words: Words, at: number): boolean {
  let isInside = false;
  words.between(at, at, (from, to) => {
    if (from < at && to > at) isInside = true;
  });
  return isInside;
}

/** The start of a word some way behind `from`; of a sentence where one starts near enough. */
function cutBehind(from: number, doc: Text, words: Words): number | null {
  let best: { at: number; cost: number } | null = null;
  for (const word = words.iter(from + LEAST); word.value; word.next()) {
    const length = word.from - from;
    if (length < LEAST) continue;
    if (best && length > 2 * WANTED) break;
    const isStart = SENTENCE_END.test(doc.sliceString(word.from - 6, word.from));
    const cost = Math.abs(length - WANTED) + (isStart ? 0 : WANTED);
    if (!best || cost < best.cost) best = { at: word.from, cost };
  }
  return best?.at ?? null;
}
