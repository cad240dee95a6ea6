import type { SegmentReply } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";

/** Bins of the waveform that come with a segment. */
export const N_BINS = 1_000;
const MAX_KEPT = 12;

export interface Loaded {
  reply: SegmentReply;
  peaks: Int8Array | null;
}

/** Segments fetched ahead of their turn; each is asked for once, failures are forgotten. */
export class SegmentCache {
  private kept = new Map<string, Promise<Loaded>>();
  private replies = new WeakMap<Promise<Loaded>, SegmentReply>();

  constructor(
    private readonly scope: Scope,
    private readonly transport: Transport,
    private readonly n_bins = N_BINS,
    private readonly hold_back = false,
  ) {}

  get(segment: string): Promise<Loaded> {
    const known = this.kept.get(segment);
    if (known) return known;
    const asked = this.ask(segment);
    this.kept.set(segment, asked);
    for (const old of this.kept.keys()) {
      if (this.kept.size <= MAX_KEPT) break;
      this.kept.delete(old);
    }
    asked.then(
      ({ reply }) => this.replies.set(asked, reply),
      () => {
        if (this.kept.get(segment) === asked) this.kept.delete(segment);
      },
    );
    return asked;
  }

  /** What came for a segment, if it came. */
  seen(segment: string): SegmentReply | null {
    const asked = this.kept.get(segment);
    return (asked && this.replies.get(asked)) ?? null;
  }

  forget(segment: string): void {
    this.kept.delete(segment);
  }

  /** What the kernel will answer once it has the submit, so that going back needs no round trip. */
  put(segment: string, loaded: Loaded): void {
    const known = Promise.resolve(loaded);
    this.kept.delete(segment);
    this.kept.set(segment, known);
    this.replies.set(known, loaded.reply);
  }

  /** Drafts may have come for those that had none; where there are fewer than before, all may have changed. */
  async forgetUndrafted(isLess = false): Promise<void> {
    if (isLess) this.kept.clear();
    for (const [segment, asked] of [...this.kept]) {
      const loaded = await asked.catch(() => null);
      if (loaded && !loaded.reply.draft && !loaded.reply.opinion) this.kept.delete(segment);
    }
  }

  /** Drafts were taken back (their segments are audits now): whether this one was. */
  async hasLostDraft({ reply }: Loaded): Promise<boolean> {
    if (!reply.draft) return false;
    const now = await this.get(reply.segment).catch(() => null);
    return now !== null && now.reply.draft === null;
  }

  private async ask(segment: string): Promise<Loaded> {
    const { n_bins, hold_back } = this;
    const { payload, buffers } = await this.transport.request("segment", { segment, n_bins, hold_back });
    if (this.scope.disposed) throw new Error("The view is gone.");
    const buffer = buffers[0];
    const peaks = buffer && payload.peaks_bins > 0 ? new Int8Array(buffer) : null;
    return { reply: payload, peaks };
  }
}
