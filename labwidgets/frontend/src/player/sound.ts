import { Emitter } from "../core/emitter";
import type { PlayerEvents, Span } from "../core/parts";
import type { ClipPayload, LabelSettings } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { Bounds } from "./bounds";
import { isSame } from "./clips";
import { Clock } from "./clock";
import { createFeed, type Feed } from "./feed";
import { Notices } from "./notices";
import { Output } from "./output";
import { HeardTracker } from "./spans";
import type { ClipSound } from "./stream";

/** Enough for an element to go on playing (`HAVE_FUTURE_DATA`). */
const READY = 3;

/** What sounds: the clip, the clock, the loop; no pixels. */
export class Sound {
  readonly events = new Emitter<PlayerEvents>();
  private readonly tracker = new HeardTracker();
  private readonly bounds = new Bounds();
  private readonly output = new Output();
  private readonly clock: Clock;
  private readonly feed: Feed;
  private readonly notices: Notices;
  private payload: ClipPayload | null = null;
  private life: Scope;
  private wasPaused = false;
  paused_s: number | null = null;
  private next_s: readonly number[] = [];
  /** Tells an overtaken `play` that it was. */
  private turn = 0;

  constructor(
    private readonly scope: Scope,
    transport: Transport,
    private readonly settings: LabelSettings,
    doc: Document,
  ) {
    this.life = scope.child();
    this.notices = new Notices(scope, doc, this.events);
    this.clock = new Clock(scope, this.events, { tick: () => this.tick(), refill: () => this.refill() });
    this.feed = createFeed(scope, transport, settings, doc, {
      onArrived: () => this.refill(),
      onFailed: (clip, reason) => this.onFailed(clip, reason),
    });
  }

  get clip(): ClipPayload | null {
    return this.payload;
  }

  get time_s(): number {
    return Math.min(this.bounds.duration_s, this.output.time_s);
  }

  get playing(): boolean {
    return this.clock.playing;
  }

  get rate(): number {
    return this.output.rate;
  }

  get bounded(): boolean {
    return this.bounds.stopAt_s !== null;
  }

  get looped(): Span | null {
    return this.bounds.looped;
  }

  load(next: ClipPayload): void {
    this.halt();
    this.tracker.clear();
    this.bounds.reset(next.duration_s);
    this.wasPaused = false;
    this.paused_s = null;
    this.next_s = [];
    this.payload = next;
    this.take(next);
    this.notices.clear();
    this.events.emit("loop", null);
    this.events.emit("time", 0);
  }

  prefetch(next: ClipPayload): void {
    this.feed.prefetch(next);
    this.refill();
  }

  /** Where in this clip sound is likely to be wanted next. */
  expect(next_s: readonly number[]): void {
    this.next_s = next_s;
    this.refill();
  }

  async play(from_s?: number, to_s?: number): Promise<void> {
    const { payload, output } = this;
    if (!payload || !output.clip) return;
    const resume_s = this.time_s - (this.wasPaused ? this.settings.jump_back_s : 0);
    this.halt();
    this.feed.retry(payload);
    const span = this.bounds.begin(from_s ?? resume_s, to_s);
    const mine = this.turn;
    this.wasPaused = false;
    output.moveTo(span[0]);
    this.refill(true);
    if (to_s !== undefined && !this.looped && (await this.startSnippet(payload, span))) return;
    if (mine === this.turn) await this.start(mine);
  }

  pause(): void {
    const wasOn = this.playing;
    this.halt();
    this.wasPaused = wasOn;
    if (wasOn) this.paused_s = this.time_s;
    this.events.emit("time", this.time_s);
  }

  seek(time_s: number): void {
    const { output } = this;
    if (!output.clip) return;
    const wasSnippet = output.isSnippet;
    const to_s = Math.min(Math.max(0, time_s), this.bounds.duration_s);
    output.moveTo(to_s);
    if (this.playing) this.tracker.jump(to_s);
    this.wasPaused = false;
    this.bounds.stopAt_s = null;
    this.refill();
    this.events.emit("time", to_s);
    if (wasSnippet && this.playing) void this.start(this.turn);
  }

  setRate(rate: number): void {
    this.output.setRate(rate);
    this.events.emit("rate", this.rate);
  }

  setLoudness(loudness_db: number): void {
    this.output.setLoudness(loudness_db);
  }

