import type { Entry, EntryKey, Owner } from "./entry";
import type { Change, Holding, Shelf } from "./shelf";

/** Where the browser stores nothing: as good as the page. */
export class MemoryShelf implements Shelf {
  private readonly entries = new Map<string, Entry>();

  constructor(readonly kind: Shelf["kind"] = "page") {}

  async write({ put = [], remove = [] }: Change): Promise<void> {
    for (const key of remove) this.entries.delete(nameOf(key));
    for (const entry of put) this.entries.set(nameOf(entry), entry);
  }

  async update(owner: Owner, decide: (entries: Entry[]) => Change): Promise<void> {
    await this.write(decide(this.entriesOf(owner)));
  }

  async all(owner: Owner): Promise<Entry[]> {
    return this.entriesOf(owner);
  }

  async census(): Promise<Holding[]> {
    return tally([...this.entries.values()]);
  }

  private entriesOf({ project, annotator }: Owner): Entry[] {
    return [...this.entries.values()].filter(
      (entry) => entry.project === project && entry.annotator === annotator,
    );
  }
}

function nameOf({ project, annotator, segment, id }: EntryKey): string {
  return JSON.stringify([project, annotator, segment, id]);
}

/** How many there are of each owner. */
export function tally(owners: readonly Owner[]): Holding[] {
  const held = new Map<string, Holding>();
  for (const { project, annotator } of owners) {
    const name = JSON.stringify([project, annotator]);
    held.set(name, { project, annotator, n: (held.get(name)?.n ?? 0) + 1 });
  }
  return [...held.values()];
}
