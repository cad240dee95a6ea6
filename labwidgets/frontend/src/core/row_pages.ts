import { Emitter } from "./emitter";

export const PAGE_ROWS = 100;
const MAX_PAGES = 40;
const MAX_IN_FLIGHT = 2;

/** Rows of a query from an offset on, and how many match altogether. */
export interface RowsAnswer<Row> {
  rows: Row[];
  total: number;
}

export type RowPagesEvents<Answer> = {
  /** Rows or their number changed. */
  change: [];
  /** What came with rows, before they are announced. */
  answer: [answer: Answer];
  /** Rows could not be read; null when they can again. */
  trouble: [message: string | null];
};

export type AskRows<Query, Answer> = (
  query: Query,
  span: { offset: number; limit: number },
) => Promise<Answer>;

/** The rows of a query, asked for as they come into sight: of a million rows a few thousand are here. */
export class RowPages<Row, Query, Answer extends RowsAnswer<Row> = RowsAnswer<Row>> {
  private readonly events = new Emitter<RowPagesEvents<Answer>>();
  private pages = new Map<number, Row[]>();
  private stale = new Set<number>();
  private inFlight = new Set<number>();
  private wanted: number[] = [];
  private generation = 0;
  private nTotal: number | null = null;

  constructor(
    private readonly ask: AskRows<Query, Answer>,
    private currentQuery: Query,
  ) {}

  get query(): Query {
    return this.currentQuery;
  }

  /** How many rows match; null until the first answer. */
  get total(): number | null {
    return this.nTotal;
  }

  on<E extends keyof RowPagesEvents<Answer>>(
    name: E,
    listener: (...args: RowPagesEvents<Answer>[E]) => void,
  ): () => void {
    return this.events.on(name, listener);
  }

  setQuery(query: Query): void {
    this.currentQuery = query;
    this.generation += 1;
    this.pages.clear();
    this.stale.clear();
    this.inFlight.clear();
    this.wanted = [];
    this.nTotal = null;
    this.changed();
  }

  /** What is shown stays until the new rows are there. */
  refresh(): void {
    for (const page of this.pages.keys()) this.stale.add(page);
    this.changed();
  }

  row(index: number): Row | null {
    return this.pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS] ?? null;
  }

  /** Where the first such row stands, among those at hand. */
  find(isWanted: (row: Row) => boolean): number | null {
    for (const [page, rows] of this.pages) {
      const at = rows.findIndex(isWanted);
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
  async rowAt(index: number): Promise<Row | null> {
    if (index < 0 || (this.nTotal !== null && index >= this.nTotal)) return null;
    const known = this.row(index);
    if (known) return known;
    await this.fetch(Math.floor(index / PAGE_ROWS));
    return this.row(index);
  }

  /** Tells that rows at hand are not what they were. */
  protected changed(): void {
    this.events.emit("change");
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
      const answer = await this.ask(this.currentQuery, { offset: page * PAGE_ROWS, limit: PAGE_ROWS });
      if (generation !== this.generation) return;
      this.keep(page, answer.rows);
      this.nTotal = answer.total;
      this.events.emit("trouble", null);
      this.events.emit("answer", answer);
    } catch (error) {
      if (generation !== this.generation) return;
      // The next look at these rows asks again.
      this.inFlight.delete(page);
      this.events.emit("trouble", error instanceof Error ? error.message : String(error));
      return;
    }
    this.inFlight.delete(page);
    this.changed();
  }

  private keep(page: number, rows: Row[]): void {
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
