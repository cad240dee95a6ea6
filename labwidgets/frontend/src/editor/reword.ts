/**
 * What a change of the text does to its words. Only the words that a change touches are looked at again:
 * measured times of all others stay as they are.
 */
import type { ChangeDesc, Text } from "@codemirror/state";

import { placeBetween, repool } from "./placing";
import { findTags, MAX_TAG } from "./tags";
import { isGlued, type Token, tokenise } from "./tokens";
import { Pool, type Word, WordMark, type Words } from "./words";

export interface Clip {
  duration_s: number;
  language: string;
}

/** How far typed words of a script without spaces are parted anew around a change, in characters. */
const RESEGMENT_REACH = 64;

/** The words of `doc`, which `changes` made out of the text that `words` belong to. */
export function reword(words: Words, changes: ChangeDesc, doc: Text, clip: Clip): Words {
  let next = words.map(changes);
  const grown: Grown = new Map();
  const fresh: Token[][] = [];
  for (const region of dirtyRegions(words, next, changes, doc)) {
    const olds = oldWords(words, changes, region);
    const tokens = tokenise(doc.sliceString(...region), clip.language);
    const shifted = tokens.map(([from, to]): Token => [from + region[0], to + region[0]]);
    next = rewordRegion(next, region, group(olds, shifted), { grown, fresh });
  }
  // Last, when every word around has the time that it keeps.
  for (const run of fresh) if (run.length) next = placeBetween(next, run, clip.duration_s);
  return next;
}

/** What became of a pool; one change of the text can meet it in several places. */
type Grown = Map<Pool, Pool>;

function current(pool: Pool, grown: Grown): Pool {
  const next = grown.get(pool);
  return next ? current(next, grown) : pool;
}

type Region = [from: number, to: number];

function dirtyRegions(words: Words, mapped: Words, changes: ChangeDesc, doc: Text): Region[] {
  const regions: Region[] = [];
  changes.iterChangedRanges((fromA, toA, fromB, toB) => {
    let [low, high] = [fromB, toB];
    words.between(fromA, toA, (from, to) => {
      if (from >= toA || to <= fromA) return;
      low = Math.min(low, changes.mapPos(from, -1));
      high = Math.max(high, changes.mapPos(to, 1));
    });
    const region = expand(mapped, doc, [low, high]);
    const last = regions.at(-1);
    if (last && region[0] <= last[1]) last[1] = Math.max(last[1], region[1]);
    else regions.push(region);
  });
  return regions;
}

function expand(words: Words, doc: Text, region: Region): Region {
  let [low, high] = region;
  for (let isGrowing = true; isGrowing; ) {
    const [from, to] = [low, high];
    words.between(from, to, (start, end) => {
      if (end === from && !isGluedAt(doc, from)) return;
      if (start === to && !isGluedAt(doc, to)) return;
      low = Math.min(low, start);
      high = Math.max(high, end);
    });
    [low, high] = overTags(doc, [low, high]);
    isGrowing = low < from || high > to;
  }
  return [softEdge(words, low, -1), softEdge(words, high, 1)];
}

/** A tag can have space in it, so what is typed at its end makes one word of several. */
function overTags(doc: Text, [from, to]: Region): Region {
  const start = Math.max(0, from - MAX_TAG);
  const tags = findTags(doc.sliceString(start, Math.min(doc.length, to + MAX_TAG)));
  const met = tags.filter((tag) => start + tag.from < to && start + tag.to > from);
  return [
    Math.min(from, ...met.map((tag) => start + tag.from)),
    Math.max(to, ...met.map((tag) => start + tag.to)),
  ];
}

function isGluedAt(doc: Text, at: number): boolean {
  const before = [...doc.sliceString(Math.max(0, at - 2), at)].at(-1) ?? "";
  const after = [...doc.sliceString(at, Math.min(doc.length, at + 2))][0] ?? "";
  return isGlued(before, after);
}

/** Words without space between them, typed letter by letter, only become words together. */
function softEdge(words: Words, edge: number, side: -1 | 1): number {
  let at = edge;
  for (let isMoving = true; isMoving && Math.abs(at - edge) < RESEGMENT_REACH; ) {
    isMoving = false;
    words.between(at, at, (from, to, mark) => {
      if (!mark.soft || (side < 0 ? to : from) !== at) return;
      at = side < 0 ? from : to;
      isMoving = true;
      return false;
    });
  }
  return at;
}

