import { Emitter } from "../core/emitter";
import type { SubmitReply, SubmitRequest } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { chainOf, type Entry, type EntryKey, isSubmit, type Reason, type Submitted } from "../keep/entry";
import type { Seat } from "../keep/seat";
import type { Shelf } from "../keep/shelf";
import { takeTurns } from "../keep/turn";
import { createSender, type Parcel, rebased, type Trouble } from "./sender";

/** A text that the kernel did not take. */
export interface Refusal extends Reason {
  /** The submit that it was last; what was submitted before it is in it. */
  submission: SubmitRequest;
}

export type OutboxEvents = {
  /** The text is on disk. */
  acknowledged: [reply: SubmitReply, submission: SubmitRequest];
  /** It will never be taken as it is; later submits of the same segment are in it. */
  refused: [refusal: Refusal];
  /** Another view of this person saved something. */
  elsewhere: [reply: SubmitReply];
  /** Anything that `state` tells. */
  change: [];
};

export interface OutboxState {
  n_pending: number;
  /** How long the oldest has been on its way, ms. */
  waiting_ms: number;
  /** How often the oldest submit failed so far, and why the last time; 0 and null while it goes well. */
  n_failures: number;
  reason: string | null;
}

/** Holds submits from the key press until they are acknowledged or refused. */
export interface Outbox {
  /** `replaces`: the typed text that this submits, as it was kept. */
  put(submission: SubmitRequest, replaces?: EntryKey | null): void;
  /** Submits that another view left, on the shelf under this view's name already. */
  adopt(entries: readonly Entry<Submitted>[]): void;
  /** Leaves everything to others. */
  give(): void;
  /** Gives everything of this view up; returns the segments. What is with the kernel already may still be saved. */
  deleteAll(): string[];
  /** The newest submit of a segment that is still on its way. */
  newest(segment: string): SubmitRequest | null;
  /** Tries at once what waits for its next attempt. */
  retry(): void;
  state(now_ms: number): OutboxState;
  readonly n_pending: number;
  /** Submits that are in this page only: the browser did not keep them. */
  readonly n_loose: number;
  on<E extends keyof OutboxEvents>(name: E, listener: (...args: OutboxEvents[E]) => void): () => void;
}

