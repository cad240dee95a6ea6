import type { RequestName } from "../core/protocol";
import type { Transport } from "../core/transport";

const WATCHED: ReadonlySet<RequestName> = new Set(["segment", "queue", "upcoming", "submit"]);

export interface WatchedTransport extends Transport {
  /** How long the oldest request has been waiting, ms. */
  waiting_ms(now_ms: number): number;
}

/** Passes everything on, and knows since when an answer is missing. */
export function watch(transport: Transport, now: () => number): WatchedTransport {
  const started = new Map<symbol, number>();
  return {
    async request(name, payload, options) {
      if (!WATCHED.has(name)) return transport.request(name, payload, options);
      const id = Symbol(name);
      started.set(id, now());
      try {
        return await transport.request(name, payload, options);
      } finally {
        started.delete(id);
      }
    },
    on: (name, listener) => transport.on(name, listener),
    onLink: (listener) => transport.onLink(listener),
    get alive() {
      return transport.alive;
    },
    get link() {
      return transport.link;
    },
    waiting_ms: (now_ms) => Math.max(0, ...[...started.values()].map((since_ms) => now_ms - since_ms)),
  };
}
