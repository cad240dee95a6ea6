/** What lies under the pointer, and what dragging it would do. Pure. */
import type { Span } from "../core/parts";
import type { Region } from "./regions";
import { type Scale, timeAt, xOf } from "./scale";

/** How near to an edge the pointer takes it, px. */
const EDGE_PX = 5;
/** In a narrow segment the middle stays free for the rest. */
const EDGE_SHARE = 0.3;

export type Hold = "start" | "end" | "both";

export type Target =
  | { kind: "edge"; segment: string; hold: "start" | "end" }
  | { kind: "body"; segment: string }
  | { kind: "ground" };

/** `regions` are those in sight, `active` the one in hand, whose edges come first. */
export function targetAt(
  scale: Scale,
  regions: readonly Region[],
  active: string | null,
  x_px: number,
): Target {
  const byTurn = [...regions].sort((a, b) => Number(b.segment === active) - Number(a.segment === active));
  for (const region of byTurn) {
    const left = xOf(scale, region.start_s);
    const right = xOf(scale, region.end_s);
    const reach = Math.min(EDGE_PX, EDGE_SHARE * (right - left));
    const outer = region.segment === active ? EDGE_PX : 0;
    if (x_px >= left - outer && x_px <= left + reach)
      return { kind: "edge", segment: region.segment, hold: "start" };
    if (x_px >= right - reach && x_px <= right + outer)
      return { kind: "edge", segment: region.segment, hold: "end" };
  }
  const time_s = timeAt(scale, x_px);
  const under = byTurn.filter(({ start_s, end_s }) => start_s <= time_s && time_s < end_s);
  // Of several the shortest: a long one under it has room elsewhere.
  const shortest = under.sort((a, b) => a.end_s - a.start_s - (b.end_s - b.start_s))[0];
  const found = under.find(({ segment }) => segment === active) ?? shortest;
  return found ? { kind: "body", segment: found.segment } : { kind: "ground" };
}

/** A span with one of its edges, or all of it, moved; never turned inside out. */
export function dragged(span: Span, hold: Hold, by_s: number, duration_s: number, least_s: number): Span {
  const [start_s, end_s] = span;
  if (hold === "start") return [Math.min(Math.max(0, start_s + by_s), end_s - least_s), end_s];
  if (hold === "end") return [start_s, Math.max(Math.min(duration_s, end_s + by_s), start_s + least_s)];
  const by = Math.min(Math.max(by_s, -start_s), duration_s - end_s);
  return [start_s + by, end_s + by];
}
