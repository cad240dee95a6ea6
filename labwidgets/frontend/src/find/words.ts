import { count } from "../labeller/words";
import type { FindModel } from "./model";

export const KEYS = [
  ["↑ ↓", "move"],
  ["P", "play"],
  ["Shift+P", "play more"],
  ["Enter", "replace"],
  ["S", "skip"],
  ["Space", "tick"],
  ["Ctrl+Enter", "replace all ticked"],
  ["O", "open"],
] as const;

const of = (n: number, one: string, many: string) => `${count(n)} ${n === 1 ? one : many}`;

/** How a search stands, in words. */
export function summary(model: FindModel): string {
  const { hits, busy, trouble } = model;
  if (trouble !== null) return `That did not work: ${trouble}`;
  if (model.searched === null) return "Type what to look for and press Enter.";
  if (busy === "search" && hits.length === 0) return "Looking …";
  if (busy === "undo") return "Taking back …";
  const n_segments = new Set(hits.map(({ group }) => group.segment)).size;
  const most = model.n_segments ?? n_segments;
  const parts: string[] = [];
  if (hits.length === 0) return "Nothing like it in what is not reviewed.";
  const where = model.hasMore
    ? `the first ${count(n_segments)} of up to ${count(most)} segments`
    : of(n_segments, "segment", "segments");
  parts.push(`${of(hits.length, "place", "places")} in ${where}`);
  parts.push(`${count(hits.filter(({ isHeard }) => isHeard).length)} heard`);
  if (model.n_replaced > 0) parts.push(`${count(model.n_replaced)} replaced`);
  if (model.n_refused > 0) parts.push(`${count(model.n_refused)} not: the reason stands in the row`);
  return `${parts.join(", ")}${busy === "replace" ? " …" : "."}`;
}
