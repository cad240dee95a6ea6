import type { ClipPayload, LabelSettings } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { ClipShelf, canPlayMime, isSame } from "./clips";
import { createDecoder, type DecodedWindow } from "./decode";
import { WindowSource, type WindowWish } from "./source";
import type { ClipSound } from "./stream";
import { AT_START, type Playhead } from "./windows";

const MOST_PREFETCHED = 3;

export interface FeedEvents {
  /** More of some clip is here. */
  onArrived(): void;
  onFailed(clip: ClipPayload, reason: string): void;
}

export type Feed = ReturnType<typeof createFeed>;

/** Sees to it that the clip that plays, and those that will, have their sound. */
export function createFeed(
  scope: Scope,
  transport: Transport,
  settings: LabelSettings,
  doc: Document,
  events: FeedEvents,
) {
  const source = new WindowSource(scope, transport, settings.codec, canPlayMime);
  const decode = createDecoder(source);
  let current: ClipSound | null = null;
  let upcoming: ClipPayload[] = [];
  const shelf = new ClipShelf(
    scope,
    source,
    decode,
    doc,
    (reason) => current && events.onFailed(current.clip, reason),
  );
  source.events.on("arrived", events.onArrived);
  source.events.on("failed", ({ clip }, reason) => events.onFailed(clip, reason));

  return {
    /** Makes this the clip that plays. */
    take(clip: ClipPayload): ClipSound {
      upcoming = upcoming.filter((other) => !isSame(other, clip));
      current = shelf.take(clip, null);
      if (current.audio.currentTime !== 0) current.audio.currentTime = 0;
      source.retry(clip);
      return current;
    },
    prefetch(clip: ClipPayload): void {
      if (current && isSame(clip, current.clip)) return;
      upcoming = [...upcoming.filter((other) => !isSame(other, clip)), clip].slice(-MOST_PREFETCHED);
      shelf.take(clip, current?.clip ?? null);
    },
    /** Asks for what a playhead here needs, then for the clips to come; passes on what is here. */
    fill(playhead: Playhead): void {
      const wishes: WindowWish[] = [];
      const add = (sound: ClipSound, at: Playhead) => {
        sound.update(at);
        for (const { index, when } of sound.wanted(at)) {
          // Nobody waits for a clip to come.
          const isAhead = sound !== current && when === "now";
          wishes.push({ clip: sound.clip, index, when: isAhead ? "soon" : when });
        }
      };
      if (current) add(current, playhead);
      for (const next of upcoming) {
        const sound = shelf.clips.find((held) => isSame(held.clip, next));
        if (sound && sound !== current) add(sound, AT_START);
      }
      source.want(wishes);
    },
    retry: (clip: ClipPayload) => source.retry(clip),
    /** The browser choked on a clip: forgets it, and says whether another codec is worth a try. */
    refuse(clip: ClipPayload): boolean {
      if (!source.refuse(clip)) return false;
      shelf.drop(clip);
      return true;
    },
    decode: (clip: ClipPayload, start_s: number, end_s: number): Promise<DecodedWindow[] | null> =>
      decode(clip, start_s, end_s).catch(() => null),
  };
}
