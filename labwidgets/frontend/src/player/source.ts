import { Emitter } from "../core/emitter";
import { type Line, pageLine } from "../core/line";
import { WINDOW_MIMES } from "../core/mimes";
import type { ClipPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { RequestError, type Transport } from "../core/transport";
import { type Codec, CodecChooser } from "./codec";
import { ByteLru } from "./lru";
import { type WindowPlan, windowCount } from "./windows";

export interface SoundWindow {
  index: number;
  start_s: number;
  end_s: number;
  lead_s: number;
  mime: string;
  data: ArrayBuffer;
}

export interface WindowWish {
  clip: ClipPayload;
  index: number;
  when: WindowPlan["when"];
}

const MOST_IN_FLIGHT = 2;
/** On a slow line, where a saved text must not wait behind sound that nobody waits for. */
const MOST_IN_FLIGHT_SLOWLY = 1;
const CACHE_BYTES = 64 * 1024 * 1024;
const CACHE = Symbol.for("labwidgets.windows");

type Cache = ByteLru<SoundWindow>;

/** One for the page: what one view fetched, the others replay for nothing. */
function pageCache(): Cache {
  const page = globalThis as { [CACHE]?: Cache };
  page[CACHE] ??= new ByteLru<SoundWindow>(CACHE_BYTES);
  return page[CACHE];
}

const keyOf = (clip: ClipPayload, index: number, codec: Codec) =>
  `${clip.id}|${clip.duration_s}|${index}|${codec}`;

/**
 * Gets windows of sound. `want` replaces the list of wishes: the first ones missing are asked for, two at a
 * time (on a slow line only what sound waits for), and what is on its way but in no wish is given up.
 */
export class WindowSource {
  readonly events = new Emitter<{
    arrived: [wish: WindowWish];
    failed: [wish: WindowWish, reason: string];
  }>();
  private readonly chooser: CodecChooser;
  private readonly inFlight = new Map<string, AbortController>();
  private readonly refused = new Set<string>();
  private wishes: WindowWish[] = [];

  constructor(
    private readonly scope: Scope,
    private readonly transport: Transport,
    setting: "auto" | Codec,
    private readonly canPlay: (mime: string) => boolean,
    private readonly cache: Cache = pageCache(),
    private readonly line: Line = pageLine(),
  ) {
    this.chooser = new CodecChooser(setting, (codec) => this.canPlay(WINDOW_MIMES[codec]), line);
    scope.add(() => this.want([]));
    scope.add(
      transport.onLink((alive) => {
        if (!alive) return;
        this.refused.clear();
        this.pump();
      }),
    );
  }

  get codec(): Codec {
    return this.chooser.codec;
  }

  /** A window that is here already, in the codec of the moment or another. */
  peek(clip: ClipPayload, index: number): SoundWindow | undefined {
    const { codec } = this.chooser;
    const other = codec === "flac" ? "opus" : "flac";
    const found = this.cache.get(keyOf(clip, index, codec));
    // What was on its way in a refused codec came in all the same.
    return found ?? (this.chooser.isRefused(other) ? undefined : this.cache.get(keyOf(clip, index, other)));
  }

  /** The browser could not play what it got of a clip. Says whether another codec is worth a try. */
  refuse(clip: ClipPayload): boolean {
    const { codec } = this.chooser;
    if (!this.chooser.refuse(codec)) return false;
    for (let index = 0; index < windowCount(clip); index += 1) this.cache.delete(keyOf(clip, index, codec));
    return true;
  }

  want(wishes: WindowWish[]): void {
    this.wishes = wishes;
    const wanted = new Set(wishes.map(({ clip, index }) => `${clip.id}|${index}`));
    for (const [key, controller] of [...this.inFlight]) if (!wanted.has(key)) controller.abort();
    this.pump();
  }

  /** Lets refused windows of a clip be asked for again. */
  retry(clip: ClipPayload): void {
    for (const key of [...this.refused]) if (key.startsWith(`${clip.id}|`)) this.refused.delete(key);
  }

  private pump(): void {
    if (this.scope.disposed) return;
    for (const wish of this.wishes) {
      const most = wish.when === "now" || !this.line.isSlow ? MOST_IN_FLIGHT : MOST_IN_FLIGHT_SLOWLY;
      if (wish.when === "later" || this.inFlight.size >= most) continue;
      const key = `${wish.clip.id}|${wish.index}`;
      if (this.inFlight.has(key) || this.refused.has(key) || this.peek(wish.clip, wish.index)) continue;
      void this.fetch(wish, key);
    }
  }

  private async fetch(wish: WindowWish, key: string): Promise<void> {
    const { clip, index } = wish;
    const { codec } = this.chooser;
    const controller = new AbortController();
    this.inFlight.set(key, controller);
    this.line.started(performance.now());
    let n_bytes = 0;
    try {
      const request = { clip: clip.id, index, codec };
      const { payload, buffers } = await this.transport.request("window", request, {
        signal: controller.signal,
      });
      const data = buffers[0];
      if (!data) throw new RequestError("internal", "The kernel sent no sound.");
      n_bytes = data.byteLength;
      const { start_s, end_s, lead_s, mime } = payload;
      this.cache.set(keyOf(clip, index, codec), { index, start_s, end_s, lead_s, mime, data }, n_bytes);
    } catch (error) {
      const isWanted = !(error instanceof RequestError && error.code === "aborted");
      if (isWanted) this.refused.add(key);
      if (isWanted) this.events.emit("failed", wish, error instanceof Error ? error.message : String(error));
    } finally {
      this.inFlight.delete(key);
      this.line.finished(n_bytes, performance.now());
    }
    if (n_bytes > 0) this.events.emit("arrived", wish);
    this.pump();
  }
}