export function createOutbox(scope: Scope, seat: Seat, transport: Transport): Outbox {
  const { owner, channel } = seat;
  const events = new Emitter<OutboxEvents>();
  const mine = new Map<string, Parcel>();
  const since_ms = new Map<string, number>();
  const loose = new Set<string>();
  /** Revisions of what was settled lately, for submits that are put while their predecessor is settled. */
  const settled = new Map<string, number>();
  const sender = createSender(scope, transport);
  let lastTrouble: Trouble | null = null;
  const change = () => events.emit("change");

  // ---- the shelf ----

  const entryOf = ({ submission, after }: Parcel): Entry<Submitted> => ({
    ...owner,
    segment: submission.segment,
    id: submission.event_id,
    view: seat.view,
    tab: seat.tab,
    at_ms: submission.client_at_ms,
    kind: "submit",
    submission,
    after,
  });
  const withShelf = (work: (shelf: Shelf) => Promise<void>) => seat.shelf.then(work);

  const pump = () => {
    if (!turn.isMine) return;
    const take = async (shelf: Shelf) => {
      const entries = (await shelf.all(owner)).filter(isSubmit);
      if (!turn.isMine || scope.disposed) return;
      for (const entry of inOrder(entries)) sender.put(current(entry));
    };
    withShelf(take).catch(() => {});
  };
  const current = ({ submission, after }: Parcel): Parcel => {
    const revision = after === null ? undefined : settled.get(after);
    if (after === null || revision === undefined) return { submission, after };
    return { submission: { ...submission, base_revision: revision }, after: null };
  };
  const turn = takeTurns(scope, seat, pump);
  const follow = (isAlive: boolean) => {
    if (isAlive) turn.want();
    else turn.release();
  };
  follow(transport.alive);
  scope.add(transport.onLink(follow));

  // ---- what becomes of them ----

  const hold = (parcel: Parcel) => {
    mine.set(parcel.submission.event_id, parcel);
    since_ms.set(parcel.submission.event_id, performance.now());
  };
  const letGo = (id: string) => {
    for (const known of [mine, since_ms, loose]) known.delete(id);
  };
  const settle = (reply: SubmitReply) => {
    settled.set(reply.event_id, reply.revision);
    for (const old of settled.keys()) {
      if (settled.size <= 100) break;
      settled.delete(old);
    }
    lastTrouble = null;
    const parcel = mine.get(reply.event_id);
    letGo(reply.event_id);
    for (const [id, waiting] of mine) mine.set(id, rebased(waiting, reply));
    if (parcel) events.emit("acknowledged", reply, parcel.submission);
    else events.emit("elsewhere", reply);
    change();
  };
  const forget = (reply: SubmitReply) => (shelf: Shelf) =>
    shelf.update(owner, (entries) => ({
      remove: entries.filter(({ id, segment }) => id === reply.event_id && segment === reply.segment),
      put: entries
        .filter(isSubmit)
        .filter(({ after }) => after === reply.event_id)
        .map((entry) => ({ ...entry, ...rebased(entry, reply) })),
    }));
  const refuse = (event_id: string, reason: Reason) => {
    const chain = chainOf([...mine.values()].map(entryOf), event_id);
    const submission = chain.at(-1)?.submission;
    for (const { id } of chain) letGo(id);
    if (submission) events.emit("refused", { submission, ...reason });
    change();
  };
  /** The text goes on as typed, under the id of its last submit. */
  const handBack = (event_id: string, reason: Reason) => (shelf: Shelf) =>
    shelf.update(owner, (entries) => {
      const chain = chainOf(entries, event_id);
      const last = chain.at(-1);
      if (!last) return {};
      const { submission, after: _, ...rest } = last;
      const { text, words, flags, base_revision } = submission;
      const body = { kind: "typed" as const, content: { text, words }, flags, base_revision };
      return { remove: chain.slice(0, -1), put: [{ ...rest, ...body, isOpen: false, reason }] };
    });

  sender.on("acknowledged", (reply) => {
    withShelf(forget(reply)).catch(() => {});
    channel.post({ kind: "saved", reply });
    settle(reply);
  });
  sender.on("refused", (event_id, reason) => {
    withShelf(handBack(event_id, reason)).catch(() => {});
    channel.post({ kind: "refused", id: event_id, reason });
    refuse(event_id, reason);
  });
  sender.on("change", () => {
    const { trouble } = sender;
    if (trouble) {
      lastTrouble = trouble;
      // Another kernel may be in a better state.
      turn.offer().catch(() => {});
    }
    change();
  });
  scope.add(
    channel.on((notice) => {
      if (notice.kind === "put" || notice.kind === "left") pump();
      if (notice.kind === "saved") {
        sender.settled(notice.reply);
        settle(notice.reply);
      }
      if (notice.kind === "refused") refuse(notice.id, notice.reason);
    }),
  );

  const keep = (parcel: Parcel, replaces: EntryKey | null) => {
    const { event_id } = parcel.submission;
    withShelf(async (shelf) => {
      await shelf.write({ put: [entryOf(parcel)], remove: replaces ? [replaces] : [] });
      if (shelf.kind === "page" && mine.has(event_id)) loose.add(event_id);
    }).then(
      () => {
        channel.post({ kind: "put" });
        pump();
      },
      () => {
        if (!mine.has(event_id)) return;
        loose.add(event_id);
        sender.put(current(parcel));
        change();
      },
    );
  };
  const newest = (segment: string) =>
    [...mine.values()].findLast(({ submission }) => submission.segment === segment)?.submission ?? null;

  return {
    put(submission, replaces = null) {
      const parcel = { submission, after: newest(submission.segment)?.event_id ?? null };
      hold(parcel);
      keep(parcel, replaces);
      change();
    },
    adopt(entries) {
      for (const { submission, after } of inOrder(entries)) {
        hold({ submission, after });
      }
      pump();
      change();
    },
    give() {
      turn.release();
      sender.drop();
      for (const id of [...mine.keys()]) letGo(id);
      change();
    },
    deleteAll() {
      const entries = [...mine.values()].map(entryOf);
      sender.drop();
      for (const { id } of entries) letGo(id);
      withShelf((shelf) => shelf.write({ remove: entries })).catch(() => {});
      change();
      return entries.map(({ segment }) => segment);
    },
    newest,
    retry: () => sender.retry(),
    state(now_ms) {
      const trouble = mine.size > 0 ? (sender.trouble ?? lastTrouble) : null;
      return {
        n_pending: mine.size,
        waiting_ms: Math.max(0, ...[...since_ms.values()].map((since) => now_ms - since)),
        n_failures: trouble?.n_failures ?? 0,
        reason: trouble?.reason ?? null,
      };
    },
    get n_pending() {
      return mine.size;
    },
    get n_loose() {
      return loose.size;
    },
    on: (name, listener) => events.on(name, listener),
  };
}

/** Each after the one that it was made on top of. */
function inOrder<P extends Parcel>(parcels: readonly P[]): P[] {
  const ids = new Set(parcels.map(({ submission }) => submission.event_id));
  const chain = (first: P): P[] => [
    first,
    ...parcels.filter(({ after }) => after === first.submission.event_id).flatMap(chain),
  ];
  return parcels.filter(({ after }) => after === null || !ids.has(after)).flatMap(chain);
}
