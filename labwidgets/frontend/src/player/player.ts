import { type Preferences, preferencesOf } from "../core/memory";
import type { Player, Span } from "../core/parts";
import type { ClipPayload, LabelSettings } from "../core/protocol";
import type { Scope } from "../core/scope";
import { addStyles } from "../core/styles";
import type { Transport } from "../core/transport";
import { createControls } from "./controls";
import { Loudness } from "./loudness";
import css from "./player.css";
import { fasterThan, slowerThan } from "./rates";
import { Sound } from "./sound";
import { createSpectrogram } from "./spectrogram";
import { createWaveform } from "./waveform";

const DETAIL_MS = 250;
const MOST_BINS = 40_000;
const WHEEL_STEP = 1.15;

export interface PeaksLater {
  /** The waveform of the clip that is loaded already. */
  setPeaks(peaks: Int8Array): void;
}

/** Waveform, sound and transport row of one clip at a time. */
export function createPlayer(
  scope: Scope,
  transport: Transport,
  settings: LabelSettings,
  preferences: Preferences = preferencesOf(""),
  doc: Document = document,
): Player & PeaksLater {
  addStyles(doc, "player", css);
  const root = doc.createElement("div");
  root.className = "lw-player";
  let selected: Span | null = null;
  let isUserSelection = false;

  const sound = new Sound(scope, transport, settings, doc);
  const toggle = () => (sound.playing ? sound.pause() : void sound.play());
  const zoom = (factor: number) => wave.zoom(factor, sound.time_s);
  const loop = (span?: Span | null) => {
    const whole: Span = [0, sound.clip?.duration_s ?? 0];
    sound.setLoop(span === undefined ? (sound.looped ? null : (selected ?? whole)) : span);
  };

  const mark = (span: Span | null) => {
    wave.setSelection(span, sound.looped !== null);
    spectrogram.setSelection(span);
  };
  const pointing = {
    onSeek: (time_s: number) => sound.seek(time_s),
    onSelect(span: Span | null) {
      selected = span;
      isUserSelection = span !== null;
      if (sound.looped) sound.setLoop(span);
      mark(selected);
      if (span && !sound.playing) void sound.play(...span);
    },
  };
  const spectrogram = createSpectrogram(scope, doc, transport, pointing);
  const wave = createWaveform(scope, doc, {
    ...pointing,
    onDetail: (n_bins) => askDetail(n_bins),
    onView: (view) => spectrogram.setView(view),
  });
  wave.addPane(spectrogram.root);
  const loudness = new Loudness(preferences, (loudness_db) => {
    sound.setLoudness(loudness_db);
    controls.setLoudness(loudness_db);
  });
  const showSpectrogram = (isShown: boolean) => {
    spectrogram.show(isShown);
    controls.setSpectrogram(isShown);
    preferences.remember("spectrogram", String(isShown));
    return isShown;
  };
  const toggleSpectrogram = () => showSpectrogram(!spectrogram.isShown);
  const controls = createControls(scope, doc, {
    onToggle: toggle,
    onRate: (rate) => sound.setRate(rate),
    onLoop: () => loop(),
    onLoudness: loudness.set,
    onSpectrogram: toggleSpectrogram,
    onZoom: zoom,
  });
  root.append(wave.root, controls.root);
  loudness.recall();
  showSpectrogram(preferences.recall("spectrogram") === "true");

  let detail = scope.child();
  const askDetail = (n_bins: number) => {
    const { clip } = sound;
    detail.dispose();
    detail = scope.child();
    const mine = detail;
    mine.timeout(() => {
      if (!clip) return;
      const controller = new AbortController();
      mine.add(() => controller.abort());
      const request = { clip: clip.id, n_bins: Math.min(MOST_BINS, n_bins) };
      transport.request("peaks", request, { signal: controller.signal }).then(
        ({ buffers: [bytes] }) => bytes && !mine.disposed && wave.refine(new Int8Array(bytes)),
        // The coarse waveform stays; it is right, only not as fine.
        () => {},
      );
    }, DETAIL_MS);
  };

  const showTime = (time_s: number) => {
    wave.setTime(time_s, sound.playing);
    spectrogram.setTime(time_s);
    wave.setHeard(sound.heard());
    controls.setTime(time_s, sound.clip?.duration_s ?? 0);
  };
  sound.events.on("time", showTime);
  sound.events.on("playing", controls.setPlaying);
  sound.events.on("rate", controls.setRate);
  sound.events.on("notice", controls.setNotice);
  sound.events.on("waiting", (isWaiting) => root.toggleAttribute("data-waiting", isWaiting));
  sound.events.on("loop", (span) => {
    controls.setLoop(span !== null);
    if (span && !isUserSelection && span[1] - span[0] < (sound.clip?.duration_s ?? 0)) selected = span;
    if (!span && !isUserSelection) selected = null;
    mark(selected);
  });
  scope.listen(
    wave.root,
    "wheel",
    (event) => {
      const { ctrlKey, deltaY } = event as WheelEvent;
      if (!ctrlKey) return;
      event.preventDefault();
      zoom(deltaY < 0 ? WHEEL_STEP : 1 / WHEEL_STEP);
    },
    { passive: false },
  );

  return {
    root,
    get time_s() {
      return sound.time_s;
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
    get bounded() {
      return sound.bounded;
    },
    get paused_s() {
      return sound.paused_s;
    },
    load(clip: ClipPayload, peaks: Int8Array | null) {
      detail.dispose();
      selected = null;
      isUserSelection = false;
      sound.load(clip);
      spectrogram.load(clip);
      wave.load(peaks, clip.duration_s);
      showTime(0);
    },
    setPeaks: wave.refine,
    prefetch: (clip) => sound.prefetch(clip),
    play: (from_s, to_s) => sound.play(from_s, to_s),
    playAll: () => sound.play(...(isUserSelection && selected ? selected : ([0] as const))),
    pause: () => sound.pause(),
    toggle,
    seek: (time_s) => sound.seek(time_s),
    setRate: (rate) => sound.setRate(rate),
    slower: () => sound.setRate(slowerThan(sound.rate)),
    faster: () => sound.setRate(fasterThan(sound.rate)),
    loop,
    zoom,
    louder: loudness.louder,
    quieter: loudness.quieter,
    toggleSpectrogram,
    heard: () => sound.heard(),
    on: (name, listener) => sound.events.on(name, listener),
  };
}
