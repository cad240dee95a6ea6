import { Emitter } from "../core/emitter";
import type { Preferences } from "../core/memory";
import type { Player, PlayerEvents, Span } from "../core/parts";
import type { ClipPayload, LabelSettings } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { createControls } from "../player/controls";
import { Loudness } from "../player/loudness";
import { fasterThan, slowerThan } from "../player/rates";
import { Sound } from "../player/sound";
import { clampSpan } from "../player/spans";

const END_S = 0.02;
/** On both sides of an edge that is listened to. */
const AROUND_S = 0.5;

/** The sound of a whole recording, with one segment of it in hand. As a `Player` its times count from that one. */
export interface RecordingPlayer extends Player {
  /** Seconds from the recording's start. */
  readonly at_s: number;
  readonly span: Span | null;
  open(clip: ClipPayload): void;
  /** This is the segment in hand now. */
  enter(span: Span | null): void;
  /** Beyond the end of the segment. */
  playOn(from_s?: number): void;
  /** Half a second to each side of a time. */
  playAround(time_s: number): void;
  seekTo(time_s: number): void;
  /** Where the segments begin that come next. */
  expect(starts_s: readonly number[]): void;
  /** Whether it plays on beyond the segment. */
  readonly isRoaming: boolean;
  heardOf(span: Span): Span[];
  onTime(listener: (at_s: number) => void): void;
}

export interface PlayerParts {
  transport: Transport;
  settings: LabelSettings;
  preferences: Preferences;
  onZoom: (factor: number) => void;
  onSpectrogram: () => boolean;
  /** What is marked on the waveform. */
  selected: () => Span | null;
}

export function createRecordingPlayer(scope: Scope, parts: PlayerParts): RecordingPlayer {
  const { transport, settings, preferences, onZoom } = parts;
  const root = document.createElement("div");
  root.className = "lw-player";
  const sound = new Sound(scope, transport, settings, document);
  const events = new Emitter<PlayerEvents>();
  let span: Span | null = null;
  let isRoaming = false;
  let isPart = false;

  const origin_s = () => span?.[0] ?? 0;
  const play = (
    from_s: number | undefined,
    to_s: number | undefined,
    how: { roams?: boolean; part?: boolean },
  ) => {
    isRoaming = how.roams ?? false;
    isPart = how.part ?? false;
    return sound.play(from_s, to_s);
  };
  /** From here to the end of the segment; from outside of it just on. */
  const playHere = () => {
    const at_s = sound.time_s;
    if (!span || at_s < span[0] - END_S || at_s > span[1] + END_S)
      return play(undefined, undefined, { roams: true });
    if (at_s >= span[1] - END_S) return play(span[0], span[1], {});
    return play(undefined, span[1], {});
  };
  const toggle = () => (sound.playing ? sound.pause() : void playHere());
  const loop = (wanted?: Span | null) => {
    const whole = parts.selected() ?? span;
    if (wanted === undefined) return sound.setLoop(sound.looped ? null : whole);
    sound.setLoop(wanted && [wanted[0] + origin_s(), wanted[1] + origin_s()]);
  };
  const loudness = new Loudness(preferences, (loudness_db) => {
    sound.setLoudness(loudness_db);
    controls.setLoudness(loudness_db);
  });
  const controls = createControls(scope, document, {
    onToggle: toggle,
    onRate: (rate) => sound.setRate(rate),
    onLoop: () => loop(),
    onLoudness: loudness.set,
    onSpectrogram: () => controls.setSpectrogram(parts.onSpectrogram()),
    onZoom,
  });
  root.append(controls.root);
  loudness.recall();

  const tell = () => {
    controls.setTime(sound.time_s, sound.clip?.duration_s ?? 0);
    events.emit("time", sound.time_s - origin_s());
  };
  sound.events.on("time", tell);
  sound.events.on("playing", (isPlaying) => {
    controls.setPlaying(isPlaying);
    events.emit("playing", isPlaying);
  });
  sound.events.on("ended", () => {
    isRoaming = false;
    events.emit("ended");
  });
  sound.events.on("rate", (rate) => {
    controls.setRate(rate);
    events.emit("rate", rate);
  });
  sound.events.on("notice", (text) => {
    controls.setNotice(text);
    events.emit("notice", text);
  });
  sound.events.on("waiting", (isWaiting) => {
    root.toggleAttribute("data-waiting", isWaiting);
    events.emit("waiting", isWaiting);
  });
  sound.events.on("loop", (looped) => {
    controls.setLoop(looped !== null);
    events.emit("loop", looped);
  });
  const heardOf = ([start_s, end_s]: Span): Span[] =>
    sound
      .heard()
      .filter(([from_s, to_s]) => to_s > start_s && from_s < end_s)
      .map((heard) => clampSpan([heard[0] - start_s, heard[1] - start_s], end_s - start_s));

  return {
    root,
    get at_s() {
      return sound.time_s;
    },
    get time_s() {
      return sound.time_s - origin_s();
    },
    get playing() {
      return sound.playing;
    },
    get rate() {
      return sound.rate;
    },
    get clip() {
      return sound.clip;
    },
    get span() {
      return span;
    },
    get isRoaming() {
      return sound.playing && isRoaming;
    },
    get bounded() {
      return sound.bounded && isPart;
    },
    get paused_s() {
      return sound.paused_s === null ? null : sound.paused_s - origin_s();
    },
    open(clip) {
      span = null;
      sound.load(clip);
      controls.setTime(0, clip.duration_s);
    },
    enter(next) {
      span = next && [next[0], next[1]];
    },
    expect: (starts_s) => sound.expect(starts_s),
    // One clip for all segments: nothing to load for one.
    load() {},
    prefetch() {},
    play(from_s, to_s) {
      if (from_s === undefined) return playHere();
      const from = Math.max(0, from_s + origin_s());
      const isWhole = to_s === undefined;
      const to = isWhole ? span?.[1] : to_s + origin_s();
      return play(from, to !== undefined && to > from ? to : undefined, { part: !isWhole });
    },
    playAll: () => {
      const [from_s, to_s] = parts.selected() ?? span ?? [sound.time_s, undefined];
      return play(from_s, to_s, {});
    },
    playOn: (from_s) => void play(from_s, undefined, { roams: true }),
    playAround: (time_s) => {
      const around = clampSpan([time_s - AROUND_S, time_s + AROUND_S], sound.clip?.duration_s ?? time_s);
      void play(...around, { part: true });
    },
    pause: () => sound.pause(),
    toggle,
    seek: (time_s) => sound.seek(time_s + origin_s()),
    seekTo: (time_s) => sound.seek(time_s),
    setRate: (rate) => sound.setRate(rate),
    slower: () => sound.setRate(slowerThan(sound.rate)),
    faster: () => sound.setRate(fasterThan(sound.rate)),
    loop,
    zoom: onZoom,
    louder: loudness.louder,
    quieter: loudness.quieter,
    toggleSpectrogram() {
      const isShown = parts.onSpectrogram();
      controls.setSpectrogram(isShown);
      return isShown;
    },
    heard: () => (span ? heardOf(span) : []),
    heardOf,
    on: (name, listener) => events.on(name, listener),
    onTime: (listener) => void sound.events.on("time", listener),
  };
}
