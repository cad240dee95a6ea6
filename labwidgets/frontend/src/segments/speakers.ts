/** Who speaks: a number, a name and a colour each. The number stays while the page lives. */
import type { Region } from "./regions";

/** Colours there are; further speakers share them, and their names tell them apart. */
export const N_COLOURS = 8;
/** Those with a key. */
export const N_KEYS = 9;

export interface Speaker {
  name: string;
  /** From 0, in the order in which they were met. */
  at: number;
}

export class Speakers {
  private names: string[] = [];

  /** Takes over the names of rows; those that nobody has any more keep their number, so that undo finds it. */
  meet(rows: readonly Region[]): void {
    const met = new Set(rows.flatMap(({ speaker }) => speaker ?? []));
    const fresh = [...met].filter((name) => !this.names.includes(name));
    // Those that come together are in the order of their names: spk2 before spk10.
    for (const name of fresh.sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))) this.add(name);
  }

  add(name: string): Speaker {
    if (!this.names.includes(name)) this.names.push(name);
    return { name, at: this.names.indexOf(name) };
  }

  /** A name that takes the place of another keeps its number. */
  rename(from: string, to: string): void {
    const at = this.names.indexOf(from);
    if (at < 0 || this.names.includes(to)) return;
    this.names[at] = to;
  }

  /** Those that rows have, or that were named here; in their order. */
  get all(): Speaker[] {
    return this.names.map((name, at) => ({ name, at }));
  }

  at(number: number): string | null {
    return this.names[number] ?? null;
  }

  colourOf(name: string | null): number | null {
    const at = name === null ? -1 : this.names.indexOf(name);
    return at < 0 ? null : at % N_COLOURS;
  }

  numberOf(name: string | null): number {
    return name === null ? -1 : this.names.indexOf(name);
  }

  /** A name that nobody has yet. */
  fresh(): string {
    for (let n = this.names.length + 1; ; n += 1) if (!this.names.includes(`spk${n}`)) return `spk${n}`;
  }
}
