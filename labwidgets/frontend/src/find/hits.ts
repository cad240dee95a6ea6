import type { Span } from "../core/parts";
import type { ClipPayload, FoundPayload, HitPayload, ReplacementPayload } from "../core/protocol";

export type HitState = "waiting" | "replaced" | "skipped" | "refused";

/** What all hits of one segment share. */
export interface Group {
  readonly segment: string;
  readonly clip: ClipPayload;
  readonly kind: FoundPayload["kind"];
  base: string;
  /** Played since it was found. */
  heard: Span[];
  readonly hits: Hit[];
}

/** One place, and what the user has made of it so far. */
export interface Hit {
  readonly group: Group;
  place: HitPayload;
  isTicked: boolean;
  isHeard: boolean;
  state: HitState;
  /** Why it was not replaced. */
  reason: string;
}

/** Played as far as a person needs to tell the word. */
const HEARD_SHARE = 0.9;

export function groupOf({ segment, clip, kind, base, hits }: FoundPayload): Group {
  const group: Group = { segment, clip, kind, base, heard: [], hits: [] };
  for (const place of hits) {
    const hit: Hit = { group, place, isTicked: false, isHeard: false, state: "waiting", reason: "" };
    hit.isTicked = isReplaceable(hit);
    group.hits.push(hit);
  }
  return group;
}

/** A draft may be mended unheard and stays a draft; what a person submitted only where that person listened. */
export function isReplaceable({ group, isHeard, state }: Hit): boolean {
  if (state === "replaced" || state === "refused") return false;
  return group.kind === "draft" || (group.kind === "own" && isHeard);
}

/** Notes what was played; says which hits that makes heard for the first time. */
export function noteHeard(group: Group, span: Span): Hit[] {
  group.heard.push(span);
  const fresh = group.hits.filter(
    (hit) => !hit.isHeard && covered_s(group.heard, spanOf(hit)) >= needed_s(hit),
  );
  for (const hit of fresh) {
    hit.isHeard = true;
    if (group.kind === "own" && hit.state === "waiting") hit.isTicked = true;
  }
  return fresh;
}

export function spanOf({ place }: Hit): Span {
  return [place.start_s, place.end_s];
}

function needed_s({ place }: Hit): number {
  return HEARD_SHARE * (place.end_s - place.start_s);
}

function covered_s(spans: readonly Span[], [start_s, end_s]: Span): number {
  let covered = 0;
  let from_s = start_s;
  for (const [first_s, last_s] of [...spans].sort((a, b) => a[0] - b[0])) {
    const begin_s = Math.max(from_s, first_s);
    const stop_s = Math.min(end_s, last_s);
    if (stop_s <= begin_s) continue;
    covered += stop_s - begin_s;
    from_s = stop_s;
  }
  return covered;
}

/** What goes to the kernel for some hits: one item a segment. */
export function itemsOf(hits: readonly Hit[]): [Group, ReplacementPayload][] {
  const groups = new Map<Group, number[]>();
  for (const { group, place } of hits) groups.set(group, [...(groups.get(group) ?? []), place.start]);
  return [...groups].map(([group, starts]) => {
    const { segment, kind, base, heard } = group;
    return [group, { segment, kind, base, starts, heard }];
  });
}

/** Carries the kernel's answer for one segment over to its hits; `starts` are those that were sent. */
export function settle(
  group: Group,
  starts: readonly number[],
  n: number,
  refused: string,
  now: FoundPayload,
): void {
  const sent = group.hits.filter((hit) => isOpen(hit) && starts.includes(hit.place.start));
  for (const hit of sent) {
    hit.state = n > 0 ? "replaced" : "refused";
    hit.reason = refused;
    hit.isTicked = false;
  }
  if (n === 0) return;
  group.base = now.base;
  const left = group.hits.filter(isOpen);
  // What is left of the segment comes in the same order, at its new places.
  for (const [at, hit] of left.entries()) {
    const place = now.hits[at];
    if (place && now.hits.length === left.length) hit.place = place;
    else Object.assign(hit, { state: "refused", isTicked: false, reason: "Its place moved: search again." });
  }
}

function isOpen({ state }: Hit): boolean {
  return state === "waiting" || state === "skipped";
}
