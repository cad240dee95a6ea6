/**
 * How changes of one text are carried into another that was made out of it: a merge of words in three ways.
 * `anchor` is what the second text was compared with last, `mine` the second text, and `theirs` what the first
 * text gives now. Where `mine` differs from `anchor`, somebody edited it by hand.
 */
import { alignWords } from "./diff";
import { type Token, tokenise } from "./tokens";

export interface Change {
  from: number;
  to: number;
  insert: string;
}

/** By hand here, and changed there since: the hand wins, until somebody takes what stands there. */
export interface Conflict {
  /** In the merged text; empty where the words were deleted by hand. */
  from: number;
  to: number;
  theirs: string;
  /** In the merged text: takes it. */
  take: Change;
  /** In the merged anchor: calls it settled, for whichever side. */
  settle: Change;
}

export interface Merged {
  text: string;
  /** From `mine` to `text`, in order. */
  changes: Change[];
  anchor: string;
  conflicts: Conflict[];
}

interface Parsed {
  text: string;
  tokens: Token[];
  words: string[];
}

/** Where words differ, as ranges of words in anchor, mine and theirs, and who made them differ. */
interface Chunk {
  anchor: Token;
  mine: Token;
  theirs: Token;
  isMine: boolean;
  isTheirs: boolean;
}

/** What a merge leaves may line up anew, and let more through; a few rounds bring it to rest. */
const MAX_ROUNDS = 5;

export function merge(anchor: string, mine: string, theirs: string, language = ""): Merged {
  let merged = mergeOnce(anchor, mine, theirs, language);
  for (let round = 1; round < MAX_ROUNDS; round++) {
    const next = mergeOnce(merged.anchor, merged.text, theirs, language);
    if (next.changes.length === 0) return { ...next, changes: merged.changes };
    merged = { ...next, changes: exchange(mine, next.text) };
  }
  return merged;
}

function mergeOnce(anchor: string, mine: string, theirs: string, language: string): Merged {
  // Nothing was edited by hand: all is taken, white space too.
  if (mine === anchor)
    return { text: theirs, changes: exchange(mine, theirs), anchor: theirs, conflicts: [] };
  if (theirs === anchor) return { text: mine, changes: [], anchor, conflicts: [] };
  const [a, m, t] = [parse(anchor, language), parse(mine, language), parse(theirs, language)];
  const changes: Change[] = [];
  const kept: Change[] = [];
  const disputed: Chunk[] = [];
  for (const chunk of chunksOf(a, m, t)) {
    const isAgreed = wordsIn(m, chunk.mine) === wordsIn(t, chunk.theirs);
    if (!chunk.isMine) changes.push(replaceWords(m, chunk.mine, t, chunk.theirs));
    else if (chunk.isTheirs && !isAgreed) {
      kept.push(replaceWords(t, chunk.theirs, a, chunk.anchor));
      disputed.push(chunk);
    }
  }
  const conflicts = disputed.map(({ mine: [first, end], theirs: place }, at): Conflict => {
    const take = shifted(replaceWords(m, [first, end], t, place), changes);
    const { from, to, insert } = kept[at] as Change;
    const back = shifted({ from, to: from, insert: theirs.slice(from, to) }, kept.slice(0, at));
    return {
      ...(first < end ? shifted(range(m, first, end), changes) : { from: take.from, to: take.from }),
      theirs: wordsIn(t, place),
      take,
      settle: { ...back, to: back.from + insert.length },
    };
  });
  return { text: apply(mine, changes), changes, anchor: apply(theirs, kept), conflicts };
}

/** Ranges of words in `mine` that are not in `anchor`, and how many places differ, deletions too. */
export function byHand(anchor: string, mine: string, language = ""): { ranges: Token[]; n: number } {
  if (anchor === mine) return { ranges: [], n: 0 };
  const tokens = tokenise(mine, language);
  const ranges: Token[] = [];
  let at = 0;
  let n = 0;
  let isSame = true;
  const before = tokenise(anchor, language).map((token) => anchor.slice(...token));
  for (const { kind } of alignWords(
    before,
    tokens.map((token) => mine.slice(...token)),
  )) {
    if (kind !== "same" && isSame) n += 1;
    isSame = kind === "same";
    if (kind === "inserted") ranges.push(tokens[at] as Token);
    if (kind !== "deleted") at += 1;
  }
  return { ranges, n };
}

export function apply(text: string, changes: readonly Change[]): string {
  let done = 0;
  let out = "";
  for (const { from, to, insert } of changes) {
    out += text.slice(done, from) + insert;
    done = to;
  }
  return out + text.slice(done);
}

/** The one change that makes `after` out of `before`; none where they are the same. */
export function exchange(before: string, after: string): Change[] {
  if (before === after) return [];
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return [{ from: head, to: before.length - tail, insert: after.slice(head, after.length - tail) }];
}

function parse(text: string, language: string): Parsed {
  const tokens = tokenise(text, language);
  return { text, tokens, words: tokens.map((token) => text.slice(...token)) };
}

