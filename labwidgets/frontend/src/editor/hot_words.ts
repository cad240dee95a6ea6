/** Corrections made more than once: marked where the text still reads what they correct, taken by a key. */
import { isolateHistory } from "@codemirror/commands";
import { type EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";
import type { Suggestion } from "../core/parts";
import type { HotWordPayload } from "../core/protocol";
import { redraw } from "./marks";
import { findTags } from "./tags";

// The mirror of the words of `labwidgets/text/corrections.py`.
const WORD = /[\p{L}\p{M}\p{N}\u200c\u200d]+(?:['\u2019.-][\p{L}\p{M}\p{N}\u200c\u200d]+)*/gu;
const MAX_SIDE = 3;
const SPACE = /^\s+$/;

export interface Place extends Suggestion {
  from: number;
  to: number;
}

type Index = ReadonlyMap<string, string>;

const NONE: readonly Place[] = [];

export function indexOf(words: readonly HotWordPayload[]): Index {
  return new Map(words.map(({ wrong, right }) => [fold(wrong), right]));
}

/** Where `text` reads what is often corrected: whole words, the longest first, none across a tag. */
export function placesOf(text: string, index: Index): readonly Place[] {
  if (index.size === 0) return NONE;
  const places: Place[] = [];
  let at = 0;
  for (const tag of [...findTags(text), null]) {
    places.push(...placesIn(text.slice(at, tag?.from), at, index));
    at = tag?.to ?? at;
  }
  return places;
}

function placesIn(text: string, offset: number, index: Index): Place[] {
  const places: Place[] = [];
  const words = Array.from(text.matchAll(WORD), (match) => [match.index, match.index + match[0].length]);
  for (let first = 0; first < words.length; first++) {
    const last = lastOf(text, words, first, index);
    if (last === null) continue;
    const [from, to] = [words[first]?.[0] ?? 0, words[last]?.[1] ?? 0];
    const wrong = text.slice(from, to);
    const right = index.get(joined(wrong)) ?? "";
    places.push({ from: offset + from, to: offset + to, wrong, right: inCaseOf(wrong, right) });
    first = last;
  }
  return places;
}

function lastOf(text: string, words: number[][], first: number, index: Index): number | null {
  let found: number | null = null;
  for (let last = first; last < first + MAX_SIDE && last < words.length; last++) {
    const end = words[last - 1]?.[1] ?? 0;
    if (last > first && !SPACE.test(text.slice(end, words[last]?.[0]))) break;
    if (index.has(joined(text.slice(words[first]?.[0], words[last]?.[1])))) found = last;
  }
  return found;
}

function joined(text: string): string {
  return fold(text.replaceAll(/\s+/g, " "));
}

function fold(text: string): string {
  return text.normalize("NFC").toLowerCase().normalize("NFC");
}

/** At the start of a sentence what comes in begins as what goes out. */
function inCaseOf(wrong: string, right: string): string {
  const [first = ""] = wrong;
  const isCapital =
    first !== first.toLowerCase() && wrong.slice(first.length) !== wrong.slice(first.length).toUpperCase();
  const [begin = ""] = right;
  return isCapital ? begin.toUpperCase() + right.slice(begin.length) : right;
}

const again = StateEffect.define<null>();

export interface HotWords {
  readonly marks: Extension;
  set(words: readonly HotWordPayload[]): void;
  suggestions(): readonly Suggestion[];
  /** The first at or behind the caret (wrapping). */
  next(): Place | null;
  take(): Suggestion | null;
}

export function hotWords(view: EditorView): HotWords {
  let index: Index = new Map();
  const find = (state: EditorState) => placesOf(state.doc.toString(), index);
  const places = StateField.define<readonly Place[]>({
    create: find,
    update(value, transaction) {
      const isAsked = transaction.effects.some((effect) => effect.is(again) || effect.is(redraw));
      if (!transaction.docChanged && !isAsked) return value;
      if (!transaction.isUserEvent("input.type.compose")) return find(transaction.state);
      // Nothing is drawn anew under an input method.
      const moved = value.map((place) => ({
        ...place,
        from: transaction.changes.mapPos(place.from, 1),
        to: transaction.changes.mapPos(place.to, -1),
      }));
      return moved.filter(({ from, to }) => from < to);
    },
  });
  const draw = (state: EditorState) =>
    Decoration.set(state.field(places).map(({ from, to, right }) => look(right).range(from, to)));
  const next = () => {
    const { state } = view;
    const found = state.field(places);
    return found.find(({ to }) => to >= state.selection.main.head) ?? found[0] ?? null;
  };
  return {
    marks: [places, EditorView.decorations.compute([places], draw)],
    set(words) {
      index = indexOf(words);
      // Drawn when the composition ends.
      if (!view.composing && !view.compositionStarted) view.dispatch({ effects: again.of(null) });
    },
    suggestions: () => view.state.field(places),
    next,
    take() {
      const place = next();
      if (!place) return null;
      const { from, to, wrong, right } = place;
      view.dispatch({
        changes: { from, to, insert: right },
        selection: { anchor: from + right.length },
        annotations: isolateHistory.of("full"),
        userEvent: "input.suggestion",
        scrollIntoView: true,
      });
      return { wrong, right };
    },
  };
}

function look(right: string): Decoration {
  const says = `often corrected to “${right}”`;
  return Decoration.mark({ class: "lw-word-hot", attributes: { title: says, "aria-description": says } });
}
