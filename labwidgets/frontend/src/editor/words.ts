/**
 * The words of a transcript as ranges over its text. A range says where a word stands, its mark says when it
 * sounds. Everything is immutable and shared between states, so an undo history can keep each state's words.
 */
import { MapMode, type Range, RangeSet, RangeValue } from "@codemirror/state";
import type { Span } from "../core/parts";

/** A stretch of time that neighbouring words share by their length, because nobody measured their own. */
export class Pool {
  constructor(
    readonly start_s: number,
    readonly end_s: number,
  ) {}
}

/** When a word sounds. Its identity is that of the object: an untouched word keeps its mark. */
export class WordMark extends RangeValue {
  override startSide = 1;
  override endSide = -1;
  override mapMode = MapMode.TrackDel;

  private constructor(
    private readonly span: Span | Pool,
    readonly confidence: number | null,
    readonly estimated: boolean,
    readonly edited: boolean,
  ) {
    super();
  }

  static measured(span: Span, confidence: number | null, estimated: boolean): WordMark {
    return new WordMark(span, confidence, estimated, false);
  }

  static pooled(pool: Pool, edited: boolean): WordMark {
    return new WordMark(pool, null, true, edited);
  }

  get pool(): Pool | null {
    return this.span instanceof Pool ? this.span : null;
  }

  /** Start of the word, or of the pool that it is in. */
  get start_s(): number {
    return this.span instanceof Pool ? this.span.start_s : this.span[0];
  }

  get end_s(): number {
    return this.span instanceof Pool ? this.span.end_s : this.span[1];
  }

  /** True where the times are not, or no longer, those that somebody measured for this very word. */
  get soft(): boolean {
    return this.estimated || this.edited;
  }

  asEdited(): WordMark {
    return this.edited ? this : new WordMark(this.span, null, this.estimated, true);
  }

  inPool(pool: Pool): WordMark {
    return WordMark.pooled(pool, this.edited);
  }
}

export type Words = RangeSet<WordMark>;
export type Word = Range<WordMark>;

export const NO_WORDS: Words = RangeSet.empty;

export interface TimedWord {
  from: number;
  to: number;
  start_s: number;
  end_s: number;
  mark: WordMark;
}

const timed = new WeakMap<Words, TimedWord[]>();

/** All words in order with their times; pools are shared out by characters. Kept as long as `words` lives. */
export function timedWords(words: Words): TimedWord[] {
  const known = timed.get(words);
  if (known) return known;
  const list: TimedWord[] = [];
  const cursor = words.iter();
  while (cursor.value) {
    const { from, to, value: mark } = cursor;
    list.push({ from, to, start_s: mark.start_s, end_s: mark.end_s, mark });
    cursor.next();
  }
  for (let first = 0; first < list.length; ) first = shareOut(list, first);
  timed.set(words, list);
  return list;
}

function shareOut(list: TimedWord[], first: number): number {
  const pool = list[first]?.mark.pool;
  if (!pool) return first + 1;
  let last = first;
  let total = 0;
  for (; list[last]?.mark.pool === pool; last++) total += length(list[last] as TimedWord);
  let done = 0;
  for (const word of list.slice(first, last)) {
    word.start_s = pool.start_s + ((pool.end_s - pool.start_s) * done) / total;
    done += length(word);
    word.end_s = done === total ? pool.end_s : pool.start_s + ((pool.end_s - pool.start_s) * done) / total;
  }
  return last;
}

function length(word: { from: number; to: number }): number {
  return word.to - word.from;
}

/** The last word that ends at or before `at`. */
export function wordBefore(words: Words, at: number): Word | null {
  for (let reach = 32; ; reach *= 8) {
    let found: Word | null = null;
    words.between(Math.max(0, at - reach), at, (from, to, value) => {
      if (to <= at) found = value.range(from, to);
    });
    if (found || reach >= at) return found;
  }
}

/** The first word that starts at or after `at`. */
export function wordAfter(words: Words, at: number): Word | null {
  const cursor = words.iter(at);
  while (cursor.value && cursor.from < at) cursor.next();
  return cursor.value ? cursor.value.range(cursor.from, cursor.to) : null;
}

/** The word that `at` is in or right behind, else the one right before which it stands. */
export function wordAt(words: Words, at: number): Word | null {
  let found: Word | null = null;
  words.between(at, at, (from, to, value) => {
    if (!found) found = value.range(from, to);
  });
  return found;
}

/** The word that sounds at `time_s`. */
export function wordSounding(words: Words, time_s: number): TimedWord | null {
  const word = wordBegun(words, time_s);
  return word && time_s < word.end_s ? word : null;
}

/** The last word that began at `time_s` or before, by halving. */
export function wordBegun(words: Words, time_s: number): TimedWord | null {
  const list = timedWords(words);
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as TimedWord).start_s <= time_s) low = middle + 1;
    else high = middle;
  }
  return list[low - 1] ?? null;
}
