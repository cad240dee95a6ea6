import type { ClipPayload } from "../core/protocol";
import type { WindowSource } from "./source";
import { windowsOf } from "./windows";

/** One context for the page: browsers allow few. Made late, since one made before a gesture starts suspended. */
const CONTEXT = Symbol.for("labwidgets.audioContext");

export function audioContext(): AudioContext | null {
  const page = globalThis as { [CONTEXT]?: AudioContext };
  if (typeof AudioContext === "undefined") return null;
  page[CONTEXT] ??= new AudioContext({ latencyHint: "interactive" });
  return page[CONTEXT];
}

/** `decodeAudioData` drops the encoder's delay (RFC 7845, pre-skip of 312 samples at 48 kHz); MediaSource does not. */
const OPUS_PRE_SKIP_S = 312 / 48_000;

export interface DecodedWindow {
  start_s: number;
  end_s: number;
  /** Time in the clip of the buffer's first sample. */
  origin_s: number;
  buffer: AudioBuffer;
}

/** The windows of a span as samples; null when one has not come yet. */
export function createDecoder(source: WindowSource) {
  const decoded = new WeakMap<ArrayBuffer, Promise<DecodedWindow>>();

  return async function decodeSpan(
    clip: ClipPayload,
    start_s: number,
    end_s: number,
  ): Promise<DecodedWindow[] | null> {
    const context = audioContext();
    const windows = windowsOf(clip, start_s, end_s).map((index) => source.peek(clip, index));
    if (!context) return null;
    const parts: Promise<DecodedWindow>[] = [];
    for (const window of windows) {
      if (!window) return null;
      const { start_s, end_s, lead_s, mime, data } = window;
      const origin_s = start_s - lead_s + (mime.includes("opus") ? OPUS_PRE_SKIP_S : 0);
      const part =
        decoded.get(data) ??
        // decodeAudioData takes the buffer away, and the cache still needs it.
        context.decodeAudioData(data.slice(0)).then((buffer) => ({ start_s, end_s, origin_s, buffer }));
      decoded.set(data, part);
      parts.push(part);
    }
    return Promise.all(parts);
  };
}

export type DecodeSpan = ReturnType<typeof createDecoder>;
