import { Emitter } from "../core/emitter";
import type { ChangeSegmentsRequest, SegmentsChangedReply } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { type Failure, failureOf, retryDelay_ms } from "../labeller/retry";
import type { Edit } from "./edits";
import type { TypedText } from "./history";

/** A change that is not in the kernel's store yet, or one that is to be taken back there. */
export type Parcel =
  /** `typed`: texts that went with their segments; they come back if the change is refused. */
  | { kind: "change"; id: string; edit: Edit; typed: readonly TypedText[] }
  | { kind: "undo"; id: string; change_id: string; edit: Edit };

export type QueueEvents = {
  answered: [parcel: Parcel, reply: SegmentsChangedReply];
  /** It will never be taken, nor are those behind it that build on it. */
  refused: [parcels: Parcel[], failure: Failure];
  change: [];
};

/** Where parcels lie until they are answered. */
export interface ParcelShelf {
  readonly isLasting: boolean;
  put(parcel: Parcel): void;
  remove(id: string): void;
  all(): Parcel[];
}

export interface QueueParts {
  transport: Transport;
  shelf: ParcelShelf;
  /** The newest version of a segment that the kernel told. */
  version: (segment: string) => number;
  /** Texts of these segments are on their way: changes must not overtake them. */
  isBusy: (segments: readonly string[]) => boolean;
}

const PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 150;

/** Brings changes to the kernel one after the other, and again after a dead line, until each has its answer. */
export class ChangeQueue {
  private readonly events = new Emitter<QueueEvents>();
  private parcels: Parcel[] = [];
  private isSending = false;
  private n_failures = 0;
  private lastReason: string | null = null;
  private cancelWait = () => {};

  constructor(
    private readonly scope: Scope,
    private readonly parts: QueueParts,
  ) {
    scope.add(parts.transport.onLink((isAlive) => isAlive && this.pump()));
  }

  on<E extends keyof QueueEvents>(name: E, listener: (...args: QueueEvents[E]) => void): () => void {
    return this.events.on(name, listener);
  }

  put(parcel: Parcel): void {
    this.parts.shelf.put(parcel);
    this.parcels.push(parcel);
    this.events.emit("change");
    this.pump();
  }

  /** What a page before this one left unsent. */
  adopt(): Parcel[] {
    const found = this.parts.shelf.all();
    this.parcels = [...found, ...this.parcels];
    this.pump();
    return found;
  }

  get pending(): readonly Parcel[] {
    return this.parcels;
  }

  get reason(): string | null {
    return this.n_failures > 0 ? this.lastReason : null;
  }

  /** Whether a segment is made by a change that the kernel does not have yet. */
  isUnborn(segment: string): boolean {
    return this.parcels.some(({ kind, edit }) => {
      const [made, gone] = kind === "change" ? [edit.after, edit.before] : [edit.before, edit.after];
      return made.some((one) => one.segment === segment) && !gone.some((one) => one.segment === segment);
    });
  }

  retry(): void {
    this.pump();
  }

  private pump(): void {
    const [first] = this.parcels;
    const { transport, isBusy } = this.parts;
    if (!first || this.isSending || this.scope.disposed || !transport.alive) return;
    this.cancelWait();
    const rows = first.kind === "change" ? first.edit.before : first.edit.after;
    if (isBusy(rows.map(({ segment }) => segment))) {
      this.cancelWait = this.scope.timeout(() => this.pump(), LOOK_AGAIN_MS);
      return;
    }
    this.isSending = true;
    void this.send(first);
  }

  private async send(parcel: Parcel): Promise<void> {
    const { transport, shelf } = this.parts;
    try {
      const { payload } = await (parcel.kind === "change"
        ? transport.request("change_segments", this.message(parcel.edit), { timeoutMs: PATIENCE_MS })
        : transport.request("undo_segments", { change_id: parcel.change_id }, { timeoutMs: PATIENCE_MS }));
      this.n_failures = 0;
      shelf.remove(parcel.id);
      this.parcels = this.parcels.filter((one) => one !== parcel);
      this.events.emit("answered", parcel, payload);
    } catch (error) {
      this.fail(parcel, failureOf(error));
    }
    this.isSending = false;
    this.events.emit("change");
    if (this.n_failures === 0) this.pump();
  }

  private fail(parcel: Parcel, failure: Failure): void {
    const wait_ms = retryDelay_ms(failure.code, this.n_failures);
    if (wait_ms !== null) {
      this.n_failures += 1;
      this.lastReason = failure.message;
      this.cancelWait = this.scope.timeout(() => this.pump(), Math.max(wait_ms, LOOK_AGAIN_MS));
      return;
    }
    const gone = dependents(this.parcels, parcel);
    this.n_failures = 0;
    for (const { id } of gone) this.parts.shelf.remove(id);
    this.parcels = this.parcels.filter((one) => !gone.includes(one));
    this.events.emit("refused", gone, failure);
  }

  private message({ change }: Edit): ChangeSegmentsRequest {
    const segments = change.segments.map((segment) => ({ segment, version: this.parts.version(segment) }));
    return { ...change, segments };
  }
}

/** `first` and all behind it that touch a segment which it, or one of these, touches. */
export function dependents(parcels: readonly Parcel[], first: Parcel): Parcel[] {
  const touched = new Set<string>();
  const found: Parcel[] = [];
  for (const parcel of parcels.slice(Math.max(0, parcels.indexOf(first)))) {
    const ids = [...parcel.edit.before, ...parcel.edit.after].map(({ segment }) => segment);
    if (parcel !== first && !ids.some((id) => touched.has(id))) continue;
    for (const id of ids) touched.add(id);
    found.push(parcel);
  }
  return found;
}
