import { h } from "../ui/dom";
import { type Absence, createAbsence } from "./absence";

export interface FrameParts {
  top: HTMLElement;
  list: HTMLElement;
  player: HTMLElement;
  editor: HTMLElement;
  foot: HTMLElement;
  banner: HTMLElement;
  /** The line under the text. */
  line: HTMLElement;
  /** Menus, panels, hints: they lie over the rest. */
  over: HTMLElement[];
}

export interface Frame extends Pick<Absence, "setSoundError" | "setEmpty"> {
  readonly root: HTMLElement;
  readonly body: HTMLElement;
  setBusy(isBusy: boolean): void;
}

/** Where everything stands. The places never change while segments come and go. */
export function createFrame(parts: FrameParts): Frame {
  const absence = createAbsence();
  const sound = h("div", { class: "lw-sound" }, parts.player, absence.sound);
  const text = h("div", { class: "lw-words" }, parts.editor, parts.line, parts.banner);
  const work = h(
    "div",
    { class: "lw-work", role: "group", "aria-label": "Segment" },
    ...[sound, text, parts.foot, absence.text],
  );
  const body = h("div", { class: "lw-body" }, parts.list, work, ...parts.over);
  const root = h("div", { class: "lw-frame" }, parts.top, body);
  return {
    root,
    body,
    setSoundError: absence.setSoundError,
    setEmpty: absence.setEmpty,
    setBusy(isBusy) {
      work.setAttribute("aria-busy", String(isBusy));
    },
  };
}
