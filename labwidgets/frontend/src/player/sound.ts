import { Emitter } from "../core/emitter";
import type { PlayerEvents, Span } from "../core/parts";
import type { ClipPayload, LabelSettings } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { isSame } from "./clips";
import { createFeed } from "./feed";
import { onNextGesture } from "./gesture";
import { clampRate } from "./rates";
import { playSnippet, type Snippet } from "./snippet";
import { clampSpan, HeardTracker } from "./spans";
import type { ClipSound } from "./stream";

/** Spans up to this long play from samples: a word should not drag its neighbours in. */
const SNIPPET_S = 1.5;
/** Half a frame: the clock is read once a frame, so a stop comes this much early or late. */
const STOP_S = 0.008;
const REFILL_MS = 500;

export type Sound = ReturnType<typeof createSound>;

/** What sounds: the clip, the clock, the loop; no pixels. */
export function createSound(scope: Scope, transport: Transport, settings: LabelSettings, doc: Document) {
  const events = new Emitter<PlayerEvents>();
  const heard = new HeardTracker();

  let clip: ClipPayload | null = null;
  let current: ClipSound | null = null;
  let life = scope.child();
  let snippet: Snippet | null = null;
  let isPlaying = false;
  let isWaiting = false;
  let wasPaused = false;
  let stopAt_s: number | null = null;
  let looped: Span | null = null;
  let rate = 1;
  let volume = 1;
  /** Tells an overtaken `play` that it was. */
  let turn = 0;
  let forgetGesture = () => {};
  let clock = scope.child();

  const duration_s = () => clip?.duration_s ?? 0;
  const now_s = () => Math.min(duration_s(), snippet?.time_s ?? current?.audio.currentTime ?? 0);

  const setPlaying = (next: boolean) => {
    if (isPlaying === next) return;
    isPlaying = next;
    clock.dispose();
    clock = scope.child();
    if (next) {
      clock.frames(tick);
      clock.interval(refill, REFILL_MS);
    }
    events.emit("playing", next);
  };
  const setWaiting = (next: boolean) => {
    if (isWaiting === next) return;
    isWaiting = next;
    events.emit("waiting", next);
  };

  const refill = () => feed.fill(now_s(), looped?.[0] ?? null);
  const feed = createFeed(scope, transport, settings, doc, {
    onArrived: refill,
    onFailed(failed, reason) {
      if (!clip || !isSame(failed, clip)) return;
      if (isWaiting) halt();
      events.emit("notice", `The sound did not come. ${reason} Play again to try once more.`);
    },
  });

  const stopSnippet = () => {
    snippet?.stop();
    snippet = null;
  };

  const halt = () => {
    turn += 1;
    forgetGesture();
    if (isPlaying) heard.advance(now_s());
    heard.stop();
    const at_s = now_s();
    if (snippet && current) current.audio.currentTime = at_s;
    stopSnippet();
    current?.audio.pause();
    setWaiting(false);
    setPlaying(false);
  };

  const jump = (time_s: number) => {
    if (!current) return;
    const wasSnippet = snippet !== null;
    const to_s = Math.min(Math.max(0, time_s), duration_s());
    stopSnippet();
    current.audio.currentTime = to_s;
    if (isPlaying) heard.jump(to_s);
    wasPaused = false;
    stopAt_s = null;
    refill();
    events.emit("time", to_s);
    if (wasSnippet && isPlaying) void start(turn);
  };

  /** The playhead reached the end of what was asked for: stop there, or go round. */
  const finish = (end_s: number) => {
    heard.advance(end_s);
    if (looped) {
      jump(looped[0]);
      if (current?.audio.paused) void start(turn);
      return;
    }
    stopAt_s = null;
    halt();
    wasPaused = false;
    if (current && end_s < duration_s()) current.audio.currentTime = end_s;
    events.emit("time", end_s);
    events.emit("ended");
  };

  const tick = () => {
    if (!isPlaying || !current) return;
    const time_s = now_s();
    if (!snippet && current.audio.seeking) return;
    // At the end of the clip itself the element says "ended", without cutting anything off.
    const end_s = looped ? looped[1] : stopAt_s;
    if (!snippet && end_s !== null && end_s < duration_s() && time_s >= end_s - STOP_S) return finish(end_s);
    heard.advance(time_s);
    events.emit("time", time_s);
  };

  const watch = (sound: ClipSound) => {
    const { audio } = sound;
    life.listen(audio, "timeupdate", tick);
    life.listen(audio, "playing", () => setWaiting(false));
    life.listen(audio, "waiting", () => isPlaying && !snippet && setWaiting(true));
    life.listen(audio, "ended", () => isPlaying && !snippet && finish(duration_s()));
    life.listen(audio, "error", () => {
      if (!audio.error || !audio.src) return;
      const wasPlaying = isPlaying;
      halt();
      if (feed.refuse(sound.clip)) {
        take(sound.clip);
        if (wasPlaying) void start(turn);
        return;
      }
      events.emit(
        "notice",
        `This browser cannot play the sound (${audio.error.message || "decoding failed"}).`,
      );
    });
  };

  const take = (next: ClipPayload) => {
    life.dispose();
    life = scope.child();
    current = feed.take(next);
    watch(current);
    refill();
  };

  const start = async (mine: number) => {
    if (!current) return;
    const { audio } = current;
    audio.playbackRate = rate;
    audio.volume = volume;
    setPlaying(true);
    heard.jump(audio.currentTime);
    if (audio.readyState < 3) setWaiting(true);
    try {
      await audio.play();
      if (mine === turn) events.emit("notice", null);
    } catch (error) {
      if (mine !== turn) return;
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      halt();
      events.emit("notice", "Press Tab to play");
      const later = turn;
      forgetGesture = onNextGesture(scope, doc, () => {
        events.emit("notice", null);
        if (later === turn) void start(turn);
      });
    }
  };

  const startSnippet = async (from_s: number, to_s: number): Promise<boolean> => {
    const mine = turn;
    if (!clip || rate !== 1 || to_s - from_s > SNIPPET_S) return false;
    const windows = await feed.decode(clip, from_s, to_s);
    if (mine !== turn || !windows) return mine !== turn;
    snippet = playSnippet(windows, { start_s: from_s, end_s: to_s, volume, onEnd: () => finish(to_s) });
    if (!snippet) return false;
    heard.jump(from_s);
    setPlaying(true);
    return true;
  };

  const play = async (from_s?: number, to_s?: number) => {
    if (!clip || !current) return;
    const resume_s = now_s() - (wasPaused ? settings.jump_back_s : 0);
    halt();
    feed.retry(clip);
    let begin_s = from_s ?? resume_s;
    if (looped && (begin_s < looped[0] || begin_s >= looped[1] - STOP_S)) begin_s = looped[0];
    if (begin_s >= duration_s() - STOP_S) begin_s = 0;
    const [first_s, last_s] = clampSpan([begin_s, to_s ?? duration_s()], duration_s());
    const mine = turn;
    stopAt_s = to_s === undefined ? null : last_s;
    wasPaused = false;
    current.audio.currentTime = first_s;
    refill();
    if (to_s !== undefined && !looped && (await startSnippet(first_s, last_s))) return;
    if (mine === turn) await start(mine);
  };

  const load = (next: ClipPayload) => {
    halt();
    heard.clear();
    stopAt_s = null;
    wasPaused = false;
    looped = null;
    clip = next;
    take(next);
    events.emit("notice", null);
    events.emit("loop", null);
    events.emit("time", 0);
  };

  const prefetch = (next: ClipPayload) => {
    feed.prefetch(next);
    refill();
  };

  return {
    events,
    load,
    prefetch,
    play,
    seek: jump,
    get clip() {
      return clip;
    },
    get time_s() {
      return now_s();
    },
    get playing() {
      return isPlaying;
    },
    get rate() {
      return rate;
    },
    get looped() {
      return looped;
    },
    pause() {
      const wasOn = isPlaying;
      halt();
      wasPaused = wasOn;
      events.emit("time", now_s());
    },
    setRate(next: number) {
      rate = clampRate(next);
      if (current) current.audio.playbackRate = rate;
      events.emit("rate", rate);
    },
    setVolume(next: number) {
      volume = Math.min(1, Math.max(0, next));
      if (current) current.audio.volume = volume;
    },
    setLoop(span: Span | null) {
      looped = span && clampSpan(span, duration_s());
      stopAt_s = null;
      refill();
      events.emit("loop", looped);
    },
    heard(): Span[] {
      if (isPlaying && !(current?.audio.seeking && !snippet)) heard.advance(now_s());
      return heard.spans.map(([start_s, end_s]) => [start_s, end_s]);
    },
  };
}
