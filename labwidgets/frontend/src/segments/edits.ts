/** What can be done to the segments of a recording: the message for the kernel, and what the page shows at once. */
import type { Span } from "../core/parts";
import type { ChangeSegmentsRequest, PiecePayload } from "../core/protocol";
import type { Piece } from "./cutting";
import { LEAST_S, type Region, type Swap } from "./regions";

/** One change: versions are filled in when it is sent, from what the kernel said last. */
export interface Edit extends Swap {
  change: Omit<ChangeSegmentsRequest, "segments"> & { segments: string[] };
  /** For people: "split". */
  name: string;
}

export interface Making {
  recording: string;
  duration_s: number;
  newId: () => string;
  now_ms: () => number;
}

/** A span within the recording and not too short; null where none is left. */
export function usable([start_s, end_s]: Span, duration_s: number): Span | null {
  const from = Math.max(0, Math.min(start_s, end_s));
  const to = Math.min(duration_s, Math.max(start_s, end_s));
  return to - from >= LEAST_S ? [from, to] : null;
}

type Body = Pick<Edit["change"], "kind" | "pieces" | "segments"> &
  Partial<Pick<Edit["change"], "speaker" | "to_speaker">>;

function edit(making: Making, name: string, body: Body, swap: Swap): Edit {
  const { recording, newId, now_ms } = making;
  const rest = { change_id: newId(), recording, client_at_ms: now_ms(), speaker: null, to_speaker: null };
  return { ...swap, name, change: { ...rest, ...body } };
}

function fresh(
  making: Making,
  at: Pick<Region, "channel" | "speaker">,
  [start_s, end_s]: Span,
  text: string,
): Region {
  const { channel, speaker } = at;
  const rest = { origin: null, state: "open" as const, revision: 0, confidence: null, flags: [] };
  return { segment: making.newId(), version: 1, channel, start_s, end_s, speaker, text, ...rest };
}

function pieceOf(region: Region, content: Piece | null): PiecePayload {
  const { segment, channel, start_s, end_s, speaker } = region;
  return {
    segment,
    channel,
    start_s,
    end_s,
    speaker,
    text: content?.text ?? null,
    words: content ? [...content.words] : null,
    layers: content?.layers ?? null,
  };
}

export function create(making: Making, span: Span, at: Pick<Region, "channel" | "speaker">): Edit {
  const made = fresh(making, at, span, "");
  const body = { kind: "create" as const, segments: [], pieces: [pieceOf(made, null)] };
  return edit(making, "new segment", body, { before: [], after: [made] });
}

/** `content`: what stands in the text, where it is open; its words move with the start. */
export function retime(making: Making, region: Region, [start_s, end_s]: Span, content: Piece | null): Edit {
  const after = { ...region, start_s, end_s };
  const body = { kind: "retime" as const, segments: [region.segment], pieces: [pieceOf(after, content)] };
  return edit(making, "new times", body, { before: [region], after: [after] });
}

/** `contents` of the two sides; null where the text is not known here and the kernel cuts it. */
export function split(making: Making, region: Region, time_s: number, contents: [Piece, Piece] | null): Edit {
  const spans: Span[] = [
    [region.start_s, time_s],
    [time_s, region.end_s],
  ];
  const after = spans.map((span, at) => fresh(making, region, span, contents?.[at]?.text ?? ""));
  const pieces = after.map((one, at) => pieceOf(one, contents?.[at] ?? null));
  return edit(
    making,
    "split",
    { kind: "split", segments: [region.segment], pieces },
    { before: [region], after },
  );
}

export function merge(making: Making, regions: readonly Region[], content: Piece | null): Edit | null {
  const [first] = regions;
  if (!first || regions.length < 2) return null;
  const span: Span = [first.start_s, Math.max(...regions.map(({ end_s }) => end_s))];
  const text = regions.map((one) => one.text).join(" ");
  const made = fresh(making, first, span, content?.text ?? text);
  const segments = regions.map(({ segment }) => segment);
  const body = { kind: "merge" as const, segments, pieces: [pieceOf(made, content)] };
  return edit(making, "merge", body, { before: regions, after: [made] });
}

export function remove(making: Making, regions: readonly Region[]): Edit {
  const segments = regions.map(({ segment }) => segment);
  return edit(making, "deletion", { kind: "delete", segments, pieces: [] }, { before: regions, after: [] });
}

export function assign(making: Making, regions: readonly Region[], speaker: string | null): Edit {
  const segments = regions.map(({ segment }) => segment);
  const after = regions.map((region) => ({ ...region, speaker }));
  const body = { kind: "assign" as const, segments, pieces: [], speaker };
  return edit(making, "speaker", body, { before: regions, after });
}

/** In the whole recording; a name that exists makes one speaker of two. */
export function rename(making: Making, all: readonly Region[], from: string, to: string): Edit {
  const before = all.filter(({ speaker }) => speaker === from);
  const after = before.map((region) => ({ ...region, speaker: to }));
  const body = { kind: "rename" as const, segments: [], pieces: [], speaker: from, to_speaker: to };
  return edit(making, "name", body, { before, after });
}

/** What stands in a segment that a change makes, as far as this page knows it. */
export function contentOf({ change, before }: Edit, segment: string): Piece | null {
  if (before.some((row) => row.segment === segment)) return null;
  const piece = change.pieces.find((one) => one.segment === segment);
  if (!piece) return null;
  if (piece.text === null) return change.kind === "create" ? { text: "", words: [] } : null;
  return { text: piece.text, words: piece.words ?? [], layers: piece.layers ?? {} };
}

/** The same change once more, after it was taken back: ids of new segments are never used twice. */
export function again(making: Making, done: Edit): { edit: Edit; ids: Map<string, string> } {
  const kept = new Set(done.before.map(({ segment }) => segment));
  const ids = new Map(
    done.after.filter(({ segment }) => !kept.has(segment)).map(({ segment }) => [segment, making.newId()]),
  );
  return {
    edit: { ...renamed(done, ids), change: { ...renamed(done, ids).change, change_id: making.newId() } },
    ids,
  };
}

/** With other ids for some segments. */
export function renamed(done: Edit, ids: ReadonlyMap<string, string>): Edit {
  const id = (segment: string) => ids.get(segment) ?? segment;
  const rows = (all: readonly Region[]) => all.map((row) => ({ ...row, segment: id(row.segment) }));
  const { change } = done;
  const pieces = change.pieces.map((piece) => ({ ...piece, segment: id(piece.segment) }));
  return {
    ...done,
    before: rows(done.before),
    after: rows(done.after),
    change: { ...change, segments: change.segments.map(id), pieces },
  };
}
