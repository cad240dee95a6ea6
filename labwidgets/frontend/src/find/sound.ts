import type { Preferences } from "../core/memory";
import type { Span } from "../core/parts";
import type { ClipPayload, LabelSettings } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { Boost } from "../player/boost";
import { canPlayMime } from "../player/clips";
import { audioContext, createDecoder, type DecodedWindow } from "../player/decode";
import { clampLoudness, splitLoudness } from "../player/loudness";
import { playSnippet, type Snippet } from "../player/snippet";
import { WindowSource } from "../player/source";
import { windowsOf } from "../player/windows";

export interface HitSound {
  /** Plays a span of any clip, to its end or until something else is asked for; says how much was played. */
  play(clip: ClipPayload, span: Span): Promise<Span | null>;
  stop(): void;
}

/** Plays short spans of clips that are not open, from samples, beside the player of the open one. */
export function createHitSound(
  scope: Scope,
  transport: Transport,
  settings: LabelSettings,
  preferences: Preferences,
): HitSound {
  const source = new WindowSource(scope, transport, settings.codec, canPlayMime);
  const decode = createDecoder(source);
  const boost = new Boost();
  let turn = 0;
  let snippet: Snippet | null = null;
  let finish: (at_s: number | null) => void = () => {};

  const stop = () => {
    turn += 1;
    const at_s = snippet?.time_s ?? null;
    snippet?.stop();
    snippet = null;
    finish(at_s);
    finish = () => {};
    source.want([]);
  };
  scope.add(stop);

  /** Waits for the windows of a span; rejects with the reason where one cannot come. */
  const fetch = async (clip: ClipPayload, [start_s, end_s]: Span): Promise<DecodedWindow[] | null> => {
    const missing = () => windowsOf(clip, start_s, end_s).filter((index) => !source.peek(clip, index));
    if (missing().length > 0) {
      const life = scope.child();
      await new Promise<void>((resolve, reject) => {
        finish = () => resolve();
        life.add(source.events.on("arrived", () => missing().length === 0 && resolve()));
        life.add(source.events.on("failed", (_wish, reason) => reject(new Error(reason))));
        source.retry(clip);
        source.want(missing().map((index) => ({ clip, index, when: "now" as const })));
      }).finally(() => life.dispose());
    }
    return decode(clip, start_s, end_s);
  };

  return {
    stop,
    async play(clip, [from_s, to_s]) {
      stop();
      const mine = turn;
      const span: Span = [Math.max(0, from_s), Math.min(clip.duration_s, to_s)];
      const context = audioContext();
      // Asked for by a key or a click, so the browser lets it.
      await context?.resume();
      const windows = await fetch(clip, span);
      if (mine !== turn || !windows) return null;
      const { volume, boost_db } = splitLoudness(clampLoudness(Number(preferences.recall("loudness_db"))));
      boost.set(boost_db);
      return new Promise((resolve) => {
        finish = (at_s) => resolve(at_s === null ? null : [span[0], at_s]);
        snippet = playSnippet(windows, {
          start_s: span[0],
          end_s: span[1],
          volume,
          output: (to) => boost.destination(to),
          onEnd() {
            snippet = null;
            finish(span[1]);
          },
        });
        if (!snippet) finish(null);
      });
    },
  };
}
