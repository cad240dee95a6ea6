import { recall, remember } from "../core/memory";
import type { Scope } from "../core/scope";
import { h, setAttribute, setText } from "../ui/dom";

export type HintName = "play" | "submit" | "keys";

export interface Hints {
  readonly root: HTMLElement;
  /** The user did what a hint speaks of. */
  done(name: HintName): void;
  /** From the first one, also for those who have seen them. */
  restart(): void;
}

const SEEN = "hints";

/** Three short words over the real thing, the first time only. They never take the focus. */
export function createHints(scope: Scope, texts: Record<HintName, () => string>): Hints {
  const names: HintName[] = ["play", "submit", "keys"];
  const text = h("span");
  const step = h("span", { class: "lw-hint-step" });
  const next = h("button", { type: "button" }, "Got it");
  const stop = h("button", { type: "button" }, "No hints");
  const root = h("div", { class: "lw-hint", role: "note", hidden: true }, text, step, next, stop);
  let at = recall(SEEN) === "seen" ? names.length : 0;

  const show = () => {
    const name = names[at];
    root.hidden = name === undefined;
    if (name === undefined) {
      remember(SEEN, "seen");
      return;
    }
    setAttribute(root, "data-at", name);
    setText(text, texts[name]());
    setText(step, `${at + 1} of ${names.length}`);
  };
  scope.listen(next, "click", () => {
    at += 1;
    show();
  });
  scope.listen(stop, "click", () => {
    at = names.length;
    show();
  });
  show();

  return {
    root,
    done(name) {
      if (names[at] !== name) return;
      at += 1;
      show();
    },
    restart() {
      at = 0;
      show();
    },
  };
}
