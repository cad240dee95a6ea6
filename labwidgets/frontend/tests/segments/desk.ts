import type { EditorContent } from "../../src/core/parts";
import type {
  ChangeSegmentsRequest,
  LayerPayload,
  RegionPayload,
  SegmentReply,
} from "../../src/core/protocol";
import { Scope } from "../../src/core/scope";
import { RequestError, type Transport } from "../../src/core/transport";
import { createEditor } from "../../src/editor/editor";
import { createKeeper } from "../../src/labeller/keeper";
import { createLayers } from "../../src/labeller/layers";
import { createOutbox } from "../../src/labeller/outbox";
import { SegmentCache } from "../../src/labeller/segments";
import { Session } from "../../src/labeller/session";
import { RecordingDocument } from "../../src/segments/document";
import { Editing } from "../../src/segments/editing";
import { Following } from "../../src/segments/following";
import { withBornSegments, withHeldSubmits } from "../../src/segments/gate";
import { openParcelShelf } from "../../src/segments/parcels";
import { ChangeQueue } from "../../src/segments/queue";
import { refusedChanges } from "../../src/segments/refusing";
import type { Region } from "../../src/segments/regions";
import { RowTurns } from "../../src/segments/turns";
import { Undoing } from "../../src/segments/undoing";
import { FakeBrowser } from "../keep/fakes";
import { region } from "./making";

interface Done {
  retired: RegionPayload[];
  rows: RegionPayload[];
}

/** Keeps segments and their texts as the kernel does, and takes changes back. */
export class SegmentKernel {
  readonly rows = new Map<string, RegionPayload>();
  readonly layers = new Map<string, Record<string, string>>();
  private readonly done = new Map<string, Done>();
  readonly errors: string[] = [];
  private held: Promise<void> | null = null;
  letGo = () => {};

  /** Answers to changes wait for `letGo`. */
  hold(): void {
    this.held = new Promise((resolve) => {
      this.letGo = resolve;
    });
  }

  constructor(rows: readonly Region[]) {
    for (const row of rows) this.rows.set(row.segment, { ...row, flags: [...row.flags] });
  }

  readonly transport = {
    request: async (name: string, payload: never) => {
      await Promise.resolve();
      if (this.held && name === "change_segments") await this.held;
      try {
        return { payload: this.answer(name, payload), buffers: [] };
      } catch (error) {
        this.errors.push(`${name}: ${String(error)}`);
        throw error;
      }
    },
    on: () => () => {},
    onLink: () => () => {},
    alive: true,
    link: "alive",
  } as unknown as Transport;

  private answer(name: string, payload: never): unknown {
    if (name === "regions") return { recording: "rec", gzip: false, regions: [...this.rows.values()] };
    if (name === "change_segments") return this.change(payload);
    if (name === "undo_segments") return this.undo((payload as { change_id: string }).change_id);
    if (name === "segment") return this.segment((payload as { segment: string }).segment);
    if (name === "keep") return { segment: (payload as { segment: string }).segment, kept_at_ms: 1 };
    throw new RequestError("bad_message", `no ${name}`);
  }

  private segment(segment: string): SegmentReply {
    const row = this.rows.get(segment);
    if (!row) throw new RequestError("not_found", `no ${segment}`);
    const clip = { id: segment, duration_s: row.end_s - row.start_s, window_s: 10 };
    const rest = {
      layers: { ...this.layers.get(segment) },
      draft: null,
      no_draft: null,
      held_back: null,
      opinion: null,
      facts: [],
      peaks_bins: 0,
    };
    return {
      segment,
      clip,
      state: "open",
      language: "en",
      text: row.text,
      words: [],
      ...rest,
      audio_error: null,
    };
  }

  private change(asked: ChangeSegmentsRequest): unknown {
    const { change_id, kind, segments, pieces, speaker, to_speaker } = asked;
    const seen = segments.map(({ segment, version }) => {
      const row = this.rows.get(segment);
      if (row?.version !== version) throw new RequestError("stale_segments", `${kind} of ${segment}`);
      return row;
    });
    const stays = ["retime", "assign", "rename"].includes(kind);
    const named = kind === "rename" ? [...this.rows.values()].filter((row) => row.speaker === speaker) : seen;
    const retired = stays ? named : seen;
    const rows = stays
      ? named.map((row) => {
          const piece = pieces[0];
          const times = piece ? { start_s: piece.start_s, end_s: piece.end_s } : {};
          const who = kind === "retime" ? row.speaker : kind === "assign" ? speaker : to_speaker;
          return { ...row, ...times, speaker: who, version: row.version + 1 };
        })
      : pieces.map((piece) => {
          const { segment, start_s, end_s, channel } = piece;
          if (piece.layers) this.layers.set(segment, piece.layers);
          const text = piece.text ?? seen.map((row) => row.text).join(" ");
          return { ...region(segment, start_s, end_s), channel, text, speaker: piece.speaker, flags: [] };
        });
    this.swap({ retired, rows });
    this.done.set(change_id, { retired, rows });
    const gone = stays ? [] : retired.map(({ segment }) => segment);
    return { change_id, retired: gone, rows };
  }

