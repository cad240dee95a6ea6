/** Estimated times for words that were typed where no word was. */
import type { Span } from "../core/parts";
import type { Token } from "./tokens";
import { Pool, type Word, WordMark, type Words, wordAfter, wordBefore } from "./words";

/** A gap shorter than this holds no word: new words then share with soft neighbours. */
const MIN_ROOM_S = 0.2;
/** A word that has more than this for each character stands for more than itself, so it shares. */
const SPARE_S_PER_CHAR = 0.16;

/** Adds `tokens`, all between the same two words, in the time between these. */
export function placeBetween(words: Words, tokens: Token[], duration_s: number): Words {
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (!first || !last) return words;
  const left = wordBefore(words, first[0]);
  const right = wordAfter(words, last[1]);
  const start_s = left ? left.value.end_s : 0;
  const gap: Span = [start_s, Math.max(start_s, right ? right.value.start_s : duration_s)];
  const shared = share(words, left, right, gap);
  const add = tokens.map(([from, to]) => WordMark.pooled(shared.pool, true).range(from, to));
  return shared.words.update({ add });
}

interface Shared {
  words: Words;
  pool: Pool;
}

function share(words: Words, left: Word | null, right: Word | null, gap: Span): Shared {
  const inside = left?.value.pool;
  if (inside && inside === right?.value.pool) return { words, pool: inside };
  const hasRoom = gap[1] - gap[0] >= MIN_ROOM_S;
  if (left?.value.soft && (!hasRoom || hasSpare(words, left))) return join(words, left, -1, gap);
  if (right?.value.soft && (!hasRoom || hasSpare(words, right))) return join(words, right, 1, gap);
  return { words, pool: new Pool(...gap) };
}

function hasSpare(words: Words, word: Word): boolean {
  const members = companions(words, word, -1).concat(companions(words, word, 1), word);
  const n_chars = members.reduce((sum, { from, to }) => sum + to - from, 0);
  return word.value.end_s - word.value.start_s > SPARE_S_PER_CHAR * n_chars;
}

/** Makes one pool of the gap and the soft word beside it, with all that this one already shares with. */
function join(words: Words, word: Word, side: -1 | 1, gap: Span): Shared {
  const { pool: known, estimated } = word.value;
  // Measured by nobody: a run of estimates from an earlier sitting shares as a whole.
  const run = known ? [] : estimated ? estimatedRun(words, word, side) : [word];
  const far = run.at(-1) ?? word;
  const start_s = Math.min(gap[0], word.value.start_s, far.value.start_s);
  const end_s = Math.max(gap[1], word.value.end_s, far.value.end_s);
  if (known && known.start_s === start_s && known.end_s === end_s) return { words, pool: known };
  const pool = new Pool(start_s, end_s);
  if (known) return { words: repool(words, [word.from, word.to], known, pool), pool };
  return { words: replaceMarks(words, run, pool), pool };
}

function estimatedRun(words: Words, word: Word, side: -1 | 1): Word[] {
  const run = [word];
  for (let next = step(words, word, side); next; next = step(words, next, side)) {
    if (!next.value.estimated || next.value.pool) break;
    run.push(next);
  }
  return run;
}

/** Puts all members of pool `from` in and around `region` into pool `to`. */
export function repool(words: Words, region: readonly [number, number], from: Pool, to: Pool): Words {
  const members: Word[] = [];
  words.between(...region, (start, end, mark) => {
    // Words that only touch the region are found below.
    if (mark.pool === from && end > region[0] && start < region[1]) members.push(mark.range(start, end));
  });
  for (let word = wordBefore(words, region[0]); word?.value.pool === from; word = step(words, word, -1)) {
    members.unshift(word);
  }
  for (let word = wordAfter(words, region[1]); word?.value.pool === from; word = step(words, word, 1)) {
    members.push(word);
  }
  return replaceMarks(words, members, to);
}

function replaceMarks(words: Words, members: Word[], pool: Pool): Words {
  const gone = new Set(members.map(({ value }) => value));
  const add = members.map(({ from, to, value }) => value.inPool(pool).range(from, to));
  return words.update({ add, filter: (_from, _to, mark) => !gone.has(mark), sort: true });
}

function companions(words: Words, word: Word, side: -1 | 1): Word[] {
  const found: Word[] = [];
  const { pool } = word.value;
  for (
    let next = step(words, word, side);
    pool && next?.value.pool === pool;
    next = step(words, next, side)
  ) {
    found.push(next);
  }
  return found;
}

function step(words: Words, word: Word, side: -1 | 1): Word | null {
  return side < 0 ? wordBefore(words, word.from) : wordAfter(words, word.to);
}
