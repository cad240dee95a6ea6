import { Emitter } from "../core/emitter";
import type { PromptPayload } from "../core/protocol_takes";
import type { Transport } from "../core/transport";

const PAGE_ROWS = 100;
const MAX_PAGES = 40;

/** The lines to read, asked for as they come into sight: of a hundred thousand a few hundred are here. */
export class Prompts {
  readonly events = new Emitter<{ change: []; trouble: [message: string] }>();
  private pages = new Map<number, PromptPayload[]>();
  private inFlight = new Set<number>();
  private generation = 0;

  constructor(
    private readonly transport: Transport,
    readonly total: number,
  ) {}

  /** Null where it is not here yet. */
  at(number: number): PromptPayload | null {
    return this.pages.get(Math.floor(number / PAGE_ROWS))?.[number % PAGE_ROWS] ?? null;
  }

  want(first: number, last: number): void {
    for (let page = Math.floor(first / PAGE_ROWS); page * PAGE_ROWS <= last; page += 1) {
      if (!this.pages.has(page) && !this.inFlight.has(page)) void this.fetch(page);
    }
  }

  setKept(number: number): void {
    const found = this.at(number);
    if (found) found.is_kept = true;
    this.events.emit("change");
  }

  /** Another speaker has read other lines. */
  reset(): void {
    this.generation += 1;
    this.pages.clear();
    this.inFlight.clear();
    this.events.emit("change");
  }

  private async fetch(page: number): Promise<void> {
    const { generation } = this;
    this.inFlight.add(page);
    try {
      const wanted = { offset: page * PAGE_ROWS, limit: PAGE_ROWS };
      const { payload } = await this.transport.request("prompts", wanted);
      if (generation !== this.generation) return;
      this.pages.set(page, payload.prompts);
      for (const old of this.pages.keys()) {
        if (this.pages.size <= MAX_PAGES) break;
        this.pages.delete(old);
      }
      this.inFlight.delete(page);
      this.events.emit("change");
    } catch (error) {
      if (generation !== this.generation) return;
      this.inFlight.delete(page);
      this.events.emit("trouble", `The lines could not be read. ${(error as Error).message}`);
    }
  }
}
