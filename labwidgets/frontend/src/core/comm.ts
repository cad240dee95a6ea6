import { Emitter } from "./emitter";
import { pageLine } from "./line";
import { type LinkState, watchLink } from "./link";
import type { Envelope, EventName, Events, RequestName, Requests } from "./protocol";
import type { Scope } from "./scope";
import { type Reply, RequestError, type RequestOptions, type Transport } from "./transport";

/** The part of an anywidget model that we use. */
export interface WidgetModel {
  get(name: string): unknown;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  on(name: string, listener: (...args: never[]) => void): void;
  off(name: string, listener: (...args: never[]) => void): void;
  widget_manager?: unknown;
}

/** A server on a bad day takes half a minute, and its answer is as good as any. */
const DEFAULT_TIMEOUT_MS = 60_000;
const GONE = "The kernel behind this view is gone. Run the cell again.";

interface Pending {
  resolve(reply: { payload: unknown; buffers: ArrayBuffer[] }): void;
  reject(error: RequestError): void;
}

type EventTuples = { [E in EventName]: [payload: Events[E]] };

/** A transport over the widget's comm. All views of one model hear all replies: the ids keep them apart. */
export function createCommTransport(scope: Scope, model: WidgetModel): Transport {
  const pending = new Map<string, Pending>();
  const events = new Emitter<EventTuples>();
  const link = new Emitter<{ change: [alive: boolean] }>();
  const prefix = randomHex();
  let n_sent = 0;
  let state: LinkState = "alive";

  const setState = (next: LinkState) => {
    if (state === "gone" || state === next) return;
    const wasAlive = state === "alive";
    state = next;
    if (next === "gone") rejectAll(GONE);
    if (wasAlive !== (next === "alive")) link.emit("change", next === "alive");
  };

  const rejectAll = (message: string) => {
    for (const waiting of [...pending.values()]) waiting.reject(new RequestError("gone", message));
  };

  const send = (envelope: Envelope, buffers: ArrayBuffer[] = []) => {
    try {
      model.send(envelope, undefined, buffers);
    } catch {
      setState("gone");
    }
  };

  const request = <N extends RequestName>(name: N, payload: Requests[N][0], options: RequestOptions = {}) => {
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    if (signal?.aborted) return Promise.reject(new RequestError("aborted", `${name} was given up.`));
    if (state === "gone" || scope.disposed) return Promise.reject(new RequestError("gone", GONE));
    n_sent += 1;
    const id = `${prefix}-${n_sent}`;
    const sent_ms = performance.now();
    return new Promise<Reply<N>>((resolve, reject) => {
      const life = scope.child();
      const settle = (run: () => void) => {
        if (!pending.delete(id)) return;
        life.dispose();
        run();
      };
      pending.set(id, {
        resolve(reply) {
          pageLine().answered(performance.now() - sent_ms);
          settle(() => resolve(reply as Reply<N>));
        },
        reject: (error) => settle(() => reject(error)),
      });
      const giveUp = (code: string, message: string) => {
        if (!pending.has(id)) return;
        pending.get(id)?.reject(new RequestError(code, message));
        send({ kind: "cancel", id, name, payload: {} });
      };
      if (signal) life.listen(signal, "abort", () => giveUp("aborted", `${name} was given up.`));
      if (timeoutMs > 0) {
        const seconds = Math.round(timeoutMs / 1000);
        life.timeout(
          () => giveUp("timeout", `The kernel did not answer ${name} in ${seconds} s.`),
          timeoutMs,
        );
      }
      send({ kind: "request", id, name, payload: payload as Record<string, unknown> }, options.buffers);
    });
  };

  const receive = (message: unknown, buffers: unknown) => {
    if (!isEnvelope(message)) return;
    setState("alive");
    if (message.kind === "event") {
      events.emit(message.name as EventName, message.payload as unknown as Events[EventName]);
    } else if (message.kind === "reply") {
      pending.get(message.id)?.resolve({ payload: message.payload, buffers: toArrayBuffers(buffers) });
    } else if (message.kind === "error") {
      pending.get(message.id)?.reject(toRequestError(message.payload));
    }
  };

  model.on("msg:custom", receive);
  scope.add(() => {
    model.off("msg:custom", receive);
    rejectAll("The view was closed.");
  });
  watchLink(scope, model, setState);

  return {
    request,
    on: (name, listener) => events.on(name, listener as (payload: Events[EventName]) => void),
    onLink: (listener) => link.on("change", listener),
    get alive() {
      return state === "alive";
    },
    get link() {
      return state;
    },
  };
}

function isEnvelope(message: unknown): message is Envelope {
  if (typeof message !== "object" || message === null) return false;
  const { kind, id, name, payload } = message as Partial<Envelope>;
  return (
    typeof kind === "string" &&
    typeof id === "string" &&
    typeof name === "string" &&
    typeof payload === "object"
  );
}

function toRequestError(payload: Record<string, unknown>): RequestError {
  const { code, message, details } = payload;
  return new RequestError(
    String(code ?? "internal"),
    String(message ?? "The kernel refused."),
    toDetails(details),
  );
}

function toDetails(details: unknown): Record<string, unknown> {
  return typeof details === "object" && details !== null ? (details as Record<string, unknown>) : {};
}

/** Jupyter hands over DataViews, some hosts plain buffers; both may be a part of a larger one. */
function toArrayBuffers(buffers: unknown): ArrayBuffer[] {
  if (!Array.isArray(buffers)) return [];
  return buffers.map((item: ArrayBuffer | ArrayBufferView) => {
    if (item instanceof ArrayBuffer) return item;
    const { buffer, byteOffset, byteLength } = item;
    const isWhole = buffer instanceof ArrayBuffer && byteLength === buffer.byteLength;
    return isWhole ? buffer : new Uint8Array(buffer, byteOffset, byteLength).slice().buffer;
  });
}

/** `crypto.randomUUID` is missing on plain http pages of a local network. */
function randomHex(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
