import type { Span } from "../core/parts";
import type { ClipPayload, SpectrogramReply } from "../core/protocol";
import type { Scope } from "../core/scope";
import { RequestError, type Transport } from "../core/transport";
import { ByteLru } from "./lru";
import { type Contrast, contrastOf, paint, shadesOf } from "./shades";
import { levelFor, type TileSpan, tilesOf } from "./tiles";

const N_BANDS = 96;
const MOST_IN_FLIGHT = 2;
const CACHE_BYTES = 24 * 1024 * 1024;
/** Drawing again for less would only flicker. */
const NOTICEABLE = 6;

interface Tile extends TileSpan {
  levels: Uint8Array;
  picture: HTMLCanvasElement;
  /** How it was painted. */
  look: string;
}

interface Seen {
  histogram: Uint32Array;
  contrast: Contrast;
  keys: Set<string>;
}

const keyOf = (clip: ClipPayload, { level, index }: TileSpan) =>
  `${clip.id}|${clip.duration_s}|${level}|${index}`;

/** Fetches, keeps and colours the pieces of spectrograms; the clip in sight only, two requests at a time. */
export class Pictures {
  private readonly tiles = new ByteLru<Tile>(CACHE_BYTES);
  private readonly seen = new Map<string, Seen>();
  private readonly inFlight = new Map<string, AbortController>();
  private shades = shadesOf(isDarkPage());
  private n_looks = 0;
  private clip: ClipPayload | null = null;
  private wanted: TileSpan[] = [];
  /** Why the last piece did not come; null where all did. */
  trouble: string | null = null;
  max_hz = 8000;
  readonly n_bands = N_BANDS;

  constructor(
    private readonly scope: Scope,
    private readonly transport: Transport,
    private readonly onArrived: () => void,
  ) {
    scope.add(() => this.want(null, [0, 0], 0));
  }

  /** Asks for what a view needs; what it does not need is given up. */
  want(clip: ClipPayload | null, [from_s, to_s]: Span, px_per_s: number): void {
    this.clip = clip;
    this.wanted = clip ? tilesOf(from_s, to_s, clip.duration_s, levelFor(px_per_s)) : [];
    const keys = new Set(clip ? this.wanted.map((tile) => keyOf(clip, tile)) : []);
    for (const [key, controller] of [...this.inFlight]) if (!keys.has(key)) controller.abort();
    this.pump();
  }

  get isWaiting(): boolean {
    return this.inFlight.size > 0;
  }

  /** What is here of a span, coarse below fine. */
  inSight(from_s: number, to_s: number): Tile[] {
    const { clip } = this;
    if (!clip) return [];
    const found: Tile[] = [];
    for (const key of this.seenOf(clip).keys) {
      const tile = this.tiles.get(key);
      if (tile && tile.end_s > from_s && tile.start_s < to_s) found.push(tile);
    }
    const finest = this.wanted[0]?.level ?? 0;
    const fitting = found.filter(({ level }) => level <= finest).sort((a, b) => a.level - b.level);
    for (const tile of fitting) this.colour(clip, tile);
    return fitting;
  }

  recolour(): void {
    this.shades = shadesOf(isDarkPage());
    this.n_looks += 1;
  }

  forgetTrouble(): void {
    this.trouble = null;
  }

  private pump(): void {
    const { clip } = this;
    if (!clip || this.scope.disposed || this.trouble) return;
    for (const tile of this.wanted) {
      if (this.inFlight.size >= MOST_IN_FLIGHT) return;
      const key = keyOf(clip, tile);
      if (!this.inFlight.has(key) && !this.tiles.has(key)) void this.fetch(clip, tile, key);
    }
  }

  private async fetch(clip: ClipPayload, span: TileSpan, key: string): Promise<void> {
    const controller = new AbortController();
    this.inFlight.set(key, controller);
    const { start_s, end_s, n_columns } = span;
    const request = { clip: clip.id, start_s, end_s, n_columns, n_bands: N_BANDS };
    try {
      const { payload, buffers } = await this.transport.request("spectrogram", request, {
        signal: controller.signal,
      });
      const bytes = buffers[0];
      if (!bytes) throw new RequestError("internal", "The kernel sent no picture.");
      this.keep(clip, span, key, payload, new Uint8Array(bytes));
    } catch (error) {
      const isWanted = !(error instanceof RequestError && error.code === "aborted");
      if (isWanted) this.trouble = error instanceof Error ? error.message : String(error);
    } finally {
      this.inFlight.delete(key);
    }
    if (this.scope.disposed) return;
    this.pump();
    this.onArrived();
  }

  private keep(
    clip: ClipPayload,
    span: TileSpan,
    key: string,
    { max_hz }: SpectrogramReply,
    levels: Uint8Array,
  ): void {
    const seen = this.seenOf(clip);
    this.max_hz = max_hz;
    for (const value of levels) seen.histogram[value] = (seen.histogram[value] ?? 0) + 1;
    const contrast = contrastOf(seen.histogram);
    const change = Math.max(
      Math.abs(contrast.floor - seen.contrast.floor),
      Math.abs(contrast.top - seen.contrast.top),
    );
    if (change >= NOTICEABLE) seen.contrast = contrast;
    seen.keys.add(key);
    const picture = document.createElement("canvas");
    picture.width = span.n_columns;
    picture.height = N_BANDS;
    // The picture has four bytes for each level.
    this.tiles.set(key, { ...span, levels, picture, look: "" }, 5 * levels.length);
  }

  private seenOf(clip: ClipPayload): Seen {
    const key = `${clip.id}|${clip.duration_s}`;
    const known = this.seen.get(key);
    if (known) return known;
    const made = { histogram: new Uint32Array(256), contrast: { floor: 0, top: 0 }, keys: new Set<string>() };
    this.seen.set(key, made);
    return made;
  }

  private colour(clip: ClipPayload, tile: Tile): void {
    const { contrast } = this.seenOf(clip);
    const look = `${this.n_looks}|${contrast.floor}|${contrast.top}`;
    if (tile.look === look) return;
    tile.look = look;
    const pixels = paint(tile.levels, tile.n_columns, this.shades, contrast);
    tile.picture.getContext("2d")?.putImageData(new ImageData(pixels, tile.n_columns, N_BANDS), 0, 0);
  }
}

function isDarkPage(): boolean {
  const said = document.body.dataset.jpThemeLight;
  if (said !== undefined) return said === "false";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}
