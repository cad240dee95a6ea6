import type { Scope } from "../core/scope";
import { h } from "./dom";

export interface MenuItem {
  text: string;
  /** A letter that chooses it; the first nine have their number too. */
  key?: string | null;
  /** Spoken in place of the text. */
  name?: string;
}

export interface Menu {
  readonly root: HTMLElement;
  readonly isOpen: boolean;
  open(): void;
  close(): void;
}

export interface MenuParts {
  title: string;
  items: readonly MenuItem[];
  className: string;
  onChoose: (at: number) => void;
  onClose: () => void;
}

/** A list to choose from by a number, a letter, or the arrows and Enter; Esc leaves it. */
export function createMenu(scope: Scope, { title, items, className, onChoose, onClose }: MenuParts): Menu {
  const keysOf = ({ key }: MenuItem, at: number) => [at < 9 ? String(at + 1) : "", key ?? ""].filter(Boolean);
  const buttons = items.map((item, at) =>
    h(
      "button",
      {
        type: "button",
        role: "menuitem",
        tabindex: -1,
        "aria-keyshortcuts": keysOf(item, at).join(" "),
        ...(item.name ? { "aria-label": item.name } : {}),
      },
      h("span", { class: "lw-key", "aria-hidden": "true" }, keysOf(item, at).join(" ")),
      h("span", { dir: "auto" }, item.text),
    ),
  );
  const root = h(
    "div",
    { class: className, role: "menu", "aria-label": title.replace(/ …$/, ""), hidden: true },
    h("div", { class: "lw-menu-title", "aria-hidden": "true" }, title),
    ...buttons,
  );

  const close = () => {
    if (root.hidden) return;
    root.hidden = true;
    onClose();
  };
  const choose = (at: number) => {
    if (!items[at]) return;
    root.hidden = true;
    onChoose(at);
  };
  const step = (by: number) => {
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(at + by + buttons.length) % buttons.length]?.focus();
  };
  const chosenBy = (event: KeyboardEvent): number => {
    if (event.ctrlKey || event.metaKey || event.altKey) return -1;
    const number = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1] ?? /^[1-9]$/.exec(event.key)?.[0];
    if (number) return Number(number) - 1;
    const key = event.key.toLowerCase();
    const byKey = items.findIndex((item) => item.key === key);
    // On a keyboard of another script the letter is where it would be on a Latin one.
    return byKey >= 0
      ? byKey
      : items.findIndex((item) => item.key && event.code === `Key${item.key.toUpperCase()}`);
  };

  for (const [at, button] of buttons.entries()) scope.listen(button, "click", () => choose(at));
  scope.listen(root, "keydown", (event) => {
    const at = chosenBy(event);
    if (at >= 0) choose(at);
    else if (event.key === "ArrowDown" || event.key === "ArrowRight") step(1);
    else if (event.key === "ArrowUp" || event.key === "ArrowLeft") step(-1);
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  scope.listen(root, "focusout", (event) => {
    if (event.relatedTarget && !root.contains(event.relatedTarget as Node)) root.hidden = true;
  });

  return {
    root,
    get isOpen() {
      return !root.hidden;
    },
    open() {
      root.hidden = false;
      buttons[0]?.focus();
    },
    close,
  };
}