  setLoop(span: Span | null): void {
    this.bounds.setLoop(span);
    this.refill();
    this.events.emit("loop", this.looped);
  }

  heard(): Span[] {
    if (this.playing && !this.output.isSeeking) this.tracker.advance(this.time_s);
    return this.tracker.spans.map(([start_s, end_s]) => [start_s, end_s]);
  }

  private refill(isPlaying = this.playing): void {
    const { time_s, next_s } = this;
    this.feed.fill({ time_s, isPlaying, loopStart_s: this.looped?.[0] ?? null, next_s });
  }

  private take(next: ClipPayload): void {
    this.life.dispose();
    this.life = this.scope.child();
    this.output.clip = this.feed.take(next);
    this.watch(this.output.clip);
    this.refill();
  }

  private watch(sound: ClipSound): void {
    const { life, clock } = this;
    const { audio } = sound;
    const isSounding = () => this.playing && !this.output.isSnippet;
    life.listen(audio, "timeupdate", () => this.tick());
    life.listen(audio, "playing", () => clock.setWaiting(false));
    life.listen(audio, "waiting", () => isSounding() && clock.setWaiting(true));
    life.listen(audio, "ended", () => isSounding() && this.finish(this.bounds.duration_s));
    life.listen(audio, "error", () => this.onError(sound));
  }

  private async start(mine: number): Promise<void> {
    const { clip } = this.output;
    if (!clip) return;
    this.clock.setPlaying(true);
    this.tracker.jump(clip.audio.currentTime);
    if (clip.audio.readyState < READY) this.clock.setWaiting(true);
    try {
      await this.output.playElement(clip);
      if (mine === this.turn) this.notices.clear();
    } catch (error) {
      if (mine !== this.turn) return;
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      this.halt();
      const later = this.turn;
      this.notices.untilGesture(() => {
        if (later === this.turn) void this.start(this.turn);
      });
    }
  }

  /** Says whether there is nothing left to do: the snippet sounds, or something else was asked for meanwhile. */
  private async startSnippet(clip: ClipPayload, span: Span): Promise<boolean> {
    const mine = this.turn;
    if (!this.output.takesSnippet(span)) return false;
    const windows = await this.feed.decode(clip, ...span);
    if (mine !== this.turn || !windows) return mine !== this.turn;
    if (!this.output.playSnippet(windows, span, () => this.finish(span[1]))) return false;
    this.tracker.jump(span[0]);
    this.clock.setPlaying(true);
    return true;
  }

  private tick(): void {
    const { output } = this;
    if (!this.playing || !output.clip || output.isSeeking) return;
    const { time_s } = this;
    const end_s = output.isSnippet ? null : this.bounds.reached(time_s);
    if (end_s !== null) {
      this.finish(end_s);
      return;
    }
    this.tracker.advance(time_s);
    this.events.emit("time", time_s);
  }

  /** The playhead reached the end of what was asked for: stop there, or go round. */
  private finish(end_s: number): void {
    const { output } = this;
    this.tracker.advance(end_s);
    if (this.looped) {
      this.seek(this.looped[0]);
      if (output.clip?.audio.paused) void this.start(this.turn);
      return;
    }
    this.bounds.stopAt_s = null;
    this.halt();
    this.wasPaused = false;
    if (end_s < this.bounds.duration_s) output.moveTo(end_s);
    this.events.emit("time", end_s);
    this.events.emit("ended");
  }

  private halt(): void {
    const { time_s } = this;
    this.turn += 1;
    this.notices.forgetGesture();
    if (this.playing) this.tracker.advance(time_s);
    this.tracker.stop();
    this.output.pause(time_s);
    this.clock.setWaiting(false);
    this.clock.setPlaying(false);
  }

  private onFailed(clip: ClipPayload, reason: string): void {
    if (!this.payload || !isSame(clip, this.payload)) return;
    if (this.clock.waiting) this.halt();
    this.notices.notFetched(reason);
  }

  /** The browser choked: the other codec may go down. */
  private onError({ audio, clip }: ClipSound): void {
    if (!audio.error || !audio.src) return;
    const { error } = audio;
    const { time_s, playing: wasPlaying } = this;
    this.halt();
    if (!this.feed.refuse(clip)) {
      this.notices.notPlayable(error);
      return;
    }
    this.take(clip);
    this.output.moveTo(time_s);
    this.refill();
    if (wasPlaying) void this.start(this.turn);
  }
}
