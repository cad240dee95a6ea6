import type { ClipPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { SoundWindow, WindowSource } from "./source";
import { AT_START, type Playhead, planWindows, type WindowPlan, windowCount } from "./windows";

/** One clip behind one audio element. */
export interface ClipSound {
  readonly clip: ClipPayload;
  readonly audio: HTMLAudioElement;
  /** Windows to fetch for a playhead here, most urgent first. */
  wanted(playhead: Playhead): WindowPlan[];
  /** Takes over what the source has by now. */
  update(playhead: Playhead): void;
}

/** Sound further behind the playhead than this is dropped from the element (the cache still has it). */
const KEEP_BEHIND_S = 60;
const KEEP_AHEAD_S = 60;
const NEAR_S = 15;

type MediaSourceClass = typeof MediaSource;

/** Safari on phones has the managed kind only. */
export function mediaSourceClass(): MediaSourceClass | null {
  const page = globalThis as { MediaSource?: MediaSourceClass; ManagedMediaSource?: MediaSourceClass };
  return page.MediaSource ?? page.ManagedMediaSource ?? null;
}

interface StreamOptions {
  clip: ClipPayload;
  audio: HTMLAudioElement;
  source: WindowSource;
  Media: MediaSourceClass;
  /** Says what went wrong. */
  tell(text: string): void;
}

/** Windows appended to a MediaSource in any order: gapless, and any part may be missing. */
export class StreamedClip implements ClipSound {
  private readonly media: MediaSource;
  private buffer: SourceBuffer | null = null;
  private mime = "";
  private readonly appended = new Set<number>();
  private playhead = AT_START;

  readonly clip: ClipPayload;
  readonly audio: HTMLAudioElement;
  private readonly source: WindowSource;
  private readonly tell: (text: string) => void;

  constructor(
    private readonly scope: Scope,
    { clip, audio, source, Media, tell }: StreamOptions,
  ) {
    this.clip = clip;
    this.audio = audio;
    this.source = source;
    this.tell = tell;
    this.media = new Media();
    const url = URL.createObjectURL(this.media);
    scope.listen(this.media, "sourceopen", () => {
      URL.revokeObjectURL(url);
      if (this.media.readyState === "open" && !this.buffer) this.media.duration = this.clip.duration_s;
      this.step();
    });
    audio.disableRemotePlayback = true;
    audio.src = url;
    scope.add(() => {
      audio.pause();
      audio.removeAttribute("src");
      audio.load();
    });
  }

  wanted(playhead: Playhead): WindowPlan[] {
    return planWindows(this.clip, playhead).filter(({ index }) => !this.appended.has(index));
  }

  update(playhead: Playhead): void {
    this.playhead = playhead;
    this.step();
  }

  /** Does the next thing that is due; each ends in `updateend`, which calls again. */
  private step(): void {
    if (this.scope.disposed || this.media.readyState === "closed" || this.buffer?.updating) return;
    for (const { index } of this.wanted(this.playhead)) {
      const window = this.source.peek(this.clip, index);
      if (!window) continue;
      this.append(window);
      return;
    }
    if (this.dropOutside(KEEP_BEHIND_S, KEEP_AHEAD_S)) return;
    if (this.appended.has(windowCount(this.clip) - 1) && this.media.readyState === "open" && this.buffer) {
      this.media.endOfStream();
    }
  }

  private append(window: SoundWindow): void {
    try {
      const buffer = this.bufferFor(window.mime);
      if (this.media.readyState === "open") buffer.abort();
      buffer.timestampOffset = window.start_s - window.lead_s;
      buffer.appendWindowStart = 0;
      buffer.appendWindowEnd = window.end_s;
      buffer.appendWindowStart = window.start_s;
      buffer.appendBuffer(window.data);
      this.appended.add(window.index);
    } catch (error) {
      const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
      if (isFull && this.dropOutside(NEAR_S, NEAR_S)) return;
      this.appended.add(window.index);
      this.tell(`This browser did not take the sound (${window.mime}): ${String(error)}`);
    }
  }

  private bufferFor(mime: string): SourceBuffer {
    if (!this.buffer) {
      this.buffer = this.media.addSourceBuffer(mime);
      this.scope.listen(this.buffer, "updateend", () => this.step());
    } else if (mime !== this.mime) {
      this.buffer.changeType(mime);
    }
    this.mime = mime;
    return this.buffer;
  }

  /** Removes one range that lies far from the playhead, and says whether there was one. */
  private dropOutside(behind_s: number, ahead_s: number): boolean {
    if (!this.buffer) return false;
    const { window_s } = this.clip;
    const from_s = this.playhead.time_s - behind_s;
    const to_s = this.playhead.time_s + ahead_s;
    const planned = new Set(planWindows(this.clip, this.playhead).map(({ index }) => index));
    const far = [...this.appended].find(
      (index) => !planned.has(index) && ((index + 1) * window_s < from_s || index * window_s > to_s),
    );
    if (far === undefined) return false;
    this.appended.delete(far);
    const isLast = far === windowCount(this.clip) - 1;
    this.buffer.remove(far * window_s, isLast ? Number.POSITIVE_INFINITY : (far + 1) * window_s);
    return true;
  }
}
