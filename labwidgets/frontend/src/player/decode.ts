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
      const { start_s, end_s, lead_s, data } = window;
      const origin_s = start_s - lead_s;
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
