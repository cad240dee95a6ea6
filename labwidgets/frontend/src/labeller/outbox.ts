import { Emitter } from "../core/emitter";
import type { SubmitReply, SubmitRequest } from "../core/protocol";
import type { Scope } from "../core/scope";
import { RequestError, type Transport } from "../core/transport";
import { failureOf, retryDelay_ms } from "./retry";

export interface Refusal {
  submission: SubmitRequest;
  code: string;
  message: string;
  details: Record<string, unknown>;
}

export type OutboxEvents = {
  /** The text is on disk. */
  acknowledged: [reply: SubmitReply, submission: SubmitRequest];
  /** It will never be taken as it is; later submits of the same segment are in it. */
  refused: [refusal: Refusal];
  /** Anything that `state` shows. */
  change: [];
};

export interface OutboxState {
  n_pending: number;
  /** How often the oldest submit failed so far, and why the last time; 0 and null while it goes well. */
  n_failures: number;
  reason: string | null;
}

/** Holds submits from the key press until they are acknowledged or refused. */
export interface Outbox {
  put(submission: SubmitRequest): void;
  /** The newest submit of a segment that is still on its way. */
  newest(segment: string): SubmitRequest | null;
  /** Everything on its way, oldest first within each segment; nothing of it is sent again from here. */
  give(): SubmitRequest[];
  /** Tries at once what waits for its next attempt. */
  retry(): void;
  readonly state: OutboxState;
  on<E extends keyof OutboxEvents>(name: E, listener: (...args: OutboxEvents[E]) => void): () => void;
}

const ATTEMPT_TIMEOUT_MS = 10_000;

interface Lane {
  items: SubmitRequest[];
  n_failures: number;
  reason: string | null;
  isSending: boolean;
  cancelWait: (() => void) | null;
}

/** One lane a segment: strictly in order within it, at the same time across them. */
export function createMemoryOutbox(scope: Scope, transport: Transport): Outbox {
  const events = new Emitter<OutboxEvents>();
  const lanes = new Map<string, Lane>();

  const send = async (segment: string, lane: Lane): Promise<void> => {
    const item = lane.items[0];
    if (!item || lane.isSending || scope.disposed) return;
    lane.cancelWait?.();
    lane.cancelWait = null;
    lane.isSending = true;
    try {
      const { payload } = await transport.request("submit", item, { timeoutMs: ATTEMPT_TIMEOUT_MS });
      settle(segment, lane, item, payload);
    } catch (error) {
      fail(segment, lane, error);
    }
  };

  const settle = (segment: string, lane: Lane, item: SubmitRequest, reply: SubmitReply) => {
    if (lanes.get(segment) !== lane) return;
    Object.assign(lane, { isSending: false, n_failures: 0, reason: null });
    lane.items.shift();
    // What was submitted on top of this one could not know its revision yet.
    const [next, ...rest] = lane.items;
    if (next) lane.items = [{ ...next, base_revision: reply.revision }, ...rest];
    else lanes.delete(segment);
    events.emit("acknowledged", reply, item);
    events.emit("change");
    if (next) void send(segment, lane);
  };

  const fail = (segment: string, lane: Lane, error: unknown) => {
    if (lanes.get(segment) !== lane) return;
    lane.isSending = false;
    const { code, message } = failureOf(error);
    const wait_ms = retryDelay_ms(code, lane.n_failures);
    if (wait_ms === null) {
      lanes.delete(segment);
      const submission = lane.items.at(-1);
      const details = error instanceof RequestError ? error.details : {};
      if (submission) events.emit("refused", { submission, code, message, details });
    } else {
      lane.n_failures += 1;
      lane.reason = message;
      lane.cancelWait = scope.timeout(() => void send(segment, lane), wait_ms);
    }
    events.emit("change");
  };

  const retry = () => {
    for (const [segment, lane] of lanes) void send(segment, lane);
  };
  scope.add(transport.onLink((isAlive) => isAlive && retry()));

  return {
    put(submission) {
      const lane = lanes.get(submission.segment) ?? {
        items: [],
        n_failures: 0,
        reason: null,
        isSending: false,
        cancelWait: null,
      };
      lanes.set(submission.segment, lane);
      lane.items.push(submission);
      events.emit("change");
      if (lane.items.length === 1) void send(submission.segment, lane);
    },
    give() {
      const items = [...lanes.values()].flatMap((lane) => lane.items);
      for (const lane of lanes.values()) {
        lane.cancelWait?.();
        lane.items = [];
      }
      lanes.clear();
      events.emit("change");
      return items;
    },
    newest: (segment) => lanes.get(segment)?.items.at(-1) ?? null,
    retry,
    get state() {
      const all = [...lanes.values()];
      const worst = all.reduce<Lane | null>((a, b) => (a && a.n_failures >= b.n_failures ? a : b), null);
      return {
        n_pending: all.reduce((n, lane) => n + lane.items.length, 0),
        n_failures: worst?.n_failures ?? 0,
        reason: worst?.reason ?? null,
      };
    },
    on: (name, listener) => events.on(name, listener),
  };
}
