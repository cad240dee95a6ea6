export type Codec = "flac" | "opus";

/** Under this a window of FLAC (about 200 kB for 10 s) keeps the labeller waiting. */
const SLOW_BYTES_PER_S = 150_000;
/** Back to FLAC only well above it, so that the choice does not swing. */
const FAST_BYTES_PER_S = 2 * SLOW_BYTES_PER_S;
/** Old measurements weigh half after each new reply. */
const FADE = 0.5;
/** A small reply says little about a line: its time is mostly the way there and back. */
const LEAST_BYTES = 8_000;

/** Chooses by setting, by what the browser plays and by how fast replies come in. */
export class CodecChooser {
  private n_bytes = 0;
  private busy_ms = 0;
  private n_inFlight = 0;
  private busySince_ms = 0;
  private current: Codec;
  private readonly refused = new Set<Codec>();

  constructor(
    private readonly setting: "auto" | Codec,
    private readonly canPlay: (codec: Codec) => boolean,
  ) {
    this.current = this.playable(setting === "auto" ? "flac" : setting);
  }

  get codec(): Codec {
    return this.current;
  }

  get bytesPerSecond(): number | null {
    return this.busy_ms > 0 ? (1000 * this.n_bytes) / this.busy_ms : null;
  }

  started(now_ms: number): void {
    if (this.n_inFlight === 0) this.busySince_ms = now_ms;
    this.n_inFlight += 1;
  }

  /** `n_bytes` = 0 for a request that failed or was given up. */
  finished(n_bytes: number, now_ms: number): void {
    const elapsed_ms = now_ms - this.busySince_ms;
    this.busySince_ms = now_ms;
    this.n_inFlight = Math.max(0, this.n_inFlight - 1);
    if (n_bytes < LEAST_BYTES) return;
    this.n_bytes = FADE * this.n_bytes + n_bytes;
    this.busy_ms = FADE * this.busy_ms + Math.max(1, elapsed_ms);
    if (this.setting === "auto") this.current = this.playable(this.bySpeed());
  }

  private bySpeed(): Codec {
    const speed = this.bytesPerSecond ?? FAST_BYTES_PER_S;
    if (this.current === "flac") return speed < SLOW_BYTES_PER_S ? "opus" : "flac";
    return speed > FAST_BYTES_PER_S ? "flac" : "opus";
  }

  /** The browser choked on this codec after all. Says whether there is another one to try. */
  refuse(codec: Codec): boolean {
    this.refused.add(codec);
    this.current = this.playable(codec);
    return this.current !== codec;
  }

  isRefused(codec: Codec): boolean {
    return this.refused.has(codec);
  }

  private playable(codec: Codec): Codec {
    const other: Codec = codec === "flac" ? "opus" : "flac";
    const takes = (one: Codec) => this.canPlay(one) && !this.refused.has(one);
    return !takes(codec) && takes(other) ? other : codec;
  }
}
