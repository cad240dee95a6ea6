import { h } from "../ui/dom";

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

export interface Frame {
  readonly root: HTMLElement;
  readonly body: HTMLElement;
  /** Over the player: why there is no sound; null hides it. */
  setSoundError(text: string | null): void;
  /** Over the work: why there is no segment; null hides it. */
  setEmpty(words: { title: string; text: string } | null): void;
  setBusy(isBusy: boolean): void;
}

/** Where everything stands. The places never change while segments come and go. */
export function createFrame(parts: FrameParts): Frame {
  const soundError = h("div", { class: "lw-sound-error", role: "alert", hidden: true });
  const emptyTitle = h("strong");
  const emptyText = h("span");
  const empty = h("div", { class: "lw-empty", role: "status", hidden: true }, emptyTitle, emptyText);
  const sound = h("div", { class: "lw-sound" }, parts.player, soundError);
  const text = h("div", { class: "lw-words" }, parts.editor, parts.line, parts.banner);
  const work = h(
    "div",
    { class: "lw-work", role: "group", "aria-label": "Segment" },
    ...[sound, text, parts.foot, empty],
  );
  const body = h("div", { class: "lw-body" }, parts.list, work, ...parts.over);
  const root = h("div", { class: "lw-frame" }, parts.top, body);
  return {
    root,
    body,
    setSoundError(text) {
      soundError.hidden = text === null;
      soundError.textContent = text === null ? "" : `The audio cannot be read: ${text}`;
    },
    setEmpty(words) {
      empty.hidden = words === null;
      emptyTitle.textContent = words?.title ?? "";
      emptyText.textContent = words?.text ?? "";
    },
    setBusy(isBusy) {
      work.setAttribute("aria-busy", String(isBusy));
    },
  };
}
