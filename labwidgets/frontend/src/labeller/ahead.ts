import type { ClipPayload, QueuePayload } from "../core/protocol";
import type { Transport } from "../core/transport";
import type { SegmentCache } from "./segments";

const N_AHEAD = 3;
const N_PREFETCHED = 2;

export interface AheadOptions {
  query: () => QueuePayload;
  /** Submitted from this page, or on the screen: the kernel may not know yet. */
  isTaken: (segment: string) => boolean;
  /** How many the kernel may still take for open. */
  nTaken: () => number;
  onPrefetched: (clip: ClipPayload) => void;
}

/** Which segment comes next. */
export interface Turns {
  /** Takes its turn before all others. */
  putFirst(segment: string): void;
  /** The next segment, at once where it is known already; null when nothing is left to do. */
  next(after: string | null): string | null | Promise<string | null>;
  /** Looks ahead from a segment. `isJump`: what was known before does not follow it. */
  follow(segment: string, isJump: boolean): Promise<void>;
  forget(): void;
}

/** The segments whose turn is next, fetched before they are needed. */
export class Ahead implements Turns {
  private ids: string[] = [];
  private first: string[] = [];
  private generation = 0;

  constructor(
    private readonly transport: Transport,
    private readonly cache: SegmentCache,
    private readonly options: AheadOptions,
  ) {}

  putFirst(segment: string): void {
    this.first = [...this.first.filter((id) => id !== segment), segment];
  }

  next(after: string | null): string | Promise<string | null> {
    const known = this.takeKnown();
    return known ?? this.search(after);
  }

  async follow(segment: string, isJump: boolean): Promise<void> {
    if (isJump) this.ids = [];
    this.first = this.first.filter((id) => id !== segment);
    const generation = ++this.generation;
    const found = await this.ask(segment).catch(() => null);
    if (generation !== this.generation || !found) return;
    this.ids = found;
    await this.prefetch(generation);
  }

  forget(): void {
    this.generation += 1;
    this.ids = [];
  }

  private takeKnown(): string | null {
    const refused = this.first.shift();
    if (refused) return refused;
    this.ids = this.ids.filter((id) => !this.options.isTaken(id));
    return this.ids.shift() ?? null;
  }

  private async search(after: string | null): Promise<string | null> {
    this.generation += 1;
    this.ids = await this.ask(after);
    if (this.ids.length === 0 && after !== null) this.ids = await this.ask(null);
    return this.takeKnown();
  }

  private async ask(after: string | null): Promise<string[]> {
    const n = N_AHEAD + this.options.nTaken();
    const { payload } = await this.transport.request("upcoming", { query: this.options.query(), after, n });
    return payload.segments.filter((id) => !this.options.isTaken(id)).slice(0, N_AHEAD);
  }

  private async prefetch(generation: number): Promise<void> {
    for (const id of this.ids.slice(0, N_PREFETCHED)) {
      const loaded = await this.cache.get(id).catch(() => null);
      if (generation !== this.generation) return;
      if (loaded && !loaded.reply.audio_error) this.options.onPrefetched(loaded.reply.clip);
    }
  }
}
