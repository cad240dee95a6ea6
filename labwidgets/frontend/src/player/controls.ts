import type { Scope } from "../core/scope";
import { type IconName, icon } from "./icons";
import { LEAST_DB, loudnessWords, MOST_DB, STEP_DB } from "./loudness";
import { RATES } from "./rates";
import { formatTime } from "./ruler";

export interface ControlEvents {
  onToggle(): void;
  onRate(rate: number): void;
  onLoop(): void;
  onLoudness(loudness_db: number): void;
  onSpectrogram(): void;
  onZoom(factor: number): void;
}

export type Controls = ReturnType<typeof createControls>;

/** The thin row under the waveform. */
export function createControls(scope: Scope, doc: Document, events: ControlEvents) {
  const root = doc.createElement("div");
  root.className = "lw-transport";
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Playback");

  const button = (name: IconName, label: string, run: () => void) => {
    const made = doc.createElement("button");
    made.type = "button";
    made.className = "lw-transport-button";
    made.append(icon(doc, name));
    setLabel(made, label);
    scope.listen(made, "click", run);
    // A click keeps the focus where the work is, in the text.
    scope.listen(made, "pointerdown", (event) => event.preventDefault());
    return made;
  };

  const play = button("play", "Play", events.onToggle);
  const clock = doc.createElement("span");
  clock.className = "lw-transport-clock";
  const notice = doc.createElement("span");
  notice.className = "lw-transport-notice";
  notice.setAttribute("role", "status");

  const speed = doc.createElement("select");
  speed.className = "lw-transport-speed";
  setLabel(speed, "Speed");
  for (const rate of RATES) speed.append(new Option(rateLabel(rate), String(rate), rate === 1, rate === 1));
  scope.listen(speed, "change", () => events.onRate(Number(speed.value)));

  const loop = button("loop", "Repeat", events.onLoop);
  loop.setAttribute("aria-pressed", "false");
  const spectrogram = button("spectrogram", "Spectrogram", events.onSpectrogram);
  spectrogram.setAttribute("aria-pressed", "false");
  const volume = doc.createElement("input");
  const range = { type: "range", min: String(LEAST_DB), max: String(MOST_DB), step: String(STEP_DB) };
  Object.assign(volume, range, { value: "0" });
  volume.className = "lw-transport-volume";
  setLabel(volume, "Loudness");
  scope.listen(volume, "input", () => events.onLoudness(Number(volume.value)));
  const decibels = doc.createElement("span");
  decibels.className = "lw-transport-decibels";
  decibels.setAttribute("aria-hidden", "true");
  const speaker = doc.createElement("span");
  speaker.className = "lw-transport-icon";
  speaker.append(icon(doc, "volume"));

  root.append(
    play,
    clock,
    notice,
    speed,
    loop,
    speaker,
    volume,
    decibels,
    spectrogram,
    button("zoomOut", "Zoom out", () => events.onZoom(1 / 1.5)),
    button("zoomIn", "Zoom in", () => events.onZoom(1.5)),
  );

  let shownClock = "";
  return {
    root,
    setPlaying(isPlaying: boolean) {
      play.replaceChildren(icon(doc, isPlaying ? "pause" : "play"));
      setLabel(play, isPlaying ? "Pause" : "Play");
    },
    setTime(time_s: number, duration_s: number) {
      const text = `${formatTime(time_s)} / ${formatTime(duration_s)}`;
      if (text === shownClock) return;
      shownClock = text;
      clock.textContent = text;
    },
    setRate(rate: number) {
      const value = String(rate);
      if (![...speed.options].some((option) => option.value === value)) {
        speed.append(new Option(rateLabel(rate), value));
      }
      speed.value = value;
    },
    setLoop(isOn: boolean) {
      loop.setAttribute("aria-pressed", String(isOn));
    },
    setLoudness(loudness_db: number) {
      const words = loudnessWords(loudness_db);
      volume.value = String(loudness_db);
      volume.setAttribute("aria-valuetext", words);
      decibels.textContent = words;
    },
    setSpectrogram(isShown: boolean) {
      spectrogram.setAttribute("aria-pressed", String(isShown));
    },
    setNotice(text: string | null) {
      notice.textContent = text ?? "";
      notice.title = text ?? "";
    },
  };
}

function rateLabel(rate: number): string {
  return `${rate.toFixed(rate * 10 === Math.round(rate * 10) ? 1 : 2)}x`;
}

function setLabel(target: HTMLElement, label: string): void {
  target.setAttribute("aria-label", label);
  target.title = label;
}
