import { h } from "../ui/dom";

export interface Absence {
  readonly sound: HTMLElement;
  readonly text: HTMLElement;
  /** Over the player: why there is no sound; null hides it. */
  setSoundError(reason: string | null): void;
  /** Over the work: why there is no segment; null hides it. */
  setEmpty(words: { title: string; text: string } | null): void;
}

/** What stands where there is no sound, or no segment. */
export function createAbsence(): Absence {
  const sound = h("div", { class: "lw-sound-error", role: "alert", hidden: true });
  const title = h("strong");
  const words = h("span");
  const text = h("div", { class: "lw-empty", role: "status", hidden: true }, title, words);
  return {
    sound,
    text,
    setSoundError(reason) {
      sound.hidden = reason === null;
      sound.textContent = reason === null ? "" : `The audio cannot be read: ${reason}`;
    },
    setEmpty(shown) {
      text.hidden = shown === null;
      title.textContent = shown?.title ?? "";
      words.textContent = shown?.text ?? "";
    },
  };
}
