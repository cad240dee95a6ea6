import type { ClipPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { DecodedWindow, DecodeSpan } from "./decode";
import type { WindowSource } from "./source";
import type { ClipSound } from "./stream";
import { type WindowPlan, windowCount } from "./windows";

/** For browsers without MediaSource: all windows decoded into one WAV file in memory. */
export class WholeClip implements ClipSound {
  private isBuilding = false;

  constructor(
    private readonly scope: Scope,
    readonly clip: ClipPayload,
    readonly audio: HTMLAudioElement,
    private readonly source: WindowSource,
    private readonly decode: DecodeSpan,
  ) {
    scope.add(() => {
      audio.pause();
      audio.removeAttribute("src");
    });
  }

  wanted(): WindowPlan[] {
    if (this.isBuilding) return [];
    return Array.from({ length: windowCount(this.clip) }, (_, index) => ({ index, when: "now" }));
  }

  update(): void {
    if (this.isBuilding || this.wanted().some(({ index }) => !this.source.peek(this.clip, index))) return;
    this.isBuilding = true;
    void this.build();
  }

  private async build(): Promise<void> {
    const windows = await this.decode(this.clip, 0, this.clip.duration_s);
    if (!windows || this.scope.disposed) return;
    const url = URL.createObjectURL(new Blob([toWav(windows)], { type: "audio/wav" }));
    this.scope.add(() => URL.revokeObjectURL(url));
    const time_s = this.audio.currentTime;
    const isWanted = !this.audio.paused;
    this.audio.src = url;
    this.audio.currentTime = time_s;
    if (isWanted) await this.audio.play();
  }
}

/** 16-bit mono WAV of windows in their order. */
function toWav(windows: DecodedWindow[]): ArrayBuffer {
  const rate_hz = windows[0]?.buffer.sampleRate ?? 16_000;
  const parts = windows.map(({ start_s, end_s, origin_s, buffer }) => {
    const from = Math.round((start_s - origin_s) * rate_hz);
    return buffer.getChannelData(0).subarray(from, from + Math.round((end_s - start_s) * rate_hz));
  });
  const n_samples = parts.reduce((sum, part) => sum + part.length, 0);
  const view = new DataView(new ArrayBuffer(44 + 2 * n_samples));
  const ascii = (offset: number, text: string) => {
    for (let at = 0; at < text.length; at += 1) view.setUint8(offset + at, text.charCodeAt(at));
  };
  ascii(0, "RIFF");
  view.setUint32(4, 36 + 2 * n_samples, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate_hz, true);
  view.setUint32(28, 2 * rate_hz, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(36, "data");
  view.setUint32(40, 2 * n_samples, true);
  let offset = 44;
  for (const part of parts) {
    for (const sample of part) {
      view.setInt16(offset, Math.round(32767 * Math.max(-1, Math.min(1, sample))), true);
      offset += 2;
    }
  }
  return view.buffer as ArrayBuffer;
}
