import { Emitter } from "../core/emitter";
import type { SubmitReply, SubmitRequest } from "../core/protocol";
import type { Scope } from "../core/scope";
import { RequestError, type Transport } from "../core/transport";
import type { Reason } from "../keep/entry";
import { failureOf, retryDelay_ms } from "./retry";

export interface Parcel {
  submission: SubmitRequest;
  /** The event id of the submit that it was made on top of, while that one's revision is not known. */
  after: string | null;
}

export type SenderEvents = {
  /** It is in the kernel's store. */
  acknowledged: [reply: SubmitReply];
  /** It will never be taken as it is, nor is what was made on top of it. */
  refused: [event_id: string, reason: Reason];
  /** Anything that `trouble` shows. */
  change: [];
};

export interface Trouble {
  /** How often the oldest submit failed so far. */
  n_failures: number;
  reason: string | null;
}

/** Brings submits to the kernel. */
export interface Sender {
  /** What it has already is not taken twice. */
  put(parcel: Parcel): void;
  /** Another view had it saved. */
  settled(reply: SubmitReply): void;
  /** Leaves what is not acknowledged to somebody else; an answer that still comes counts. */
  drop(): void;
  /** Tries at once what waits for its next attempt. */
  retry(): void;
  readonly trouble: Trouble | null;
  on<E extends keyof SenderEvents>(name: E, listener: (...args: SenderEvents[E]) => void): () => void;
}

/** How long an answer may take before the submit is sent once more. */
const PATIENCE_MS = [10_000, 20_000, 40_000, 60_000];
/** An answer that takes longer than this does not come any more. */
const LATEST_MS = 600_000;

interface Lane {
  parcels: Parcel[];
  n_failures: number;
  reason: string | null;
  cancelWait: () => void;
}

/** One lane a segment: strictly in order within it, at the same time across them. */
export function createSender(scope: Scope, transport: Transport): Sender {
  const events = new Emitter<SenderEvents>();
  const lanes = new Map<string, Lane>();

  const send = (segment: string) => {
    const lane = lanes.get(segment);
    const first = lane?.parcels[0];
    if (!lane || !first || scope.disposed || !transport.alive) return;
    lane.cancelWait();
    const patience_ms = PATIENCE_MS[Math.min(lane.n_failures, PATIENCE_MS.length - 1)] ?? 0;
    lane.cancelWait = scope.timeout(() => {
      note(lane, `no answer in ${patience_ms / 1_000} s`);
      send(segment);
    }, patience_ms);
    transport.request("submit", first.submission, { timeoutMs: LATEST_MS }).then(
      ({ payload }) => settle(payload),
      (error: unknown) => fail(segment, first, error),
    );
  };

  const note = (lane: Lane, reason: string) => {
    lane.n_failures += 1;
    lane.reason = reason;
    events.emit("change");
  };

  const settled = (reply: SubmitReply) => {
    const lane = lanes.get(reply.segment);
    if (lane?.parcels[0]?.submission.event_id !== reply.event_id) return;
    lane.cancelWait();
    Object.assign(lane, { n_failures: 0, reason: null });
    lane.parcels = lane.parcels.slice(1).map((parcel) => rebased(parcel, reply));
    if (lane.parcels.length === 0) lanes.delete(reply.segment);
    send(reply.segment);
  };

  /** Any answer will do: to an earlier attempt, or to one made before the submit was left to another view. */
  const settle = (reply: SubmitReply) => {
    settled(reply);
    if (!scope.disposed) events.emit("acknowledged", reply);
    events.emit("change");
  };

  const fail = (segment: string, parcel: Parcel, error: unknown) => {
    const lane = lanes.get(segment);
    const { event_id } = parcel.submission;
    if (!lane || lane.parcels[0]?.submission.event_id !== event_id) return;
    const { code, message } = failureOf(error);
    const wait_ms = retryDelay_ms(code, lane.n_failures);
    lane.cancelWait();
    if (wait_ms !== null) {
      lane.cancelWait = scope.timeout(() => send(segment), wait_ms);
      note(lane, message);
      return;
    }
    dropChain(segment, lane, event_id);
    const details = error instanceof RequestError ? error.details : {};
    events.emit("refused", event_id, { code, message, details });
    events.emit("change");
    send(segment);
  };

  const dropChain = (segment: string, lane: Lane, event_id: string) => {
    const gone = new Set([event_id]);
    lane.parcels = lane.parcels.filter(({ submission, after }) => {
      const isGone = gone.has(submission.event_id) || (after !== null && gone.has(after));
      if (isGone) gone.add(submission.event_id);
      return !isGone;
    });
    Object.assign(lane, { n_failures: 0, reason: null });
    if (lane.parcels.length === 0) lanes.delete(segment);
  };

  const retry = () => {
    for (const segment of [...lanes.keys()]) send(segment);
  };
  scope.add(transport.onLink((isAlive) => isAlive && retry()));

  return {
    put(parcel) {
      const { segment, event_id } = parcel.submission;
      const lane = lanes.get(segment) ?? {
        parcels: [],
        n_failures: 0,
        reason: null,
        cancelWait: () => {},
      };
      lanes.set(segment, lane);
      if (lane.parcels.some(({ submission }) => submission.event_id === event_id)) return;
      lane.parcels.push(parcel);
      if (lane.parcels.length === 1) send(segment);
    },
    settled,
    drop() {
      for (const lane of lanes.values()) lane.cancelWait();
      lanes.clear();
    },
    retry,
    get trouble() {
      const worst = [...lanes.values()].reduce<Lane | null>(
        (a, b) => (a && a.n_failures >= b.n_failures ? a : b),
        null,
      );
      return worst && worst.n_failures > 0 ? { n_failures: worst.n_failures, reason: worst.reason } : null;
    },
    on: (name, listener) => events.on(name, listener),
  };
}

/** What was made on top of a submit learns its revision. */
export function rebased(parcel: Parcel, { event_id, revision }: SubmitReply): Parcel {
  if (parcel.after !== event_id) return parcel;
  return { submission: { ...parcel.submission, base_revision: revision }, after: null };
}
