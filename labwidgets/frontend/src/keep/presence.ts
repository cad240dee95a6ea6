import { Scope } from "../core/scope";
import type { Channel } from "./channel";

const PREFIX = "labwidgets view ";
/** A view that says nothing for so long is taken to be gone. */
const ANSWER_WITHIN_MS = 300;

/** Views of this page, by name: known before any lock is held. */
const onPage = new Set<string>();

/** Tells which views are alive, in all tabs. */
export interface Presence {
  /** Names of the views that are alive, this one included. */
  alive(): Promise<ReadonlySet<string>>;
  leave(): void;
}

/**
 * Joins the views that are alive. Each holds a lock of its own, which the browser takes away with the tab, however
 * that ends. Pages without locks (plain http) ask around instead: a view that is too slow to answer counts as
 * gone, and its texts may then stand in two views; the second to submit is shown both.
 */
export function joinPresence(view: string, channel: Channel, locks: LockManager | null): Presence {
  onPage.add(view);
  const off = channel.on((notice) => notice.kind === "who" && channel.post({ kind: "here" }));
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  locks?.request(PREFIX + view, () => held).catch(() => {});

  const viewsWithLocks = async (manager: LockManager) => {
    const { held: found = [] } = await manager.query();
    return found.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []));
  };
  return {
    async alive() {
      const found = locks ? viewsWithLocks(locks).catch(() => askAround(channel)) : askAround(channel);
      return new Set([...onPage, ...(await found)]);
    },
    leave() {
      onPage.delete(view);
      off();
      letGo();
    },
  };
}

async function askAround(channel: Channel): Promise<string[]> {
  const found: string[] = [];
  const off = channel.on((notice) => notice.kind === "here" && found.push(notice.from));
  channel.post({ kind: "who" });
  await new Promise<void>((resolve) => new Scope().timeout(resolve, ANSWER_WITHIN_MS));
  off();
  return found;
}

/** Missing on plain http pages, and refused to pages without an origin of their own. */
export function browserLocks(): LockManager | null {
  return globalThis.navigator?.locks ?? null;
}
