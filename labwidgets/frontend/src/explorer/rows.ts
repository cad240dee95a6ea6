import { Emitter } from "../core/emitter";
import type { ErrorRowPayload, RowQueryPayload } from "../core/protocol_errors";
import type { Transport } from "../core/transport";

export const PAGE_ROWS = 100;
const MAX_PAGES = 40;
const MAX_IN_FLIGHT = 2;

/** The rows of a query, asked for as they come into sight; of a million rows a few hundred are here. */
export class Rows {
  readonly events = new Emitter<{ change: []; trouble: [message: string | null] }>();
  private pages = new Map<number, ErrorRowPayload[]>();
  private inFlight = new Set<number>();
  private wanted: number[] = [];
  private generation = 0;
  private nTotal: number | null = null;

  constructor(
    private readonly transport: Transport,
    readonly columns: readonly string[],
    public query: RowQueryPayload,
  ) {}

  /** How many rows match; null until the first answer. */
  get total(): number | null {
    return this.nTotal;
  }

  setQuery(query: RowQueryPayload): void {
    this.query = query;
    this.generation += 1;
    this.pages.clear();
    this.inFlight.clear();
    this.wanted = [];
    this.nTotal = null;
    this.events.emit("change");
  }

  at(index: number): ErrorRowPayload | null {
    return this.pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS] ?? null;
  }

  /** Where a row stands among those at hand. */
  indexOf(row: number): number | null {
    for (const [page, rows] of this.pages) {
      const at = rows.findIndex((one) => one.row === row);
      if (at >= 0) return page * PAGE_ROWS + at;
    }
    return null;
  }

  /** Changes a row in its place: what was marked or mended does not jump away. */
  patch(row: number, values: ErrorRowPayload["values"]): void {
    const index = this.indexOf(row);
    const found = index === null ? null : this.at(index);
    if (!found) return;
    for (const name of Object.keys(found.values)) {
      if (values[name] !== undefined) found.values[name] = values[name];
    }
    this.events.emit("change");
  }

  /** Asks for the pages of these rows; only the newest wish counts, so that fast scrolling asks for little. */
  want(first: number, last: number): void {
    this.wanted = [];
    for (let page = Math.floor(first / PAGE_ROWS); page <= Math.floor(last / PAGE_ROWS); page += 1) {
      if (!this.pages.has(page) && !this.inFlight.has(page)) this.wanted.push(page);
    }
    this.pump();
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
    const wish = {
      query: this.query,
      columns: [...this.columns],
      offset: page * PAGE_ROWS,
      limit: PAGE_ROWS,
    };
    try {
      const { payload } = await this.transport.request("rows", wish);
      if (generation !== this.generation) return;
      this.pages.set(page, payload.rows);
      for (const old of this.pages.keys()) {
        if (this.pages.size <= MAX_PAGES) break;
        if (old !== page) this.pages.delete(old);
      }
      this.nTotal = payload.total;
      this.events.emit("trouble", null);
    } catch (error) {
      if (generation !== this.generation) return;
      // The next look at these rows asks again.
      this.inFlight.delete(page);
      this.events.emit("trouble", error instanceof Error ? error.message : String(error));
      return;
    }
    this.inFlight.delete(page);
    this.events.emit("change");
  }
}
