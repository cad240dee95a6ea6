import { FAST_BYTES_PER_S, type Line, SLOW_BYTES_PER_S } from "../core/line";

export type Codec = "flac" | "opus";

/** Chooses by setting, by what the browser plays and by how fast the line is; Opus while that is unknown. */
export class CodecChooser {
  private bySpeed: Codec;
  private readonly refused = new Set<Codec>();

  constructor(
    private readonly setting: "auto" | Codec,
    private readonly canPlay: (codec: Codec) => boolean,
    private readonly line: Line,
  ) {
    this.bySpeed = line.isSlow ? "opus" : "flac";
  }

  get codec(): Codec {
    const speed = this.line.bytesPerSecond ?? 0;
    if (speed < SLOW_BYTES_PER_S) this.bySpeed = "opus";
    if (speed > FAST_BYTES_PER_S) this.bySpeed = "flac";
    return this.playable(this.setting === "auto" ? this.bySpeed : this.setting);
  }

  /** The browser choked on this codec after all. Says whether there is another one to try. */
  refuse(codec: Codec): boolean {
    this.refused.add(codec);
    return this.playable(codec) !== codec;
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
