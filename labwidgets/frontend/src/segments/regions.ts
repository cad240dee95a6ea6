/** The live segments of a recording, in the order of time. Immutable: each change makes new ones. */
import type { RegionPayload } from "../core/protocol";

export type Region = Readonly<RegionPayload>;

/** What one change does: these rows go, those come; a row that stays with other values is in both. */
export interface Swap {
  before: readonly Region[];
  after: readonly Region[];
}

export const reversed = ({ before, after }: Swap): Swap => ({ before: after, after: before });

/** Shortest segment, s; the store takes none below it. */
export const LEAST_S = 0.02;

export class Regions {
  private readonly byId: Map<string, number>;
  /** The greatest end of the rows up to each: overlapping ones are found without a look at all. */
  private readonly reach: number[] = [];

  private constructor(readonly all: readonly Region[]) {
    this.byId = new Map(all.map(({ segment }, at) => [segment, at]));
    let reach = 0;
    for (const { end_s } of all) {
      reach = Math.max(reach, end_s);
      this.reach.push(reach);
    }
  }

  static of(rows: readonly Region[]): Regions {
    return new Regions([...rows].sort(inOrder));
  }

  get(segment: string): Region | null {
    const at = this.byId.get(segment);
    return at === undefined ? null : (this.all[at] ?? null);
  }

  indexOf(segment: string): number {
    return this.byId.get(segment) ?? -1;
  }

  /** The rows that overlap a span, in order. */
  between(from_s: number, to_s: number): Region[] {
    const found: Region[] = [];
    for (let at = lowest(this.reach, (reach) => reach > from_s); at < this.all.length; at += 1) {
      const region = this.all[at] as Region;
      if (region.start_s >= to_s) break;
      if (region.end_s > from_s) found.push(region);
    }
    return found;
  }

  /** The row that a time belongs to: among several the one that began last. */
  at(time_s: number): Region | null {
    return this.between(time_s, time_s + 1e-6).at(-1) ?? null;
  }

  /** The first row that starts at or after a time. */
  from(time_s: number): Region | null {
    return this.all[this.indexFrom(time_s)] ?? null;
  }

  indexFrom(time_s: number): number {
    return lowest(this.all, ({ start_s }) => start_s >= time_s);
  }

  swap({ before, after }: Swap): Regions {
    const gone = new Set([...before, ...after].map(({ segment }) => segment));
    const rest = this.all.filter(({ segment }) => !gone.has(segment));
    return Regions.of([...rest, ...after]);
  }
}

function inOrder(a: Region, b: Region): number {
  return a.start_s - b.start_s || a.end_s - b.end_s || (a.segment < b.segment ? -1 : 1);
}

/** The first index of which something holds that holds of all behind it. */
function lowest<Item>(list: readonly Item[], holds: (item: Item) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle] as Item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
