import { h, setAttribute, setText } from "../ui/dom";
import type { Status } from "./status";

export interface SavingLine {
  /** Shows how the saving stands. */
  readonly state: HTMLElement;
  /** Opens what is kept. */
  readonly keptButton: HTMLButtonElement;
  setStatus(status: Status): void;
  /** More is kept than the state tells of; null for no more. */
  setMore(text: string | null): void;
}

/** How the saving stands, in the top bar: a sign, words, and what is kept elsewhere. `onStatus` is told when it changes. */
export function createSavingLine(onStatus: (status: Status) => void): SavingLine {
  const sign = h("span", { class: "lw-state-sign", "aria-hidden": "true" });
  const words = h("span", { class: "lw-state-words" });
  const state = h("span", { class: "lw-state" }, sign, words);
  const more = h("span", { class: "lw-kept-more" });
  const keptButton = h(
    "button",
    { type: "button", class: "lw-kept-button", title: "What is kept, and where", "aria-expanded": "false" },
    more,
    h("span", { "aria-hidden": "true" }, "▾"),
  );
  const setMore = (text: string | null) => {
    setText(more, text ?? "");
    keptButton.setAttribute("aria-label", `What is kept, and where${text ? `: ${text} elsewhere` : ""}`);
  };
  setMore(null);
  return {
    state,
    keptButton,
    setMore,
    setStatus(status) {
      if (words.textContent !== status.text) onStatus(status);
      setAttribute(state, "data-tone", status.tone);
      setAttribute(state, "title", status.text);
      setText(sign, status.sign);
      setText(words, status.text);
    },
  };
}
