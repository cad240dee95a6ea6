import type { Scope } from "../core/scope";
import { type Entry, isTyped } from "./entry";
import type { Seat } from "./seat";
import { claim } from "./shelf";

/** What a view has from those before it and beside it. */
export interface Holder {
  /** Its kernel will never answer again. */
  isDead(): boolean;
  /** It is in the page: hosts leave views behind that nobody sees any more, and some that nobody ever saw. */
  isShown(): boolean;
  /** Brings what was typed last to the shelf, and lets go of everything. */
  give(): Promise<void>;
  /** Entries that are this view's from now on. */
  take(entries: Entry[]): void;
  /** It has a typed text of that segment already. */
  hasTyped(segment: string): boolean;
}

/** A view whose kernel is gone says within this time that it hands over. */
const ANSWER_WITHIN_MS = 200;
const HANDED_OVER_WITHIN_MS = 3_000;
/** A host takes a moment to put a view into the page. */
const SHOWN_WITHIN_MS = 3_000;
const SHOWN_YET_MS = 50;
/** A view this new takes over at once what others leave: it is what comes after them. */
const FRESH_MS = 4_000;
/** Others wait, so that a tab that reloads finds what it had; what was in their own tab is not reloading. */
const GRACE_MS = 30_000;
const OWN_GRACE_MS = 8_000;
const LOOK_EVERY_MS = 4_000;

/**
 * Passes edits from views that ended, or whose kernel died, to those that live: to a new one at once, to one at
 * work only when nobody has come for them in half a minute. Resolves when a new view has all there is for it.
 */
export async function joinEstate(scope: Scope, seat: Seat, holder: Holder): Promise<void> {
  const { channel, presence, owner, view, tab } = seat;
  const orphanedSince = new Map<string, number>();
  let shown_ms: number | null = null;
  let hasLeft = false;

  const leave = async () => {
    if (hasLeft) return;
    hasLeft = true;
    channel.post({ kind: "giving" });
    await holder.give().catch(() => {});
    presence.leave();
    channel.post({ kind: "left" });
  };
  scope.add(() => void leave().then(() => channel.close()));
  scope.add(
    channel.on(({ kind }) => {
      if (kind === "hello" && (holder.isDead() || !holder.isShown())) void leave();
      if (kind === "left") void inherit().catch(() => {});
    }),
  );
  scope.interval(() => void inherit().catch(() => {}), LOOK_EVERY_MS);

  /** Entries without a living view that this one may have now. */
  const free = async (entries: readonly Entry[], isFresh: boolean): Promise<readonly Entry[]> => {
    const alive = await presence.alive();
    const orphans = entries.filter((entry) => !alive.has(entry.view));
    const ids = new Set(orphans.map(({ id }) => id));
    const now_ms = performance.now();
    for (const id of orphanedSince.keys()) if (!ids.has(id)) orphanedSince.delete(id);
    for (const id of ids) if (!orphanedSince.has(id)) orphanedSince.set(id, now_ms);
    const own = orphans.filter((entry) => entry.tab === tab);
    const isRipe = ({ id, tab: last }: Entry) =>
      now_ms - (orphanedSince.get(id) ?? now_ms) >= (last === tab ? OWN_GRACE_MS : GRACE_MS);
    const atOnce = own.length > 0 ? own : orphans;
    return isFresh ? atOnce : orphans.filter(isRipe);
  };

  const inherit = async () => {
    if (!holder.isShown()) return;
    const now_ms = performance.now();
    shown_ms ??= now_ms;
    const shelf = await seat.shelf;
    const found = await free(await shelf.all(owner), now_ms - shown_ms < FRESH_MS);
    if (found.length === 0 || scope.disposed || hasLeft || holder.isDead()) return;
    // By now another view may have taken some of it.
    const last = new Map(found.map((entry) => [entry.id, entry.view]));
    const isFree = (entry: Entry, among: readonly Entry[]) =>
      last.get(entry.id) === entry.view && (!isTyped(entry) || isBest(entry, among, last, holder));
    const claimed = await claim(shelf, owner, { view, tab, isFree });
    if (claimed.length > 0 && !scope.disposed) holder.take(claimed);
  };

  await whenShown(scope, holder);
  await othersHandOver(scope, seat).catch(() => {});
  await inherit().catch(() => {});
}

function whenShown(scope: Scope, holder: Holder): Promise<void> {
  if (holder.isShown() || scope.disposed) return Promise.resolve();
  const waiting = scope.child();
  const shown = new Promise<void>((resolve) => {
    waiting.interval(() => holder.isShown() && resolve(), SHOWN_YET_MS);
    waiting.timeout(resolve, SHOWN_WITHIN_MS);
    waiting.add(resolve);
  });
  return shown.then(() => waiting.dispose());
}

/** One typed text of a segment at a time: the newest; the others come when it is submitted or given up. */
function isBest(
  entry: Entry,
  among: readonly Entry[],
  ids: ReadonlyMap<string, string>,
  holder: Holder,
): boolean {
  if (holder.hasTyped(entry.segment)) return false;
  const rivals = among.filter(
    (other) => isTyped(other) && ids.has(other.id) && other.segment === entry.segment,
  );
  return rivals.every(
    (other) =>
      other.at_ms < entry.at_ms ||
      other.id === entry.id ||
      (other.at_ms === entry.at_ms && other.id < entry.id),
  );
}

/** Lets views whose kernel is gone bring what they have to the shelf. */
async function othersHandOver(scope: Scope, { channel, presence, view }: Seat): Promise<void> {
  const others = new Set(await presence.alive());
  others.delete(view);
  if (others.size === 0 || scope.disposed) return;
  const waiting = scope.child();
  await new Promise<void>((resolve) => {
    let n_giving = 0;
    waiting.add(
      channel.on(({ kind }) => {
        if (kind === "giving") n_giving += 1;
        if (kind === "left") n_giving -= 1;
        if (kind === "left" && n_giving <= 0) resolve();
      }),
    );
    waiting.timeout(() => n_giving === 0 && resolve(), ANSWER_WITHIN_MS);
    waiting.timeout(resolve, HANDED_OVER_WITHIN_MS);
    waiting.add(resolve);
    channel.post({ kind: "hello" });
  });
  waiting.dispose();
}
