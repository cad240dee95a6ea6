import type { Scope } from "../core/scope";
import { type Seat, seatName } from "./seat";

/** The right to send, which one view of an owner has at a time, over all tabs. */
export interface Turn {
  readonly isMine: boolean;
  /** Takes the next free turn. */
  want(): void;
  /** Lets others have it. */
  release(): void;
  /** Lets another view have it if one waits, and queues up again behind it. */
  offer(): Promise<void>;
}

/**
 * The turns of the views of one owner. Where a tab ends, however it does, the next view in the queue gets its turn. Without
 * Web Locks everybody sends; the kernel stores an event id once, however often it comes.
 */
export function takeTurns(scope: Scope, { owner, locks }: Seat, begin: () => void): Turn {
  const name = seatName("sender", owner);
  let end: (() => void) | null = null;
  let queued: AbortController | null = null;

  const want = () => {
    if (queued || scope.disposed) return;
    const waiting = new AbortController();
    queued = waiting;
    const work = () =>
      new Promise<void>((resolve) => {
        if (queued !== waiting) return resolve();
        end = resolve;
        begin();
      });
    if (!locks) return void work();
    locks.request(name, { signal: waiting.signal }, work).catch(() => {
      // Given up while it waited, or locks are refused to this page: then as if there were none.
      if (queued === waiting && !waiting.signal.aborted) void work();
    });
  };
  const release = () => {
    const waiting = queued;
    const done = end;
    queued = null;
    end = null;
    if (done) done();
    else waiting?.abort();
  };
  scope.add(release);

  return {
    get isMine() {
      return end !== null;
    },
    want,
    release,
    async offer() {
      if (!end || !locks) return;
      const { pending = [] } = await locks.query();
      if (!end || !pending.some((lock) => lock.name === name)) return;
      release();
      want();
    },
  };
}
