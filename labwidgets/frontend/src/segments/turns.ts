import type { Turns } from "../labeller/ahead";
import type { SegmentCache } from "../labeller/segments";
import type { Region } from "./regions";

const N_PREFETCHED = 2;

export interface RowTurnsParts {
  cache: SegmentCache;
  /** The rows of the list, as they are filtered. */
  rows: () => readonly Region[];
  isTaken: (segment: string) => boolean;
  /** Where those begin whose turn is next. */
  onAhead?: (starts_s: readonly number[]) => void;
}

/** The open segments of a recording in the order of time. */
export class RowTurns implements Turns {
  private first: string[] = [];
  /** Where the last one was: a segment that is gone still has a place. */
  private last_s = 0;

  constructor(private readonly parts: RowTurnsParts) {}

  putFirst(segment: string): void {
    this.first = [...this.first.filter((id) => id !== segment), segment];
  }

  next(after: string | null): string | null {
    const refused = this.first.shift();
    if (refused) return refused;
    return this.open(after)[0]?.segment ?? null;
  }

  async follow(segment: string): Promise<void> {
    this.first = this.first.filter((id) => id !== segment);
    this.last_s = this.parts.rows().find((row) => row.segment === segment)?.start_s ?? this.last_s;
    const ahead = this.open(segment).slice(0, N_PREFETCHED);
    this.parts.onAhead?.(ahead.map(({ start_s }) => start_s));
    for (const next of ahead) {
      await this.parts.cache.get(next.segment).catch(() => null);
    }
  }

  forget(): void {}

  /** Behind a segment, and then round from the start. */
  private open(after: string | null): Region[] {
    const rows = this.parts.rows();
    const found = after === null ? -1 : rows.findIndex(({ segment }) => segment === after);
    const beyond = rows.findIndex(({ start_s }) => start_s > this.last_s);
    const at = after === null ? 0 : found >= 0 ? found + 1 : beyond < 0 ? rows.length : beyond;
    return [...rows.slice(at), ...rows.slice(0, at)].filter(
      ({ segment, state }) => state === "open" && segment !== after && !this.parts.isTaken(segment),
    );
  }
}
