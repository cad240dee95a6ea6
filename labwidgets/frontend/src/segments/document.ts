import { Emitter } from "../core/emitter";
import { canUnpack, unpacked } from "../core/loader";
import type { RegionPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import type { Failure } from "../labeller/retry";
import type { Edit } from "./edits";
import type { TypedText } from "./history";
import type { ChangeQueue, Parcel } from "./queue";
import { Regions, reversed, type Swap } from "./regions";
import { Speakers } from "./speakers";

export type DocumentEvents = {
  /** Rows changed; `swap` says which where it was one step here. */
  change: [];
  refused: [parcels: Parcel[], failure: Failure];
  trouble: [message: string | null];
};

export interface DocumentParts {
  recording: string;
  transport: Transport;
  queue: ChangeQueue;
}

const swapOf = (parcel: Parcel): Swap => (parcel.kind === "change" ? parcel.edit : reversed(parcel.edit));

/** The segments of one recording as this page shows them: what the kernel has, with what is on its way on top. */
export class RecordingDocument {
  private readonly events = new Emitter<DocumentEvents>();
  readonly speakers = new Speakers();
  private truth = Regions.of([]);
  private shown = Regions.of([]);
  private isRead = false;
  private n_reads = 0;

  constructor(
    private readonly scope: Scope,
    private readonly parts: DocumentParts,
  ) {
    const { queue } = parts;
    queue.on("answered", (parcel, { retired, rows }) => {
      const gone = retired.map((segment) => this.truth.get(segment)).filter((row) => row !== null);
      this.truth = this.truth.swap({ before: gone, after: rows });
      // What went without being named in the answer went all the same.
      const { before, after } = swapOf(parcel);
      const stays = new Set([...after, ...rows].map(({ segment }) => segment));
      this.truth = this.truth.swap({
        before: before.filter(({ segment }) => !stays.has(segment)),
        after: [],
      });
      this.settle();
    });
    queue.on("refused", (parcels, failure) => {
      this.settle();
      this.events.emit("refused", parcels, failure);
      void this.read();
    });
  }

  on<E extends keyof DocumentEvents>(name: E, listener: (...args: DocumentEvents[E]) => void): () => void {
    return this.events.on(name, listener);
  }

  get regions(): Regions {
    return this.shown;
  }

  /** False until the rows came for the first time. */
  get isReady(): boolean {
    return this.isRead;
  }

  version(segment: string): number {
    return this.truth.get(segment)?.version ?? 1;
  }

  /** Asks for all rows anew; failures are told, and what is shown stays. */
  async read(): Promise<void> {
    const mine = ++this.n_reads;
    const { transport, recording } = this.parts;
    try {
      const { payload, buffers } = await transport.request("regions", { recording, gzip: canUnpack() });
      const rows = payload.gzip && buffers[0] ? await rowsIn(buffers[0]) : payload.regions;
      if (mine !== this.n_reads || this.scope.disposed) return;
      this.truth = Regions.of(rows);
      this.isRead = true;
      this.events.emit("trouble", null);
      this.settle();
    } catch (error) {
      this.events.emit("trouble", error instanceof Error ? error.message : String(error));
    }
  }

  /** Shown at once, and on its way. */
  do(edit: Edit, typed: readonly TypedText[] = []): void {
    const { kind, speaker, to_speaker } = edit.change;
    if (kind === "rename" && speaker && to_speaker) this.speakers.rename(speaker, to_speaker);
    this.parts.queue.put({ kind: "change", id: edit.change.change_id, edit, typed });
    this.settle();
  }

  takeBack(edit: Edit): void {
    const { change_id, kind, speaker, to_speaker } = edit.change;
    if (kind === "rename" && speaker && to_speaker) this.speakers.rename(to_speaker, speaker);
    this.parts.queue.put({ kind: "undo", id: `undo-${change_id}`, change_id, edit });
    this.settle();
  }

  /** Text and state of a row as this page knows them better than the kernel's last answer. */
  note(segment: string, news: Partial<Pick<Regions["all"][number], "text" | "state" | "revision">>): void {
    const row = this.truth.get(segment);
    if (!row) return;
    this.truth = this.truth.swap({ before: [row], after: [{ ...row, ...news }] });
    this.settle();
  }

  private settle(): void {
    let shown = this.truth;
    for (const parcel of this.parts.queue.pending) shown = shown.swap(swapOf(parcel));
    this.shown = shown;
    this.speakers.meet(shown.all);
    this.events.emit("change");
  }
}

async function rowsIn(packed: ArrayBuffer): Promise<RegionPayload[]> {
  return JSON.parse(new TextDecoder().decode(await unpacked(packed))) as RegionPayload[];
}
