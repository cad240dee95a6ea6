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
  const soundError = h("div", { class: "lw-sound-error", role: "alert", hidden: true });
  const emptyTitle = h("strong");
  const emptyText = h("span");
  const empty = h("div", { class: "lw-empty", role: "status", hidden: true }, emptyTitle, emptyText);
  const sound = h("div", { class: "lw-sound lw-s-sound" }, parts.timeline, parts.player, soundError);
  const text = h("div", { class: "lw-words" }, parts.editor, parts.line, parts.banner);
  const work = h(
    "div",
    { class: "lw-work", role: "group", "aria-label": "Segment" },
    ...[parts.speakers, text, parts.foot, empty],
  );
  const lower = h("div", { class: "lw-s-lower" }, parts.list, work);
  const body = h("div", { class: "lw-body lw-s-body" }, sound, lower, ...parts.over);
  const root = h("div", { class: "lw-frame lw-s-frame" }, parts.top, body);
  return {
    root,
    setSoundError(words: string | null) {
      soundError.hidden = words === null;
      soundError.textContent = words === null ? "" : `The audio cannot be read: ${words}`;
    },
    /** Over the text: why there is none; null hides it. */
    setEmpty(words: { title: string; text: string } | null) {
      empty.hidden = words === null;
      emptyTitle.textContent = words?.title ?? "";
      emptyText.textContent = words?.text ?? "";
    },
    setBusy: (isBusy: boolean) => work.setAttribute("aria-busy", String(isBusy)),
  };
}
