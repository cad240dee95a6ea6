import type { Span } from "../core/parts";
import type { ClipPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { RequestError, type Transport } from "../core/transport";
import { ByteLru } from "../player/lru";

/** 2 kB a tile. */
const TILE_BINS = 1024;
const MOST_IN_FLIGHT = 3;
const CACHE_BYTES = 8 * 1024 * 1024;
/** 1 ms a bin: finer shows the wave itself, which says nothing of speech. */
const FINEST_LEVEL = 10;

export interface WaveTile {
  level: number;
  index: number;
  start_s: number;
  end_s: number;
  n_bins: number;
}

/** Bins per second are 2 to the power of the level: the coarsest with a bin for each pixel. */
export function waveLevel(px_per_s: number): number {
  return Math.min(FINEST_LEVEL, Math.ceil(Math.log2(Math.max(px_per_s, 1e-6)) - 1e-6));
}

/** The tiles that a view needs: in sight first, then one to each side. */
export function tilesFor([from_s, to_s]: Span, duration_s: number, level: number): WaveTile[] {
  const tile_s = TILE_BINS / 2 ** level;
  const n_tiles = Math.ceil(duration_s / tile_s - 1e-9);
  const first = Math.max(0, Math.floor(from_s / tile_s + 1e-9));
  const last = Math.min(n_tiles, Math.ceil(Math.min(to_s, duration_s) / tile_s - 1e-9));
  const seen = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
  const beside = [last, first - 1].filter((index) => index >= 0 && index < n_tiles);
  return [...seen, ...beside].map((index) => {
    const start_s = index * tile_s;
    const end_s = Math.min(duration_s, (index + 1) * tile_s);
    return { level, index, start_s, end_s, n_bins: Math.max(1, Math.round((end_s - start_s) * 2 ** level)) };
  });
}

/** Bins over a span of time: int8, min and max by turns. */
export interface Bins {
  start_s: number;
  end_s: number;
  pairs: Int8Array;
}

/** The waveform of a recording, piece by piece, as fine as the view is; what the view leaves is given up. */
export class WaveTiles {
  private readonly kept = new ByteLru<Bins>(CACHE_BYTES);
  private readonly inFlight = new Map<string, AbortController>();
  private readonly refused = new Map<string, number>();
  private wanted: WaveTile[] = [];
  private clip: ClipPayload | null = null;
  private overview: Bins | null = null;
  /** What the loudest bin of the overview is multiplied with to fill the height. */
  gain = 1;

  constructor(
    private readonly scope: Scope,
    private readonly transport: Transport,
    private readonly onArrived: () => void,
  ) {
    scope.add(() => this.give());
    scope.add(transport.onLink((isAlive) => isAlive && this.refused.clear()));
  }

  open(clip: ClipPayload, overview: Int8Array | null): void {
    this.give();
    this.clip = clip;
    this.overview = overview && { start_s: 0, end_s: clip.duration_s, pairs: overview };
    let loudest = 1;
    for (const value of overview ?? []) loudest = Math.max(loudest, Math.abs(value));
    this.gain = Math.min(8, 127 / loudest);
  }

  want(span: Span, px_per_s: number): void {
    const { clip } = this;
    if (!clip) return;
    const level = waveLevel(px_per_s);
    const bins_of_overview = (this.overview?.pairs.length ?? 0) / 2 / clip.duration_s;
    this.wanted = 2 ** level > bins_of_overview ? tilesFor(span, clip.duration_s, level) : [];
    const keys = new Set(this.wanted.map((tile) => this.keyOf(clip, tile)));
    for (const [key, controller] of [...this.inFlight]) if (!keys.has(key)) controller.abort();
    this.pump();
  }

  /** What is here of the view, coarse first. */
  inSight(): Bins[] {
    const { clip, overview } = this;
    if (!clip) return [];
    const fine = this.wanted.flatMap((tile) => this.kept.get(this.keyOf(clip, tile)) ?? []);
    return overview ? [overview, ...fine] : fine;
  }

  get whole(): Bins | null {
    return this.overview;
  }

  private give(): void {
    this.wanted = [];
    for (const controller of [...this.inFlight.values()]) controller.abort();
  }

  private keyOf(clip: ClipPayload, { level, index }: WaveTile): string {
    return `${clip.id}|${level}|${index}`;
  }

  private pump(): void {
    const { clip } = this;
    if (!clip || this.scope.disposed) return;
    for (const tile of this.wanted) {
      if (this.inFlight.size >= MOST_IN_FLIGHT) return;
      const key = this.keyOf(clip, tile);
      const isTried = (this.refused.get(key) ?? 0) > 2;
      if (!isTried && !this.inFlight.has(key) && !this.kept.has(key)) void this.fetch(clip, tile, key);
    }
  }

  private async fetch(clip: ClipPayload, { start_s, end_s, n_bins }: WaveTile, key: string): Promise<void> {
    const controller = new AbortController();
    this.inFlight.set(key, controller);
    try {
      const request = { clip: clip.id, start_s, end_s, n_bins };
      const { buffers } = await this.transport.request("wave", request, { signal: controller.signal });
      const [bytes] = buffers;
      if (bytes) this.kept.set(key, { start_s, end_s, pairs: new Int8Array(bytes) }, bytes.byteLength);
    } catch (error) {
      const isGivenUp = error instanceof RequestError && error.code === "aborted";
      // The coarse one stays: it is right, only not as fine.
      if (!isGivenUp) this.refused.set(key, (this.refused.get(key) ?? 0) + 1);
    } finally {
      this.inFlight.delete(key);
    }
    if (this.scope.disposed) return;
    this.pump();
    this.onArrived();
  }
}

/** Extremes of the bins over a span of time; null where there are none. */
export function extremes(
  { start_s, end_s, pairs }: Bins,
  from_s: number,
  to_s: number,
): [number, number] | null {
  const n_bins = pairs.length / 2;
  const per_s = n_bins / (end_s - start_s);
  const first = Math.max(0, Math.floor((from_s - start_s) * per_s + 1e-6));
  const last = Math.min(n_bins, Math.max(first + 1, Math.floor((to_s - start_s) * per_s + 1e-6)));
  if (to_s <= start_s || from_s >= end_s || first >= last) return null;
  let low = 127;
  let high = -128;
  for (let bin = first; bin < last; bin += 1) {
    low = Math.min(low, pairs[2 * bin] ?? 0);
    high = Math.max(high, pairs[2 * bin + 1] ?? 0);
  }
  return [low, high];
}
