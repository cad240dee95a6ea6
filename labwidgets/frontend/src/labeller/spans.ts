import type { Span } from "../core/parts";

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