interface OldWord {
  /** Where the word, or what replaced it, stands now. */
  from: number;
  to: number;
  mark: WordMark;
  isIntact: boolean;
}

function oldWords(words: Words, changes: ChangeDesc, [low, high]: Region): OldWord[] {
  const back = changes.invertedDesc;
  const [lowA, highA] = [back.mapPos(low, -1), back.mapPos(high, 1)];
  const olds: OldWord[] = [];
  words.between(lowA, highA, (from, to, mark) => {
    if (from < lowA || to > highA) return;
    let [start, end] = [changes.mapPos(from, 1), changes.mapPos(to, -1)];
    if (start >= end) [start, end] = [changes.mapPos(from, -1), changes.mapPos(to, 1)];
    if (start < end) olds.push({ from: start, to: end, mark, isIntact: isIntact(changes, from, to) });
  });
  return olds;
}

function isIntact(changes: ChangeDesc, from: number, to: number): boolean {
  let intact = true;
  changes.iterChangedRanges((fromA, toA) => {
    if (fromA < to && toA > from) intact = false;
  });
  return intact;
}

interface Group {
  olds: OldWord[];
  tokens: Token[];
  to: number;
}

/** Old words and new tokens that overlap, directly or through each other, in order. */
function group(olds: OldWord[], tokens: Token[]): Group[] {
  const items = [
    ...olds.map((old) => ({ from: old.from, to: old.to, old })),
    ...tokens.map((token) => ({ from: token[0], to: token[1], token })),
  ].sort((a, b) => a.from - b.from);
  const groups: Group[] = [];
  for (const item of items) {
    let last = groups.at(-1);
    if (!last || item.from >= last.to) {
      last = { olds: [], tokens: [], to: item.to };
      groups.push(last);
    }
    last.to = Math.max(last.to, item.to);
    if ("old" in item) last.olds.push(item.old);
    else last.tokens.push(item.token);
  }
  return groups;
}

interface Pending {
  grown: Grown;
  /** New words that stand together, to be placed. */
  fresh: Token[][];
}

function rewordRegion(words: Words, [low, high]: Region, groups: Group[], { grown, fresh }: Pending): Words {
  const add: Word[] = [];
  const known = new Set(grown.keys());
  fresh.push([]);
  for (const { olds, tokens } of groups) {
    if (!olds.length) fresh.at(-1)?.push(...tokens);
    else if (tokens.length) {
      add.push(...inherit(olds, tokens, grown));
      fresh.push([]);
    }
  }
  const filter = (from: number, to: number) => from < low || to > high;
  let next = words.update({ add, filter, filterFrom: low, filterTo: high });
  for (const from of grown.keys()) {
    if (!known.has(from)) next = repool(next, [low, high], from, current(from, grown));
  }
  return next;
}

/** One word stays itself; else the words now there share the time of those that were. Notes pools that grew. */
function inherit(olds: OldWord[], tokens: Token[], grown: Grown): Word[] {
  const [old] = olds;
  const [token] = tokens;
  if (!old || !token) return [];
  // A pool may reach over several groups: a later one goes on with what an earlier one made of it.
  if (olds.length === 1 && tokens.length === 1) {
    const { pool } = old.mark;
    const mark = pool && current(pool, grown) !== pool ? old.mark.inPool(current(pool, grown)) : old.mark;
    const isSame = old.isIntact && old.from === token[0] && old.to === token[1];
    return [(isSame ? mark : mark.asEdited()).range(...token)];
  }
  const spans = olds.map(({ mark }) => (mark.pool ? current(mark.pool, grown) : mark));
  const start_s = Math.min(...spans.map((span) => span.start_s));
  const end_s = Math.max(...spans.map((span) => span.end_s));
  const pools = spans.filter((span) => span instanceof Pool);
  const pool =
    pools.find((known) => known.start_s === start_s && known.end_s === end_s) ?? new Pool(start_s, end_s);
  for (const known of pools) if (known !== pool) grown.set(known, pool);
  return tokens.map(([from, to]) => WordMark.pooled(pool, true).range(from, to));
}
