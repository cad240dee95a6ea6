import { createAbsence } from "../labeller/absence";
import { h } from "../ui/dom";

export interface SegmentFrameParts {
  top: HTMLElement;
  timeline: HTMLElement;
  player: HTMLElement;
  list: HTMLElement;
  speakers: HTMLElement;
  editor: HTMLElement;
  line: HTMLElement;
  foot: HTMLElement;
  banner: HTMLElement;
  over: HTMLElement[];
}

export type SegmentFrame = ReturnType<typeof createSegmentFrame>;

/** The recording above, its segments below: rows to the left, the open text to the right. */
export function createSegmentFrame(parts: SegmentFrameParts) {
  const absence = createAbsence();
  const sound = h("div", { class: "lw-sound lw-s-sound" }, parts.timeline, parts.player, absence.sound);
  const text = h("div", { class: "lw-words" }, parts.editor, parts.line, parts.banner);
  const work = h(
    "div",
    { class: "lw-work", role: "group", "aria-label": "Segment" },
    ...[parts.speakers, text, parts.foot, absence.text],
  );
  const lower = h("div", { class: "lw-s-lower" }, parts.list, work);
  const body = h("div", { class: "lw-body lw-s-body" }, sound, lower, ...parts.over);
  const root = h("div", { class: "lw-frame lw-s-frame" }, parts.top, body);
  return {
    root,
    setSoundError: absence.setSoundError,
    setEmpty: absence.setEmpty,
    setBusy: (isBusy: boolean) => work.setAttribute("aria-busy", String(isBusy)),
  };
}