  private undo(change_id: string): unknown {
    const done = this.done.get(change_id);
    if (!done) throw new RequestError("not_found", change_id);
    const kept = new Set(done.retired.map(({ segment }) => segment));
    const back = done.retired.map((row) => {
      const now = done.rows.some(({ segment }) => segment === row.segment) && this.rows.get(row.segment);
      return now ? { ...row, version: now.version + 1 } : row;
    });
    const gone = done.rows.filter(({ segment }) => !kept.has(segment));
    this.swap({ retired: done.rows, rows: back });
    return { change_id, retired: gone.map(({ segment }) => segment), rows: back };
  }

  private swap({ retired, rows }: Done): void {
    for (const { segment } of retired) this.rows.delete(segment);
    for (const row of rows) this.rows.set(row.segment, row);
  }
}

let n_views = 0;

/** All of the segment editor but its pixels and its sound. */
export function openDesk(kernel: SegmentKernel, layers: readonly LayerPayload[] = []) {
  const scope = new Scope();
  const view = `view ${++n_views}`;
  const seat = new FakeBrowser().seat({ project: "corpus", annotator: "me" }, view, view);
  const help = { chordOf: () => "", labels: new Map() };
  const { editor } = createLayers(
    scope,
    createEditor(scope, { low_confidence: 0.5, tags: [] }),
    layers,
    help,
  );
  document.body.append(editor.root);
  const news: string[] = [];
  let n_ids = 0;
  const newId = () => `${view} ${++n_ids}`;
  const queue = new ChangeQueue(scope, {
    transport: kernel.transport,
    shelf: openParcelShelf(view, null),
    version: (segment) => recordingDoc.version(segment),
    isBusy: () => false,
  });
  const recordingDoc = new RecordingDocument(scope, {
    recording: "rec",
    transport: kernel.transport,
    queue,
  });
  const outbox = withHeldSubmits(createOutbox(scope, seat, kernel.transport), queue, () => 0);
  const cache = new SegmentCache(scope, withBornSegments(kernel.transport, queue), 1);
  const session = new Session({
    outbox,
    keeper: createKeeper(scope, seat, kernel.transport),
    cache,
    ahead: (isTaken) => new RowTurns({ cache, rows: () => recordingDoc.regions.all, isTaken }),
    desk: { content: () => editor.content, heard: () => [], now: () => 0, newId },
  });
  const following = new Following({
    session,
    editor,
    cache,
    recordingDoc,
    language: "en",
    window_s: 10,
    onSpan: () => {},
  });
  const making = { recording: "rec", duration_s: 100, newId, now_ms: () => 0 };
  const say = (text: string) => void news.push(text);
  const undoing = new Undoing({
    editor,
    session,
    recordingDoc,
    making,
    say,
    onMade: (edit) => following.prepare(edit),
    onRows: (from, to) => following.rows(from, to),
    language: "en",
  });
  const editing = new Editing({
    editor,
    session,
    cache,
    recordingDoc,
    undoing,
    making,
    speech: () => [],
    layers,
    channel: () => -1,
    say,
  });
  queue.on("answered", (parcel, { rows }) => following.answered(parcel, rows));
  recordingDoc.on("refused", (parcels, failure) => {
    refusedChanges({ work: { session, recordingDoc }, undoing, say }, parcels, failure);
  });
  session.on("opened", (current) => {
    const duration_s = current.loaded.reply.clip.duration_s;
    editor.load(current.content, { duration_s, language: "en" });
    undoing.opened(current.segment);
  });
  editor.on("change", () => session.touch());
  const textOf = (row: Region) => {
    if (session.current?.segment === row.segment) return editor.content.text;
    return session.ledger.kept.get(row.segment)?.content.text ?? row.text;
  };
  return {
    scope,
    editor,
    session,
    queue,
    recordingDoc,
    editing,
    undoing,
    news,
    /** Start, end, name and text of each row, as somebody sees them. */
    seen: () =>
      recordingDoc.regions.all.map((row) => [row.start_s, row.end_s, row.speaker, textOf(row)] as const),
    content: (): EditorContent => editor.content,
  };
}
