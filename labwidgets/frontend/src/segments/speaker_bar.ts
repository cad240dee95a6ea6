import type { Scope } from "../core/scope";
import { freshId, h, setAttribute } from "../ui/dom";
import { setColour } from "./palette";
import type { Region } from "./regions";
import { N_KEYS, type Speakers } from "./speakers";

export interface SpeakerBarParts {
  speakers: () => Speakers;
  /** Of the segment at hand; null where there is none. */
  active: () => Region | null;
  /** The speaker with that number, from 0; the one behind the last is a new one. */
  onAssign: (number: number) => void;
  onNobody: () => void;
  onRename: (from: string, to: string) => void;
  onClose: () => void;
}

export interface SpeakerBar {
  readonly root: HTMLElement;
  render(): void;
  /** Asks for a new name of the speaker at hand; false where nobody is named. */
  openNaming(): boolean;
  /** False where it is not open. */
  close(): boolean;
}

/** Who speaks in the segment at hand: a number, a colour and a name each. */
export function createSpeakerBar(scope: Scope, parts: SpeakerBarParts): SpeakerBar {
  const chips = h("div", { class: "lw-s-chips", role: "group", "aria-label": "Speaker of the segment" });
  const rename = h("button", { type: "button", title: "Name this speaker in the whole recording" }, "Name …");
  const names = h("datalist", { id: freshId("names") });
  const field = h("input", {
    type: "text",
    list: names.id,
    maxlength: 200,
    spellcheck: "false",
    dir: "auto",
  });
  const tip = h("span", { class: "lw-s-tip", role: "status" });
  const take = h("button", { type: "submit" }, "Rename");
  const leave = h("button", { type: "button" }, "Leave it");
  const form = h(
    "form",
    { class: "lw-s-naming", hidden: true, "aria-label": "Name of a speaker" },
    field,
    names,
    take,
    leave,
    tip,
  );
  const root = h("div", { class: "lw-s-speakers" }, chips, rename, form);
  let from: string | null = null;

  const chip = (number: number, name: string, colour: number | null, isOn: boolean) => {
    const key = number < N_KEYS ? String(number + 1) : "";
    const dot = h("span", { class: "lw-s-dot", "aria-hidden": "true" });
    setColour(dot, colour);
    return h(
      "button",
      { type: "button", class: "lw-s-chip", "aria-pressed": String(isOn), "data-at": number },
      dot,
      key && h("span", { class: "lw-key", "aria-hidden": "true" }, key),
      h("span", { dir: "auto" }, name),
    );
  };
  const render = () => {
    const speakers = parts.speakers();
    const active = parts.active();
    const hadFocus = chips.contains(document.activeElement);
    const at = (document.activeElement as HTMLElement | null)?.dataset.at;
    const known = speakers.all;
    chips.replaceChildren(
      ...known.map(({ name, at: number }) =>
        chip(number, name, speakers.colourOf(name), active?.speaker === name),
      ),
      chip(known.length, "+ new", null, false),
    );
    for (const each of chips.querySelectorAll("button")) each.disabled = active === null;
    if (hadFocus) chips.querySelector<HTMLElement>(`[data-at="${at}"]`)?.focus({ preventScroll: true });
    rename.disabled = active?.speaker == null;
  };
  const close = () => {
    if (form.hidden) return false;
    form.hidden = true;
    chips.hidden = false;
    rename.hidden = false;
    parts.onClose();
    return true;
  };
  const openNaming = () => {
    from = parts.active()?.speaker ?? null;
    if (from === null) return false;
    names.replaceChildren(...parts.speakers().all.map(({ name }) => h("option", { value: name })));
    field.value = from;
    setAttribute(field, "aria-label", `New name of ${from} in the whole recording`);
    form.hidden = false;
    chips.hidden = true;
    rename.hidden = true;
    tell();
    field.focus();
    field.select();
    return true;
  };
  const tell = () => {
    const to = field.value.trim();
    const isOther = to !== from && parts.speakers().all.some(({ name }) => name === to);
    take.disabled = to === "";
    take.textContent = isOther ? "Make one of the two" : "Rename";
    tip.textContent = isOther
      ? `${to} exists: the segments of both will be ${to}'s.`
      : "In the whole recording.";
  };

  scope.listen(chips, "click", (event) => {
    const pressed = (event.target as HTMLElement).closest<HTMLElement>("button");
    if (!pressed) return;
    if (pressed.getAttribute("aria-pressed") === "true") parts.onNobody();
    else parts.onAssign(Number(pressed.dataset.at));
  });
  // A click keeps the focus where the work is, in the text.
  scope.listen(chips, "pointerdown", (event) => event.preventDefault());
  scope.listen(rename, "click", () => openNaming());
  scope.listen(field, "input", tell);
  scope.listen(leave, "click", () => close());
  scope.listen(form, "submit", (event) => {
    event.preventDefault();
    const to = field.value.trim();
    const old = from;
    close();
    if (old !== null && to && to !== old) parts.onRename(old, to);
  });
  return { root, render, openNaming, close };
}
