import { Emitter } from "../core/emitter";
import type { Span } from "../core/parts";
import type { FindPayload, FindReply } from "../core/protocol";
import type { Transport } from "../core/transport";
import { groupOf, type Hit, isReplaceable, itemsOf, noteHeard, settle } from "./hits";

const PAGE_SEGMENTS = 50;
const BATCH_SEGMENTS = 50;
/** More of them on one page help nobody; the rest is counted. */
export const MOST_SHOWN = 1_000;
/** A search through a large project, or a batch behind other work, may take its time. */
const OPTIONS = { timeoutMs: 60_000 };

export type FindEvents = {
  /** Anything that is shown. */
  change: [];
  /** The kernel has other texts for these segments now. */
  mended: [segments: string[]];
};

/** A search, its hits so far, and what is done with them. Knows no DOM. */
export class FindModel {
  private readonly events = new Emitter<FindEvents>();
  private generation = 0;
  private find: FindPayload | null = null;
  private after: string | null = null;
  private replace: string | null = null;
  readonly hits: Hit[] = [];
  /** Segments that may show it, at most; null before the first answer. */
  n_segments: number | null = null;
  n_replaced = 0;
  n_refused = 0;
  /** The replace that can be taken back. */
  undoable: string | null = null;
  busy: "search" | "replace" | "undo" | null = null;
  /** What went wrong last, for people. */
  trouble: string | null = null;
  private isStopping = false;

  constructor(private readonly transport: Transport) {}

  on<E extends keyof FindEvents>(name: E, listener: (...args: FindEvents[E]) => void): () => void {
    return this.events.on(name, listener);
  }

  get hasMore(): boolean {
    return this.after !== null;
  }

  get searched(): FindPayload | null {
    return this.find;
  }

  /** The ticked hits that can be replaced now. */
  get ticked(): Hit[] {
    return this.hits.filter((hit) => hit.isTicked && isReplaceable(hit));
  }

  async search(find: FindPayload): Promise<void> {
    if (this.busy && this.busy !== "search") return;
    this.generation += 1;
    Object.assign(this, { find, after: null, replace: null, n_segments: null, n_replaced: 0, n_refused: 0 });
    this.hits.length = 0;
    await this.run("search", () => this.fetch(true));
  }

  /** The next page, where there is one. */
  async more(): Promise<void> {
    if (this.busy || !this.hasMore || this.hits.length >= MOST_SHOWN) return;
    await this.run("search", () => this.fetch(false));
  }

  toggle(hit: Hit, isTicked = !hit.isTicked): void {
    if (!isReplaceable(hit)) return;
    hit.isTicked = isTicked;
    hit.state = "waiting";
    this.events.emit("change");
  }

  skip(hit: Hit): void {
    if (hit.state !== "waiting") return;
    hit.isTicked = false;
    hit.state = "skipped";
    this.events.emit("change");
  }

  noteHeard(hit: Hit, span: Span): void {
    if (noteHeard(hit.group, span).length > 0) this.events.emit("change");
  }

  async replaceOne(hit: Hit, replacement: string): Promise<void> {
    if (this.busy || !isReplaceable(hit)) return;
    await this.run("replace", () => this.send([hit], replacement));
  }

  /** All ticked ones, with those of the pages not seen yet, until `stop`. */
  async replaceTicked(replacement: string): Promise<void> {
    if (this.busy) return;
    this.isStopping = false;
    await this.run("replace", async () => {
      await this.send(this.ticked, replacement);
      while (this.hasMore && !this.isStopping && this.hits.length < MOST_SHOWN) {
        const known = this.hits.length;
        await this.fetch(false);
        await this.send(
          this.hits.slice(known).filter((hit) => hit.isTicked),
          replacement,
        );
      }
      while (this.hasMore && !this.isStopping) await this.sendUnseen(replacement);
    });
  }

  stop(): void {
    this.isStopping = true;
  }

  /** The whole of the newest replace; texts that somebody went on from stay. */
  async undo(): Promise<number> {
    const replace = this.undoable;
    if (this.busy || replace === null) return 0;
    let n_restored = 0;
    await this.run("undo", async () => {
      for (;;) {
        const { payload } = await this.transport.request("undo_replace", { replace }, OPTIONS);
        n_restored += payload.segments.length;
        this.events.emit("mended", payload.segments);
        if (payload.n_left === 0 || payload.segments.length === 0) break;
      }
      this.undoable = null;
    });
    if (this.find && this.trouble === null) await this.search(this.find);
    return n_restored;
  }

  private async run(what: NonNullable<FindModel["busy"]>, work: () => Promise<void>): Promise<void> {
    const generation = this.generation;
    this.busy = what;
    this.trouble = null;
    this.events.emit("change");
    try {
      await work();
    } catch (error) {
      if (generation === this.generation)
        this.trouble = error instanceof Error ? error.message : String(error);
    }
    // A newer search says for itself how it stands.
    if (generation === this.generation) this.busy = null;
    this.events.emit("change");
  }

  private async fetch(isFirst: boolean): Promise<void> {
    const generation = this.generation;
    const reply = await this.page();
    if (reply === null || generation !== this.generation) return;
    for (const found of reply.found) this.hits.push(...groupOf(found).hits);
    if (isFirst) {
      this.n_segments = reply.n_segments;
      this.undoable = reply.undoable;
    }
    this.events.emit("change");
    // A page can be empty where many texts only seem to fit.
    if (this.hits.length === 0 && this.hasMore) await this.fetch(false);
  }

  private async page(): Promise<FindReply | null> {
    const { find, generation } = this;
    if (!find) return null;
    const request = { find, after: this.after, limit: PAGE_SEGMENTS };
    const { payload } = await this.transport.request("find", request, OPTIONS);
    if (generation === this.generation) this.after = payload.after;
    return payload;
  }

  private async sendUnseen(replacement: string): Promise<void> {
    const reply = await this.page();
    const groups = reply?.found.map(groupOf) ?? [];
    await this.send(groups.flatMap(({ hits }) => hits).filter(isReplaceable), replacement);
  }

  private async send(hits: readonly Hit[], replacement: string): Promise<void> {
    const { find } = this;
    const items = itemsOf(hits);
    for (let at = 0; find && at < items.length && !(at > 0 && this.isStopping); at += BATCH_SEGMENTS) {
      const batch = items.slice(at, at + BATCH_SEGMENTS);
      const request = { find, replacement, replace: this.replace, items: batch.map(([, item]) => item) };
      const { payload } = await this.transport.request("replace", request, OPTIONS);
      this.replace = payload.replace;
      const mended: string[] = [];
      for (const [place, { found, n, refused }] of payload.done.entries()) {
        const [group, item] = batch[place] ?? [];
        if (!group || !item) continue;
        settle(group, item.starts, n, refused, found);
        this.n_replaced += n;
        if (n === 0) this.n_refused += item.starts.length;
        if (n > 0) mended.push(group.segment);
      }
      if (mended.length > 0) this.undoable = payload.replace;
      this.events.emit("mended", mended);
      this.events.emit("change");
    }
  }
}
