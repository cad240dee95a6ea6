/** Where nobody speaks: for edges that snap, and for playing that skips. Spans are sorted and do not overlap. */
import type { Span } from "../core/parts";

/** Kept on both sides of speech when a segment snaps to it, and when playing skips to it, s. */
const PAD_S = 0.12;
/** Shorter pauses belong to the rhythm of speech and are not skipped. */
const LEAST_SKIP_S = 1;

/** The first span that ends after a time. */
function behind(speech: readonly Span[], time_s: number): number {
  let low = 0;
  let high = speech.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((speech[middle] as Span)[1] > time_s) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The edges of speech within a span, with their padding, in order. */
export function edgesBetween(speech: readonly Span[], from_s: number, to_s: number): number[] {
  const edges: number[] = [];
  for (let at = Math.max(0, behind(speech, from_s) - 1); at < speech.length; at += 1) {
    const [start_s, end_s] = speech[at] as Span;
    if (start_s - PAD_S > to_s) break;
    for (const edge of [Math.max(0, start_s - PAD_S), end_s + PAD_S]) {
      if (edge >= from_s && edge <= to_s) edges.push(edge);
    }
  }
  return edges;
}

/** The nearest of some times within a distance; else the time itself. */
export function magnet(time_s: number, edges: readonly number[], within_s: number): number {
  let best = time_s;
  let distance_s = within_s;
  for (const edge of edges) {
    if (Math.abs(edge - time_s) > distance_s) continue;
    best = edge;
    distance_s = Math.abs(edge - time_s);
  }
  return best;
}

/** A segment's span drawn to the speech in it, with its padding; null where nobody speaks in it. */
export function snapped(span: Span, speech: readonly Span[], duration_s: number): Span | null {
  const [start_s, end_s] = span;
  const first = behind(speech, start_s);
  const [spoken_s = Number.POSITIVE_INFINITY] = speech[first] ?? [];
  if (spoken_s >= end_s) return null;
  let last = first;
  while ((speech[last + 1]?.[0] ?? Number.POSITIVE_INFINITY) < end_s) last += 1;
  const low = (speech[first - 1]?.[1] ?? 0) - 1e-9;
  const high = speech[last + 1]?.[0] ?? duration_s;
  const from_s = Math.max(Math.min(low + 1e-9, spoken_s), spoken_s - PAD_S);
  const until_s = speech[last]?.[1] ?? end_s;
  return [Math.max(0, from_s), Math.min(duration_s, Math.max(until_s, Math.min(until_s + PAD_S, high)))];
}

/** Where playing goes on when it skips silence: a little before the next speech; null where it need not jump. */
export function skipFrom(time_s: number, speech: readonly Span[]): number | null {
  const next = speech[behind(speech, time_s)];
  const before = speech[behind(speech, time_s) - 1];
  if (!next) return null;
  const [start_s] = next;
  const isJustOver = before !== undefined && time_s < before[1] + PAD_S;
  if (isJustOver || start_s - time_s < LEAST_SKIP_S) return null;
  return start_s - PAD_S;
}

/** The silence around a time as a span, or null within speech. */
export function pauseAt(time_s: number, speech: readonly Span[], duration_s: number): Span | null {
  const at = behind(speech, time_s);
  const next = speech[at];
  if (next && next[0] <= time_s) return null;
  return [speech[at - 1]?.[1] ?? 0, next?.[0] ?? duration_s];
}
