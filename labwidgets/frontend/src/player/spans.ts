import type { Span } from "../core/parts";

/** Neighbours closer than this count as one: the clock of a media element is read once a frame. */
const JOIN_S = 0.03;

/** `spans` (merged, sorted) with one more. An empty or reversed one changes nothing. */
export function addSpan(spans: readonly Span[], [start_s, end_s]: Span): Span[] {
  if (!(end_s > start_s)) return [...spans];
  const before = spans.filter((span) => span[1] < start_s - JOIN_S);
  const after = spans.filter((span) => span[0] > end_s + JOIN_S);
  const touching = spans.slice(before.length, spans.length - after.length);
  const merged: Span = [
    Math.min(start_s, ...touching.map((span) => span[0])),
    Math.max(end_s, ...touching.map((span) => span[1])),
  ];
  return [...before, merged, ...after];
}

/** What of 0…duration_s the merged, sorted `spans` leave out; slivers under `least_s` are left out too. */
export function gapsBetween(spans: readonly Span[], duration_s: number, least_s = JOIN_S): Span[] {
  const gaps: Span[] = [];
  let from_s = 0;
  for (const [start_s, end_s] of [...spans, [duration_s, duration_s] as const]) {
    if (start_s - from_s > least_s) gaps.push([from_s, Math.min(start_s, duration_s)]);
    from_s = Math.max(from_s, end_s);
  }
  return gaps;
}

export function clampSpan([a_s, b_s]: Span, duration_s: number): Span {
  const clamp = (time_s: number) => Math.min(duration_s, Math.max(0, time_s));
  return [clamp(Math.min(a_s, b_s)), clamp(Math.max(a_s, b_s))];
}

/** Collects what was heard from readings of a clock; a jump is told by `jump`, all else was played. */
export class HeardTracker {
  spans: Span[] = [];
  private last_s: number | null = null;

  /** Sound starts, or goes on, from here. */
  jump(time_s: number): void {
    this.last_s = time_s;
  }

  /** The clock stands here now, without a jump since the last reading. */
  advance(time_s: number): void {
    if (this.last_s !== null && time_s > this.last_s) this.spans = addSpan(this.spans, [this.last_s, time_s]);
    this.last_s = time_s;
  }

  stop(): void {
    this.last_s = null;
  }

  clear(): void {
    this.spans = [];
    this.last_s = null;
  }
}
