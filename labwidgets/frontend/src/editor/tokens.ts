/** Where words begin and end in plain text, without any times. A tag is a word of its own. */
import { UNSPACED } from "./scripts";
import { findTags } from "./tags";

// The zero-width space parts words in Thai and Khmer; the joiners never do.
const SPACE = /[\s\u200b]/u;
const WORD = /[^\s\u200b]+/gu;
const JOINS_BEFORE = /^(?:\p{M}|\p{Emoji_Modifier}|\u200c|\u200d)/u;
const OPENING = /^[\p{Ps}\p{Pi}]/u;
const PUNCTUATION = /^[\p{P}\p{S}]/u;

export type Token = [from: number, to: number];

const segmenters = new Map<string, Intl.Segmenter>();

function segmenter(language: string): Intl.Segmenter {
  let known = segmenters.get(language);
  if (!known) {
    known = makeSegmenter(language);
    segmenters.set(language, known);
  }
  return known;
}

function makeSegmenter(language: string): Intl.Segmenter {
  try {
    return new Intl.Segmenter(language || undefined, { granularity: "word" });
  } catch {
    // A language that is no BCP-47 tag: the browser's own will do.
    return new Intl.Segmenter(undefined, { granularity: "word" });
  }
}

/** Words of `text`: parted by white space, and by the browser's dictionary where a script has no spaces. */
export function tokenise(text: string, language: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const tag of findTags(text)) {
    tokens.push(...words(text.slice(at, tag.from), language, at), [tag.from, tag.to]);
    at = tag.to;
  }
  return [...tokens, ...words(text.slice(at), language, at)];
}

function words(text: string, language: string, offset: number): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(WORD)) {
    const [run] = match;
    const start = offset + match.index;
    if (!UNSPACED.test(run)) tokens.push([start, start + run.length]);
    else for (const [from, to] of segment(run, language)) tokens.push([start + from, start + to]);
  }
  return tokens;
}

/** Punctuation stays with the word before it, opening brackets and quotes with the one behind. */
function segment(run: string, language: string): Token[] {
  const tokens: Token[] = [];
  let isOpen = false;
  for (const { segment: part, index } of segmenter(language).segment(run)) {
    const last = tokens.at(-1);
    const sticks = last && (isOpen || (PUNCTUATION.test(part) && !OPENING.test(part)));
    if (sticks) last[1] = index + part.length;
    else tokens.push([index, index + part.length]);
    isOpen = OPENING.test(part) || (isOpen && PUNCTUATION.test(part)) || isLeading(tokens, run);
  }
  return tokens;
}

/** True while the run began with punctuation that has no word yet to stick to. */
function isLeading(tokens: Token[], run: string): boolean {
  const [first] = tokens;
  return tokens.length === 1 && first !== undefined && /^[\p{P}\p{S}]+$/u.test(run.slice(...first));
}

/** True where the characters on both sides of a new seam must belong to one word. */
export function isGlued(before: string, after: string): boolean {
  if (!before || !after || SPACE.test(before) || SPACE.test(after)) return false;
  if (JOINS_BEFORE.test(after) || before === "\u200d") return true;
  if (UNSPACED.test(before) || UNSPACED.test(after)) {
    return OPENING.test(before) || (PUNCTUATION.test(after) && !OPENING.test(after));
  }
  return true;
}
