import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { Scope } from "../core/scope";
import { type Entry, type EntryKey, isSubmit, type Owner } from "./entry";
import { tally } from "./memory_shelf";
import type { Change, Holding, Shelf } from "./shelf";

export const DATABASE = "labwidgets";
const STORE = "unsaved";

type Key = [project: string, annotator: string, segment: string, id: string];

interface Tables extends DBSchema {
  [STORE]: { key: Key; value: Entry };
}

/**
 * Opens the shelf that outlasts the page.
 *
 * Throws where the browser has no IndexedDB, refuses it, or does not open it in time.
 */
export async function openBrowserShelf(within_ms: number): Promise<Shelf> {
  const shelf = new BrowserShelf();
  const patience = new Scope();
  try {
    await Promise.race([
      shelf.census(),
      new Promise<never>((_, reject) => {
        patience.timeout(() => reject(new Error("The browser's storage does not open.")), within_ms);
      }),
    ]);
  } finally {
    patience.dispose();
  }
  return shelf;
}

class BrowserShelf implements Shelf {
  readonly kind = "browser";
  private opened: Promise<IDBPDatabase<Tables>> | null = null;

  async write({ put = [], remove = [] }: Change): Promise<void> {
    const database = await this.database();
    // What was submitted must outlast a power cut; a stroke of the keyboard need not wait for the disk.
    const durability = put.some(isSubmit) ? "strict" : "relaxed";
    const transaction = database.transaction(STORE, "readwrite", { durability });
    const asked = [
      ...remove.map((key) => transaction.store.delete(keyOf(key))),
      ...put.map((entry) => transaction.store.put(entry)),
    ];
    transaction.commit();
    await Promise.all([...asked, transaction.done]);
  }

  async update(owner: Owner, decide: (entries: Entry[]) => Change): Promise<void> {
    const database = await this.database();
    const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
    const { put = [], remove = [] } = decide(await transaction.store.getAll(rangeOf(owner)));
    await Promise.all([
      ...remove.map((key) => transaction.store.delete(keyOf(key))),
      ...put.map((entry) => transaction.store.put(entry)),
      transaction.done,
    ]);
  }

  async all(owner: Owner): Promise<Entry[]> {
    return (await this.database()).getAll(STORE, rangeOf(owner));
  }

  async census(): Promise<Holding[]> {
    const keys = await (await this.database()).getAllKeys(STORE);
    return tally(keys.map(([project, annotator]) => ({ project, annotator })));
  }

  /** The browser may close it at any time, for example when its data are cleared: then it is opened anew. */
  private database(): Promise<IDBPDatabase<Tables>> {
    const forget = () => {
      this.opened = null;
    };
    this.opened ??= openDB<Tables>(DATABASE, 1, {
      upgrade(database) {
        database.createObjectStore(STORE, { keyPath: ["project", "annotator", "segment", "id"] });
      },
      blocking(_current, _blocked, event) {
        // A newer labwidgets in another tab changes the tables.
        (event.target as IDBDatabase | null)?.close();
        forget();
      },
      terminated: forget,
    });
    this.opened.catch(forget);
    return this.opened;
  }
}

function keyOf({ project, annotator, segment, id }: EntryKey): Key {
  return [project, annotator, segment, id];
}

/** An array comes after everything that is no array, so this ends behind the last of the owner's keys. */
function rangeOf({ project, annotator }: Owner): IDBKeyRange {
  return IDBKeyRange.bound([project, annotator], [project, annotator, []]);
}
