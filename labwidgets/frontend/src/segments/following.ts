import type { Editor } from "../core/parts";
import type { SegmentReply } from "../core/protocol";
import type { SegmentCache } from "../labeller/segments";
import type { Session } from "../labeller/session";
import type { Piece } from "./cutting";
import type { RecordingDocument } from "./document";
import { contentOf, type Edit } from "./edits";
import type { Parcel } from "./queue";
import type { Region } from "./regions";

export interface FollowingParts {
  session: Session;
  editor: Editor;
  cache: SegmentCache;
  recordingDoc: RecordingDocument;
  language: string;
  window_s: number;
  /** The open segment has other times now. */
  onSpan: (region: Region) => void;
}

/** What the kernel will answer for a segment that was made here. */
export function madeReply(region: Region, content: Piece, language: string, window_s: number): SegmentReply {
  const { segment, start_s, end_s } = region;
  return {
    segment,
    clip: { id: segment, duration_s: end_s - start_s, window_s },
    state: "open",
    language,
    text: content.text,
    words: [...content.words],
    layers: { ...content.layers },
    draft: null,
    no_draft: "it was made just now",
    held_back: null,
    opinion: null,
    facts: [],
    peaks_bins: 0,
    audio_error: null,
  };
}

/** The open text goes where its segment goes. */
export class Following {
  constructor(private readonly parts: FollowingParts) {}

  /** What is made here need not be asked for. */
  prepare(edit: Edit): void {
    const { cache, language, window_s } = this.parts;
    for (const region of edit.after) {
      const content = contentOf(edit, region.segment);
      if (!content) continue;
      cache.put(region.segment, { reply: madeReply(region, content, language, window_s), peaks: null });
    }
  }

  /** Rows went and others came, here and now. */
  rows(from: Edit["before"], to: Edit["after"]): void {
    const { session, cache } = this.parts;
    const here = session.here;
    const stays = new Set(to.map(({ segment }) => segment));
    const gone = from.filter(({ segment }) => !stays.has(segment));
    for (const { segment } of gone) this.drop(segment);
    for (const { segment } of from) if (stays.has(segment)) cache.forget(segment);
    const isLeft = here === null || gone.some(({ segment }) => segment === here);
    const fresh = to.filter(({ segment }) => !from.some((row) => row.segment === segment));
    const next = fresh[0] ?? (isLeft ? this.near(gone[0] ?? null) : null);
    if (next && (isLeft || from.length === 0)) {
      void session.open(next.segment, { play: false, isJump: true });
      return;
    }
    if (isLeft) return void session.openNext(null, false);
    this.retime(from, to);
  }

  /** The kernel has it now: what it knows of the new ones comes in below the text. */
  answered({ kind, edit }: Parcel, rows: readonly Region[]): void {
    const { session, cache } = this.parts;
    const from = kind === "change" ? edit.before : edit.after;
    const made = rows.filter(({ segment }) => !from.some((row) => row.segment === segment));
    for (const { segment, origin, revision } of rows) {
      const isHere = session.current?.segment === segment;
      const content = contentOf(edit, segment);
      if (!isHere) cache.forget(segment);
      if (revision > 0) session.ledger.acknowledge({ segment, revision });
      const { current } = session;
      if (current && isHere) current.base_revision = Math.max(current.base_revision, revision);
      // A text of nobody's yet: it was typed, and it waits for its submit.
      if (origin !== "kept" || kind !== "change" || !made.some((row) => row.segment === segment)) continue;
      if (isHere) session.touch();
      else if (content && !session.isKept(segment)) session.unsaved.restore(segment, content);
    }
    if (rows.some(({ segment }) => segment === session.current?.segment)) void session.refresh();
  }

  private retime(from: Edit["before"], to: Edit["after"]): void {
    const { session, editor, onSpan } = this.parts;
    const { current } = session;
    const before = from.find(({ segment }) => segment === current?.segment);
    const after = to.find(({ segment }) => segment === current?.segment);
    if (!current || !before || !after) return;
    const hasMoved = before.start_s !== after.start_s || before.end_s !== after.end_s;
    if (!hasMoved) return;
    editor.retime(after.start_s - before.start_s, after.end_s - after.start_s);
    if (current.isDirty) session.touch();
    onSpan(after);
  }

  private drop(segment: string): void {
    const { session } = this.parts;
    const { current } = session;
    if (current?.segment === segment) {
      session.unsaved.giveUp(current);
      session.current = null;
    } else session.unsaved.discard(segment);
  }

  private near(row: Region | null): Region | null {
    const { regions } = this.parts.recordingDoc;
    if (!row) return null;
    return regions.from(row.start_s) ?? regions.all.at(-1) ?? null;
  }
}
