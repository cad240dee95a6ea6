import { Emitter } from "../core/emitter";
import type { CountsPayload, QueuePayload, QueueRowPayload } from "../core/protocol";
import type { Transport } from "../core/transport";

export const PAGE_ROWS = 100;
const MAX_PAGES = 40;
const MAX_IN_FLIGHT = 2;

export type PagesEvents = {
  /** Rows or their number changed. */
  change: [];
  counts: [counts: CountsPayload];
  /** Rows could not be read; null when they can again. */
  trouble: [message: string | null];
};

/** The rows of a query, fetched by the page as they come into sight. */
export class Pages {
  private readonly events = new Emitter<PagesEvents>();
  private pages = new Map<number, QueueRowPayload[]>();
  private stale = new Set<number>();
  private inFlight = new Set<number>();
  private wanted: number[] = [];
  private generation = 0;
  private nTotal: number | null = null;

  constructor(
    private readonly transport: Transport,
    private currentQuery: QueuePayload,
  ) {}

  get query(): QueuePayload {
    return this.currentQuery;
  }

  /** How many rows match; null until the first answer. */
  get total(): number | null {
    return this.nTotal;
  }

  on<E extends keyof PagesEvents>(name: E, listener: (...args: PagesEvents[E]) => void): () => void {
    return this.events.on(name, listener);
  }

  setQuery(query: QueuePayload): void {
    this.currentQuery = query;
    this.generation += 1;
    this.pages.clear();
    this.stale.clear();
    this.inFlight.clear();
    this.wanted = [];
    this.nTotal = null;
    this.events.emit("change");
  }

  /** What is shown stays until the new rows are there. */
  refresh(): void {
    for (const page of this.pages.keys()) this.stale.add(page);
    this.events.emit("change");
  }

  row(index: number): QueueRowPayload | null {
    return this.pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS] ?? null;
  }

  /** Where a segment stands, among the rows at hand. */
  indexOf(segment: string): number | null {
    for (const [page, rows] of this.pages) {
      const at = rows.findIndex((row) => row.segment === segment);
      if (at >= 0) return page * PAGE_ROWS + at;
    }
    return null;
  }

  /** Asks for the pages of these rows; only the newest wish counts, so that fast scrolling asks for little. */
  want(first: number, last: number): void {
    const wanted: number[] = [];
    const lastPage = Math.floor(Math.max(first, last) / PAGE_ROWS);
    for (let page = Math.floor(first / PAGE_ROWS); page <= lastPage; page += 1) {
      const isFresh = this.pages.has(page) && !this.stale.has(page);
      if (!isFresh && !this.inFlight.has(page)) wanted.push(page);
    }
    this.wanted = wanted;
    this.pump();
  }

  /** The row at an index, fetched if need be; null beyond the end. */
  async rowAt(index: number): Promise<QueueRowPayload | null> {
    if (index < 0 || (this.nTotal !== null && index >= this.nTotal)) return null;
    const known = this.row(index);
    if (known) return known;
    await this.fetch(Math.floor(index / PAGE_ROWS));
    return this.row(index);
  }

  /** Where a segment stands, also beyond the rows at hand, which are fetched then; null where it is not in the query. */
  async place(segment: string): Promise<number | null> {
    const known = this.indexOf(segment);
    if (known !== null) return known;
    const generation = this.generation;
    const { payload } = await this.transport.request("place", { query: this.currentQuery, segment });
    if (generation !== this.generation || payload.position === null) return null;
    await this.rowAt(payload.position);
    return payload.position;
  }

  private pump(): void {
    while (this.inFlight.size < MAX_IN_FLIGHT) {
      const page = this.wanted.shift();
      if (page === undefined) return;
      void this.fetch(page).then(() => this.pump());
    }
  }

  private async fetch(page: number): Promise<void> {
    const generation = this.generation;
    this.inFlight.add(page);
    try {
      const request = { query: this.currentQuery, offset: page * PAGE_ROWS, limit: PAGE_ROWS };
      const { payload } = await this.transport.request("queue", request);
      if (generation !== this.generation) return;
      this.keep(page, payload.rows);
      this.nTotal = payload.total;
      this.events.emit("trouble", null);
      this.events.emit("counts", payload.counts);
    } catch (error) {
      if (generation !== this.generation) return;
      this.inFlight.delete(page);
      this.events.emit("trouble", error instanceof Error ? error.message : String(error));
      return;
    }
    this.inFlight.delete(page);
    this.events.emit("change");
  }

  private keep(page: number, rows: QueueRowPayload[]): void {
    this.pages.delete(page);
    this.pages.set(page, rows);
    this.stale.delete(page);
    for (const old of this.pages.keys()) {
      if (this.pages.size <= MAX_PAGES) break;
      this.pages.delete(old);
      this.stale.delete(old);
    }
  }
}
