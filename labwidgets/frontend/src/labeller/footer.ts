import { ACTIONS, type Action } from "../core/parts";
import type { Scope } from "../core/scope";
import { h, setAttribute, setText } from "../ui/dom";

const FLAG_ACTIONS = ACTIONS.filter((action) => action.startsWith("flag_"));

export interface Footer {
  readonly root: HTMLElement;
  readonly skipButton: HTMLButtonElement;
  /** What is known of the segment; `alarms` are said first and stand out. */
  setFacts(facts: readonly string[], alarms: readonly string[]): void;
  /** What the page has to say right now; null clears it. */
  say(text: string | null): void;
  setFlags(chosen: readonly string[]): void;
  setEnabled(isEnabled: boolean): void;
  /** The keys have changed. */
  showChords(): void;
}

export interface FooterOptions {
  flags: readonly string[];
  /** The chord of a flag's or another action as people write it; empty where it has none. */
  chord: (action: Action) => string;
  onFlag: (flag: string) => void;
  onSkip: () => void;
  onSubmit: () => void;
}

/** The lines under the text: facts, news, flags, skip and submit. */
export function createFooter(scope: Scope, options: FooterOptions): Footer {
  const facts = h("div", { class: "lw-facts" });
  const news = h("div", { class: "lw-news", role: "status", "aria-live": "polite" });
  const buttons = options.flags.map((flag, at) => {
    const key = h("span", { class: "lw-key", "aria-hidden": "true" });
    const button = h("button", { type: "button", "aria-pressed": "false" }, key, flag);
    scope.listen(button, "click", () => options.onFlag(flag));
    return { flag, button, key, action: FLAG_ACTIONS[at] };
  });
  const fold = h("button", { type: "button", class: "lw-fold", "aria-expanded": "false" }, "⚑ flags");
  const flags = h(
    "div",
    { class: "lw-flags", role: "group", "aria-label": "Flags" },
    ...buttons.map(({ button }) => button),
  );
  const skipButton = h("button", { type: "button", "aria-haspopup": "menu" }, "Skip …");
  const submit = h("button", { type: "button", class: "lw-submit" }, "Submit");
  const root = h(
    "div",
    { class: "lw-foot" },
    h("div", { class: "lw-line" }, facts, news),
    h("div", { class: "lw-line" }, fold, flags, h("span", { class: "lw-gap" }), skipButton, submit),
  );

  const showChords = () => {
    for (const { flag, button, key, action } of buttons) {
      const chord = action ? options.chord(action) : "";
      setText(key, lastPiece(chord));
      key.hidden = chord === "";
      button.title = `Flag: ${withChord(flag, chord)}`;
    }
    skipButton.title = withChord("Skip, with a reason", options.chord("skip"));
    submit.title = withChord("Submit and go on", options.chord("submit_next"));
  };
  showChords();
  scope.listen(fold, "click", () => {
    const isOpen = root.getAttribute("data-flags") !== "open";
    setAttribute(root, "data-flags", isOpen ? "open" : null);
    fold.setAttribute("aria-expanded", String(isOpen));
  });
  scope.listen(skipButton, "click", options.onSkip);
  scope.listen(submit, "click", options.onSubmit);

  return {
    root,
    skipButton,
    setFacts(texts, alarms) {
      const pieces = [
        ...alarms.map((alarm) => h("span", { class: "lw-alarm" }, `⚠ ${alarm.replaceAll("_", " ")}`)),
        ...texts.map((text) => h("span", {}, text)),
      ];
      facts.replaceChildren(...pieces);
      facts.title = [...alarms, ...texts].join(" · ");
    },
    say: (text) => setText(news, text ?? ""),
    setFlags(chosen) {
      for (const { flag, button } of buttons)
        button.setAttribute("aria-pressed", String(chosen.includes(flag)));
      setText(fold, chosen.length > 0 ? `⚑ flags: ${chosen.join(", ")}` : "⚑ flags");
    },
    showChords,
    setEnabled(isEnabled) {
      for (const { button } of buttons) button.disabled = !isEnabled;
      skipButton.disabled = !isEnabled;
      submit.disabled = !isEnabled;
    },
  };
}

function withChord(text: string, chord: string): string {
  return chord ? `${text} (${chord})` : text;
}

/** What is left of "Alt+1" where the row of flags shows it: "1". */
function lastPiece(chord: string): string {
  return chord.slice(chord.lastIndexOf("+", chord.length - 2) + 1);
}
