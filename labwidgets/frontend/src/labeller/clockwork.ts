import type { Preferences } from "../core/memory";
import type { Scope } from "../core/scope";
import { freshId, h, setText } from "../ui/dom";
import { workedWords } from "./worked";

const NAME = "clock";

export interface Clockwork {
  readonly root: HTMLElement;
  set(state: { today_ms: number; sitting_ms: number; pace: number | null }): void;
}

/** Time worked and pace, for those who want to see them: no target, no colour, and one press puts them away. */
export function createClockwork(scope: Scope, preferences: Preferences): Clockwork {
  const id = freshId("clock-tip");
  const words = h("span", { class: "lw-clock-words" });
  const button = h(
    "button",
    { type: "button", class: "lw-clock-button", "aria-describedby": id },
    h("span", { "aria-hidden": "true" }, "◷"),
    words,
  );
  const tip = h("div", { class: "lw-clock-tip", role: "tooltip", id });
  const root = h("div", { class: "lw-clock" }, button, tip);
  let isShown = preferences.recall(NAME) !== "hidden";

  const show = () => {
    words.classList.toggle("lw-hidden", !isShown);
    button.setAttribute("aria-pressed", String(isShown));
  };
  scope.listen(button, "click", () => {
    isShown = !isShown;
    preferences.remember(NAME, isShown ? "shown" : "hidden");
    show();
  });
  // A click keeps the focus where the work is, in the text.
  scope.listen(button, "pointerdown", (event) => event.preventDefault());
  show();

  return {
    root,
    set({ today_ms, sitting_ms, pace }) {
      const today = workedWords(today_ms);
      const shown = pace === null ? `${today} today` : `${today} today · pace ${pace.toFixed(1)}x`;
      setText(words, shown);
      // A narrow page, or a press, puts the words away.
      button.setAttribute("aria-label", `Time worked: ${shown}`);
      const lines = [
        `Worked today: ${today}; since this page was opened: ${workedWords(sitting_ms)}.`,
        pace === null
          ? "The pace shows after three segments."
          : `Pace: ${pace.toFixed(1)} minutes of work for a minute of sound, since this page was opened.`,
        "Pauses of more than half a minute are left out. There is no target.",
        "Press to hide or show it.",
      ];
      setText(tip, lines.join(" "));
    },
  };
}
