import { openBrowserShelf } from "./browser_shelf";
import type { Entry, EntryKey, Owner } from "./entry";
import { MemoryShelf } from "./memory_shelf";

/** How many edits of whom are kept. */
export interface Holding extends Owner {
  n: number;
}

export interface Change {
  put?: Entry[];
  remove?: EntryKey[];
}

/** Keeps edits that are not saved until they are. Each call is one step: all of it or nothing, in the order of the calls. */
export interface Shelf {
  /** browser: outlasts the page; page: does not. */
  readonly kind: "browser" | "page";
  /** Does not wait for anything in the page, so that it is done even if that goes away now. */
  write(change: Change): Promise<void>;
  /** Reads everything of one owner, and does what `decide` makes of it. */
  update(owner: Owner, decide: (entries: Entry[]) => Change): Promise<void>;
  /** Everything of one owner. */
  all(owner: Owner): Promise<Entry[]>;
  /** How much is kept of whom, texts unread. */
  census(): Promise<Holding[]>;
}

/** Gives what `isFree` lets go to another view, and returns it. */
export async function claim(shelf: Shelf, owner: Owner, claimant: Claimant): Promise<Entry[]> {
  const { view, tab, isFree } = claimant;
  let claimed: Entry[] = [];
  await shelf.update(owner, (entries) => {
    claimed = entries.filter((entry) => isFree(entry, entries)).map((entry) => ({ ...entry, view, tab }));
    return { put: claimed };
  });
  return claimed;
}

export interface Claimant {
  view: string;
  tab: string;
  isFree(entry: Entry, among: readonly Entry[]): boolean;
}

/** Longer than any browser takes; a database that another page blocks must not hold up the work. */
const OPEN_WITHIN_MS = 4_000;

let shelf: Promise<Shelf> | null = null;

/** The one shelf of the page; where the browser stores nothing, one that ends with the page. */
export function openShelf(): Promise<Shelf> {
  shelf ??= openBrowserShelf(OPEN_WITHIN_MS).catch(() => new MemoryShelf());
  return shelf;
}
