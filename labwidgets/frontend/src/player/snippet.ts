import { audioContext, type DecodedWindow } from "./decode";

/** A short span that plays from samples, so that it starts and ends where it should. */
export interface Snippet {
  /** Time in the clip of what sounds now. */
  readonly time_s: number;
  stop(): void;
}

/** Long enough to avoid a click at a cut through the wave, too short to be heard. */
const FADE_S = 0.003;

export interface SnippetOptions {
  start_s: number;
  end_s: number;
  volume: number;
  /** Where the sound goes. */
  output(context: AudioContext): AudioNode;
  onEnd(): void;
}

/** Null where the page may not make sound yet. */
export function playSnippet(windows: DecodedWindow[], options: SnippetOptions): Snippet | null {
  const context = audioContext();
  if (context?.state !== "running") {
    void context?.resume();
    return null;
  }
  const { start_s, end_s, volume, output, onEnd } = options;
  const gain = context.createGain();
  gain.connect(output(context));
  const begin = context.currentTime + 0.005;
  const finish = begin + (end_s - start_s);
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(volume, begin + FADE_S);
  gain.gain.setValueAtTime(volume, finish - FADE_S);
  gain.gain.linearRampToValueAtTime(0, finish);

  const nodes: AudioBufferSourceNode[] = [];
  for (const window of windows) {
    const from_s = Math.max(start_s, window.start_s);
    const to_s = Math.min(end_s, window.end_s);
    if (to_s <= from_s) continue;
    const node = context.createBufferSource();
    node.buffer = window.buffer;
    node.connect(gain);
    node.start(begin + (from_s - start_s), from_s - window.origin_s, to_s - from_s);
    nodes.push(node);
  }
  const last = nodes.at(-1);
  if (!last) return null;
  let isOver = false;
  const stop = () => {
    isOver = true;
    for (const node of nodes) node.stop();
    gain.disconnect();
  };
  last.onended = () => {
    if (isOver) return;
    stop();
    onEnd();
  };
  return {
    get time_s() {
      return Math.min(end_s, Math.max(start_s, start_s + context.currentTime - begin));
    },
    stop,
  };
}
