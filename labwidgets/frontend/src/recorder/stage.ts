import type { Scope } from "../core/scope";
import { h, setAttribute, setText } from "../ui/dom";
import type { Desk, Phase } from "./desk";
import { FLOOR_DB, type Microphone } from "./microphone";
import type { Prompts } from "./prompts";
import { drawTake } from "./wave";

const QUIET_DB = -30;
const LOUD_DB = -3;
/** A meter that jumps on each frame cannot be read. */
const FALL_DB_PER_FRAME = 1.2;

export interface Stage {
  readonly root: HTMLElement;
  /** Plays the take, or stops it. */
  play(): void;
  stop(): void;
}

const BUTTONS: readonly { act: keyof StageActions; key: string; name: (phase: Phase) => string }[] = [
  { act: "toggle", key: "Space", name: (phase) => (phase === "recording" ? "Stop" : "Record") },
  { act: "play", key: "P", name: () => "Listen" },
  { act: "keep", key: "Enter", name: () => "Keep" },
  { act: "redo", key: "R", name: () => "Redo" },
];

export interface StageActions {
  toggle(): void;
  play(): void;
  keep(): void;
  redo(): void;
}

/** The line to read, large; the level; the take. */
export function createStage(
  scope: Scope,
  parts: { desk: Desk; prompts: Prompts; microphone: Microphone; language: () => string },
): Stage {
  const { desk, prompts, microphone } = parts;
  const place = h("div", { class: "lw-r-place" });
  const line = h("p", { class: "lw-r-prompt", dir: "auto", "aria-live": "polite" });
  const bar = h("div", { class: "lw-r-level-bar" });
  const levelWords = h("span", { class: "lw-r-level-words" }, "");
  const level = h("div", { class: "lw-r-level", role: "img", "aria-label": "Level of the microphone" }, bar);
  const clock = h("span", { class: "lw-r-clock" }, "");
  const wave = h("canvas", { class: "lw-r-wave", role: "img", "aria-label": "The take" });
  const state = h("p", { class: "lw-r-state", role: "status" });
  const actions: StageActions = {
    toggle: () => void desk.toggle(),
    play: () => play(),
    keep: () => void desk.keep(),
    redo: () => void desk.redo(),
  };
  const buttons = BUTTONS.map(({ act, key, name }) => {
    const label = h("span", {}, "");
    const made = h("button", { type: "button", "data-act": act }, h("span", { class: "lw-key" }, key), label);
    scope.listen(made, "click", () => actions[act]());
    return { act, made, show: (phase: Phase) => setText(label, name(phase)) };
  });
  const root = h(
    "div",
    { class: "lw-r-stage" },
    h("div", { class: "lw-r-head" }, place, clock),
    h("div", { class: "lw-r-middle" }, line),
    h("div", { class: "lw-r-levels" }, level, levelWords),
    wave,
    state,
    h("div", { class: "lw-r-buttons" }, ...buttons.map(({ made }) => made)),
  );

  const audio = new Audio();
  let url = "";
  const stop = () => {
    audio.pause();
    if (url) URL.revokeObjectURL(url);
    url = "";
  };
  scope.add(stop);
  const play = () => {
    const sound = desk.found?.sound;
    if (url && !audio.paused) return stop();
    if (!sound) return;
    stop();
    url = URL.createObjectURL(sound);
    audio.src = url;
    void audio.play().catch(() => undefined);
  };

  const show = () => {
    const { phase, found } = desk;
    // On a narrow page there is no list that would ask for it.
    prompts.want(desk.number, desk.number);
    const prompt = prompts.at(desk.number);
    setText(
      place,
      `Line ${(desk.number + 1).toLocaleString()} of ${prompts.total.toLocaleString()}${prompt?.is_kept ? " · kept" : ""}`,
    );
    setText(line, prompt?.text ?? "…");
    line.lang = parts.language();
    setText(state, desk.message || "Space records.");
    setAttribute(state, "data-trouble", desk.isTrouble);
    setAttribute(root, "data-phase", phase);
    const may = {
      toggle: phase === "recording" || (!desk.isBusy && phase !== "gone"),
      play: found !== null,
      keep: phase === "good",
      redo: phase === "good" || phase === "refused" || phase === "recording",
    };
    for (const { act, made, show: name } of buttons) {
      made.disabled = !may[act];
      name(phase);
    }
    if (!found) stop();
    drawTake(wave, found?.peaks ?? null, found?.reply ?? null);
  };
  scope.add(desk.events.on("change", show));
  scope.add(prompts.events.on("change", show));
  scope.onResize(wave, () => drawTake(wave, desk.found?.peaks ?? null, desk.found?.reply ?? null));

  let shown_db = FLOOR_DB;
  scope.frames(() => {
    const level_db = microphone.level();
    desk.listen(level_db);
    shown_db = Math.max(level_db ?? FLOOR_DB, shown_db - FALL_DB_PER_FRAME, FLOOR_DB);
    bar.style.inlineSize = `${(100 * (shown_db - FLOOR_DB)) / -FLOOR_DB}%`;
    setText(levelWords, levelName(level_db === null ? null : shown_db));
    setAttribute(level, "data-level", levelName(shown_db));
    setText(clock, desk.phase === "recording" ? `${desk.length_s.toFixed(1)} s` : "");
  });
  show();
  return { root, play, stop };
}

function levelName(level_db: number | null): string {
  if (level_db === null) return "microphone off";
  if (level_db >= LOUD_DB) return "too loud";
  return level_db < QUIET_DB ? "quiet" : "good";
}
