import type { Span } from "../core/parts";
import type { ActivityMeter } from "./activity";

export interface Visit {
  active_ms: number;
  heard: Span[];
}

/** Sorted, without overlaps. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const [start_s, end_s] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && start_s <= last[1]) last[1] = Math.max(last[1], end_s);
    else merged.push([start_s, end_s]);
  }
  return merged;
}

/** Time spent with each segment and what was heard of it, over all the times that it was open. */
export class Visits {
  private readonly before = new Map<string, Visit>();

  constructor(
    private readonly meter: ActivityMeter,
    private readonly heard: () => Span[],
  ) {}

  /** The open segment's sums; the meter starts again from nothing. */
  soFar(segment: string): Visit {
    const before = this.before.get(segment);
    return {
      active_ms: (before?.active_ms ?? 0) + this.meter.take(),
      heard: mergeSpans([...(before?.heard ?? []), ...this.heard()]),
    };
  }

  leave(segment: string): void {
    this.before.set(segment, this.soFar(segment));
  }

  /** After a submit has carried them away. */
  forget(segment: string): void {
    this.before.delete(segment);
  }
}
