/** Between what is stored (text and word payloads) and the ranges that the editor works with. */
import type { Text } from "@codemirror/state";
import type { EditorContent } from "../core/parts";
import type { WordPayload } from "../core/protocol";
import { composed } from "./clean";
import { placeBetween } from "./placing";
import type { Clip } from "./reword";
import { findTags, isTag, withoutTags } from "./tags";
import { type Token, tokenise } from "./tokens";
import { NO_WORDS, type TimedWord, timedWords, type Word, WordMark, type Words } from "./words";

/** Finds `payloads` in `text` in order; what none of them covers gets estimated times. */
export function wordsOf(text: string, payloads: readonly WordPayload[], clip: Clip): Words {
  const known = fitTimes(locate(text, payloads), clip.duration_s);
  let words: Words = known.length ? NO_WORDS.update({ add: known }) : NO_WORDS;
  for (const run of uncovered(text, known, clip.language)) words = placeBetween(words, run, clip.duration_s);
  return words;
}

interface Placed {
  from: number;
  to: number;
  payload: WordPayload;
}

function locate(text: string, payloads: readonly WordPayload[]): Placed[] {
  const placed: Placed[] = [];
  const bare = blanked(text);
  let at = 0;
  for (const payload of payloads) {
    const sent = payload.text.trim();
    const needle = isTag(sent) ? sent : withoutTags(sent);
    const from = needle ? (isTag(sent) ? text : bare).indexOf(needle, at) : -1;
    if (from < 0) continue;
    at = from + needle.length;
    placed.push({ from, to: at, payload });
  }
  return placed.map((word, i) => withPunctuation(bare, word, placed[i - 1]?.to ?? 0, placed[i + 1]?.from));
}

/** The text with nothing in the places of its tags: no word is in one, and none reaches over one. */
function blanked(text: string): string {
  let bare = text;
  for (const { from, to } of findTags(text)) {
    bare = bare.slice(0, from) + "\0".repeat(to - from) + bare.slice(to);
  }
  return bare;
}

/** Widens a word over the rest of its run of characters, as far as no other word has it. */
function withPunctuation(text: string, word: Placed, low: number, high = text.length): Placed {
  const before = /[\p{P}\p{S}\p{M}]*$/u.exec(text.slice(Math.max(low, word.from - 16), word.from))?.[0] ?? "";
  const after = /^[\p{P}\p{S}\p{M}]*/u.exec(text.slice(word.to, Math.min(high, word.to + 16)))?.[0] ?? "";
  const isOwn = low === word.from - before.length && low > 0;
  return { ...word, from: word.from - (isOwn ? 0 : before.length), to: word.to + after.length };
}

/** Models give times that overlap or leave the clip; from here on they never do. */
function fitTimes(placed: Placed[], duration_s: number): Word[] {
  let from_s = 0;
  return placed.map(({ from, to, payload }) => {
    const start_s = clamp(payload.start_s, from_s, duration_s);
    const end_s = clamp(payload.end_s, start_s, duration_s);
    from_s = end_s;
    return WordMark.measured([start_s, end_s], payload.confidence, payload.estimated).range(from, to);
  });
}

function clamp(value: number, low: number, high: number): number {
  return Number.isFinite(value) ? Math.max(low, Math.min(Math.max(low, high), value)) : low;
}

function uncovered(text: string, known: Word[], language: string): Token[][] {
  const runs: Token[][] = [];
  let at = 0;
  for (const edge of [...known, { from: text.length, to: text.length }]) {
    const run = tokenise(text.slice(at, edge.from), language).map(
      ([from, to]): Token => [from + at, to + at],
    );
    if (run.length) runs.push(run);
    at = edge.to;
  }
  return runs;
}

/** What goes to the kernel. */
export function contentOf(doc: Text, words: Words): EditorContent {
  const text = doc.toString();
  const whole = composed(text);
  const payloads = payloadsOf(doc, words);
  // Parts of a composed text are composed.
  if (whole === text) return { text, words: payloads };
  return { text: whole, words: payloads.map((word) => ({ ...word, text: composed(word.text) })) };
}

/** What came from the kernel, or from another text. */
export function composedContent({ text, words }: EditorContent): EditorContent {
  return {
    text: composed(text.replace(/\r\n?/g, "\n")),
    words: words.map((word) => ({ ...word, text: composed(word.text) })),
  };
}

export function payloadOf(doc: Text, { from, to, start_s, end_s, mark }: TimedWord): WordPayload {
  const { confidence, estimated } = mark;
  return { text: doc.sliceString(from, to), start_s, end_s, confidence, estimated };
}

export function payloadsOf(doc: Text, words: Words): WordPayload[] {
  const text = doc.toString();
  return timedWords(words).map(({ from, to, start_s, end_s, mark }) => ({
    text: text.slice(from, to),
    start_s,
    end_s,
    confidence: mark.confidence,
    estimated: mark.estimated,
  }));
}
