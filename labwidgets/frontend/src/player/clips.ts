import { canStream } from "../core/mimes";
import type { ClipPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { DecodeSpan } from "./decode";
import type { WindowSource } from "./source";
import { type ClipSound, mediaSourceClass, StreamedClip } from "./stream";
import { WholeClip } from "./whole";

/** The clip that plays, the one before and the ones that come next stand ready behind an element each. */
const MOST_CLIPS = 4;

interface Held {
  sound: ClipSound;
  scope: Scope;
}

/** Clips made ready to play; elements are used again, since a browser may allow sound element by element. */
export class ClipShelf {
  private held: Held[] = [];
  private readonly idle: HTMLAudioElement[] = [];

  constructor(
    private readonly scope: Scope,
    private readonly source: WindowSource,
    private readonly decode: DecodeSpan,
    private readonly doc: Document,
    private readonly tell: (text: string) => void,
  ) {}

  get clips(): ClipSound[] {
    return this.held.map(({ sound }) => sound);
  }

  /** The clip ready to play, as the newest on the shelf; the oldest is let go. */
  take(clip: ClipPayload, keep: ClipPayload | null): ClipSound {
    const at = this.held.findIndex(({ sound }) => isSame(sound.clip, clip));
    const [known] = at >= 0 ? this.held.splice(at, 1) : [];
    if (!known && this.held.length >= MOST_CLIPS) {
      const oldest = this.held.findIndex(({ sound }) => !keep || !isSame(sound.clip, keep));
      const last = this.held[oldest];
      if (last) this.drop(last.sound.clip);
    }
    const taken = known ?? this.make(clip);
    this.held.push(taken);
    return taken.sound;
  }

  drop(clip: ClipPayload): void {
    const at = this.held.findIndex(({ sound }) => isSame(sound.clip, clip));
    for (const { sound, scope } of at >= 0 ? this.held.splice(at, 1) : []) {
      scope.dispose();
      this.idle.push(sound.audio);
    }
  }

  private make(clip: ClipPayload): Held {
    const scope = this.scope.child();
    const audio = this.idle.pop() ?? this.doc.createElement("audio");
    audio.preload = "auto";
    audio.preservesPitch = true;
    const Media = mediaSourceClass();
    const sound = Media
      ? new StreamedClip(scope, { clip, audio, source: this.source, Media, tell: this.tell })
      : new WholeClip(scope, clip, audio, this.source, this.decode);
    return { sound, scope };
  }
}

export function isSame(a: ClipPayload, b: ClipPayload): boolean {
  return a.id === b.id && a.duration_s === b.duration_s;
}

/** What the element, or without MediaSource the decoder, takes. */
export function canPlayMime(mime: string): boolean {
  return mediaSourceClass() === null || canStream(mime);
}