function wordsIn({ words }: Parsed, [first, end]: Token): string {
  return words.slice(first, end).join(" ");
}

/** Ranges of words of one text, and what stands in their place in another. */
interface Edit {
  from: number;
  to: number;
  n: number;
}

/** Runs of words that differ; as many on both sides count word for word. */
function editsOf(before: Parsed, after: Parsed): Edit[] {
  const edits: Edit[] = [];
  let at = 0;
  let run: Edit | null = null;
  const close = () => {
    if (run && run.n === run.to - run.from) {
      for (let from = run.from; from < run.to; from++) edits.push({ from, to: from + 1, n: 1 });
    } else if (run) edits.push(run);
    run = null;
  };
  for (const { kind } of alignWords(before.words, after.words)) {
    if (kind === "same") close();
    else {
      run ??= { from: at, to: at, n: 0 };
      if (kind === "deleted") run.to += 1;
      else run.n += 1;
    }
    if (kind !== "inserted") at += 1;
  }
  close();
  return edits;
}

function chunksOf(a: Parsed, m: Parsed, t: Parsed): Chunk[] {
  const edits = [
    ...editsOf(a, m).map((edit) => ({ ...edit, isMine: true })),
    ...editsOf(a, t).map((edit) => ({ ...edit, isMine: false })),
  ].sort((one, other) => one.from - other.from || one.to - other.to);
  const chunks: Chunk[] = [];
  // How far words of mine and of theirs stand behind those of the anchor.
  let [lag_m, lag_t] = [0, 0];
  for (let i = 0; i < edits.length; ) {
    const { from } = edits[i] as Edit;
    let to = (edits[i] as Edit).to;
    const grown = { mine: 0, theirs: 0, isMine: false, isTheirs: false };
    do {
      const edit = edits[i] as (typeof edits)[number];
      const by = edit.n - (edit.to - edit.from);
      to = Math.max(to, edit.to);
      if (edit.isMine) Object.assign(grown, { isMine: true, mine: grown.mine + by });
      else Object.assign(grown, { isTheirs: true, theirs: grown.theirs + by });
      i += 1;
    } while (meets(edits[i], from, to));
    chunks.push({
      anchor: [from, to],
      mine: [from + lag_m, to + lag_m + grown.mine],
      theirs: [from + lag_t, to + lag_t + grown.theirs],
      isMine: grown.isMine,
      isTheirs: grown.isTheirs,
    });
    lag_m += grown.mine;
    lag_t += grown.theirs;
  }
  return chunks;
}

/** Two edits that only touch do not meet, but for words put in at the very same place. */
function meets(edit: Edit | undefined, from: number, to: number): boolean {
  if (!edit) return false;
  return edit.from < to || (edit.from === edit.to && from === to && edit.from === from);
}

/** Puts words of `source` in the place of words of `doc`, with the white space that goes with them. */
function replaceWords(doc: Parsed, [d0, d1]: Token, source: Parsed, [s0, s1]: Token): Change {
  const { tokens } = doc;
  const { from, to } = range(doc, d0, d1);
  const insert = source.text.slice(source.tokens[s0]?.[0] ?? 0, source.tokens[s1 - 1]?.[1] ?? 0);
  if (s0 < s1 && d0 < d1) return { from, to, insert };
  const before = tokens[d0 - 1]?.[1];
  if (s0 < s1) {
    if (before !== undefined) return { from: before, to: before, insert: gapBefore(source, s0, s1) + insert };
    const at = tokens[0]?.[0] ?? 0;
    return { from: at, to: at, insert: tokens.length ? insert + gapAfter(source, s0, s1) : insert };
  }
  if (before !== undefined) return { from: before, to, insert: "" };
  return { from, to: tokens[d1]?.[0] ?? to, insert: "" };
}

function gap({ text, tokens }: Parsed, at: number): string | null {
  const [before, after] = [tokens[at - 1], tokens[at]];
  return before && after ? text.slice(before[1], after[0]) : null;
}

function gapBefore(source: Parsed, s0: number, s1: number): string {
  return gap(source, s0) ?? gap(source, s1) ?? " ";
}

function gapAfter(source: Parsed, s0: number, s1: number): string {
  return gap(source, s1) ?? gap(source, s0) ?? " ";
}

function range({ tokens, text }: Parsed, first: number, end: number): { from: number; to: number } {
  return { from: tokens[first]?.[0] ?? text.length, to: tokens[end - 1]?.[1] ?? 0 };
}

/** A range of a text as it lies after `changes`, none of which reaches into it. */
function shifted<Place extends { from: number; to: number }>(
  place: Place,
  changes: readonly Change[],
): Place {
  const before = changes.filter(({ to }) => to <= place.from);
  const by = before.reduce((sum, { from, to, insert }) => sum + insert.length - (to - from), 0);
  return { ...place, from: place.from + by, to: place.to + by };
}
