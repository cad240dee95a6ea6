import type { Span } from "../core/parts";
import { Boost } from "./boost";
import type { DecodedWindow } from "./decode";
import { splitLoudness } from "./loudness";
import { clampRate } from "./rates";
import { playSnippet, type Snippet } from "./snippet";
import type { ClipSound } from "./stream";

/** Spans up to this long play from samples: a word should not drag its neighbours in. */
const SNIPPET_S = 1.5;

/** What makes the sound: the element behind the clip, or samples of a short span. */
export class Output {
  clip: ClipSound | null = null;
  private snippet: Snippet | null = null;
  private playRate = 1;
  private volume = 1;
  private readonly boost = new Boost();

  get time_s(): number {
    return this.snippet?.time_s ?? this.clip?.audio.currentTime ?? 0;
  }

  get isSnippet(): boolean {
    return this.snippet !== null;
  }

  /** Between two places: the clock says nothing then. */
  get isSeeking(): boolean {
    return !this.snippet && (this.clip?.audio.seeking ?? false);
  }

  get rate(): number {
    return this.playRate;
  }

  setRate(rate: number): void {
    this.playRate = clampRate(rate);
    if (this.clip) this.clip.audio.playbackRate = this.playRate;
  }

  setLoudness(loudness_db: number): void {
    const { volume, boost_db } = splitLoudness(loudness_db);
    this.volume = volume;
    this.boost.set(boost_db);
    if (!this.clip) return;
    const { audio } = this.clip;
    audio.volume = volume;
    if (!audio.paused) this.boost.route(audio);
  }

  moveTo(time_s: number): void {
    this.endSnippet();
    if (this.clip) this.clip.audio.currentTime = time_s;
  }

  /** Silence; the element stands where the snippet was. */
  pause(at_s: number): void {
    if (this.snippet && this.clip) this.clip.audio.currentTime = at_s;
    this.endSnippet();
    this.clip?.audio.pause();
  }

  /** Settles when the browser lets the element play, or rejects when it does not. */
  async playElement({ audio }: ClipSound): Promise<void> {
    audio.playbackRate = this.playRate;
    audio.volume = this.volume;
    this.boost.route(audio);
    await audio.play();
  }

  /** Whether a span is short enough for samples; at another speed only the element keeps the pitch. */
  takesSnippet([start_s, end_s]: Span): boolean {
    return this.playRate === 1 && end_s - start_s <= SNIPPET_S;
  }

  /** False where the page may not make sound yet. */
  playSnippet(windows: DecodedWindow[], [start_s, end_s]: Span, onEnd: () => void): boolean {
    const output = (context: AudioContext) => this.boost.destination(context);
    this.snippet = playSnippet(windows, { start_s, end_s, volume: this.volume, output, onEnd });
    return this.snippet !== null;
  }

  private endSnippet(): void {
    this.snippet?.stop();
    this.snippet = null;
  }
}
