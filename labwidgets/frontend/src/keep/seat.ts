import { recallTab } from "../core/memory";
import { type Channel, openChannel } from "./channel";
import type { Owner } from "./entry";
import { browserLocks, joinPresence, type Presence } from "./presence";
import { openShelf, type Shelf } from "./shelf";

/** One view at work for one owner: who it is to the others, and what it shares with them. */
export interface Seat {
  readonly owner: Owner;
  readonly view: string;
  readonly tab: string;
  readonly shelf: Promise<Shelf>;
  readonly channel: Channel;
  readonly presence: Presence;
  /** Null where the page may have none. */
  readonly locks: LockManager | null;
}

export function takeSeat(owner: Owner, newId: () => string): Seat {
  const view = newId();
  const channel = openChannel(seatName("channel", owner), view);
  const locks = browserLocks();
  const presence = joinPresence(view, channel, locks);
  return { owner, view, tab: recallTab(newId), shelf: openShelf(), channel, presence, locks };
}

/** Copies of a project share its id: an edit must not end in another copy than the one it was made in. */
export function projectKey({ project_id, place = "" }: { project_id: string; place?: string }): string {
  return `${project_id}@${place}`;
}

/** Names a lock or a channel that the views of one owner share. */
export function seatName(what: string, { project, annotator }: Owner): string {
  return `labwidgets ${what} ${JSON.stringify([project, annotator])}`;
}
