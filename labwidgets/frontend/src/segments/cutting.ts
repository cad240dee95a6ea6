/** Texts that are cut and joined with their words. Word times count from the start of their segment. */
import type { EditorContent } from "../core/parts";
import type { WordPayload } from "../core/protocol";
import { cutLayers, type Layers } from "./layer_cuts";

/** A text with its words and further texts, where there are any. */
export type Piece = EditorContent;

/** Words by `by_s` later. */
export function shifted(words: readonly WordPayload[], by_s: number): WordPayload[] {
  return words.map((word) => ({ ...word, start_s: word.start_s + by_s, end_s: word.end_s + by_s }));
}

/** Where each word of a text lies in it; null for those that are not found in order. */
function placesOf({ text, words }: Piece): ([from: number, to: number] | null)[] {
  let at = 0;
  return words.map((word) => {
    const from = text.indexOf(word.text, at);
    if (from < 0) return null;
    at = from + word.text.length;
    return [from, at];
  });
}

export interface Cut {
  left: Piece;
  right: Piece;
  /** In seconds from the segment's start. */
  time_s: number;
  /** Words of further texts that may belong to the other side. */
  astride: string[];
}

/** Cuts at a place in the text; a place within a word moves to the nearer end of it. */
export function cutAt(content: Piece, offset: number, duration_s: number): Cut {
  const { text, words } = content;
  const places = placesOf(content);
  const inside = places.find((place) => place !== null && place[0] < offset && offset < place[1]);
  const at = inside ? (offset - inside[0] < inside[1] - offset ? inside[0] : inside[1]) : offset;
  const isLeft = words.map((_, n) => {
    const place = places[n];
    return place ? place[1] <= at : n === 0;
  });
  const last = words.findLast((_, n) => isLeft[n]);
  const first = words.find((_, n) => !isLeft[n]);
  const from_s = last?.end_s ?? 0;
  const to_s = first?.start_s ?? duration_s;
  const share = text.length > 0 ? at / text.length : 0.5;
  // Between two words in the middle of the pause; without words on a side by the share of the text.
  const time_s =
    last && first ? (from_s + to_s) / 2 : last || first ? (last ? from_s : to_s) : share * duration_s;
  return cutPieces(content, at, isLeft, time_s);
}

/** Cuts at a time: the words that have most of their length before it stay left. */
export function cutAtTime(content: Piece, time_s: number, duration_s: number): Cut {
  const { text, words } = content;
  if (words.length === 0) {
    const at = Math.round((text.length * time_s) / (duration_s || 1));
    const space = text.lastIndexOf(" ", at);
    return cutPieces(content, space < 0 ? (at > text.length / 2 ? text.length : 0) : space, [], time_s);
  }
  const isLeft = words.map((word) => (word.start_s + word.end_s) / 2 <= time_s);
  const n_left = isLeft.filter(Boolean).length;
  const places = placesOf(content);
  const next = places[n_left];
  const before = places[n_left - 1];
  return cutPieces(content, next ? next[0] : (before?.[1] ?? (n_left > 0 ? text.length : 0)), isLeft, time_s);
}

function cutPieces({ text, words, layers }: Piece, at: number, isLeft: boolean[], time_s: number): Cut {
  const within = (word: WordPayload, low_s: number, high_s: number) => ({
    ...word,
    start_s: Math.min(Math.max(word.start_s, low_s), high_s),
    end_s: Math.min(Math.max(word.end_s, low_s), high_s),
  });
  const left = words.filter((_, n) => isLeft[n]).map((word) => within(word, 0, time_s));
  const right = words
    .filter((_, n) => !isLeft[n])
    .map((word) => within(word, time_s, Number.POSITIVE_INFINITY));
  const { sides, astride } = cutLayers(text, at, layers ?? {});
  return {
    left: { text: text.slice(0, at).trimEnd(), words: left, layers: sides[0] },
    right: { text: text.slice(at).trimStart(), words: shifted(right, -time_s), layers: sides[1] },
    time_s,
    astride,
  };
}

/** One text of several, in their order; `starts_s` are those of the segments, the first one is the new one's. */
export function joined(pieces: readonly Piece[], starts_s: readonly number[]): Piece {
  const first_s = starts_s[0] ?? 0;
  const names = new Set(pieces.flatMap(({ layers }) => Object.keys(layers ?? {})));
  const layers: Layers = {};
  // A layer that a piece lacks starts there from its text.
  for (const name of names)
    layers[name] = together(pieces.map(({ text, ...one }) => one.layers?.[name] ?? text));
  return {
    layers,
    text: together(pieces.map(({ text }) => text)),
    words: pieces.flatMap(({ words }, n) => shifted(words, (starts_s[n] ?? first_s) - first_s)),
  };
}

function together(texts: readonly string[]): string {
  return texts
    .map((text) => text.trim())
    .filter(Boolean)
    .join(" ");
}
