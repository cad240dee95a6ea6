import type { Scope } from "../core/scope";
import { h } from "../ui/dom";

export interface SkipMenu {
  readonly root: HTMLElement;
  readonly isOpen: boolean;
  open(): void;
  close(): void;
}

/** Why a segment is skipped: a number, or the arrows and Enter; Esc leaves it. */
export function createSkipMenu(
  scope: Scope,
  reasons: readonly string[],
  events: { onChoose: (reason: string) => void; onClose: () => void },
): SkipMenu {
  const items = reasons.map((reason, at) =>
    h(
      "button",
      { type: "button", role: "menuitem", tabindex: -1 },
      h("span", { class: "lw-key", "aria-hidden": "true" }, at < 9 ? String(at + 1) : ""),
      reason,
    ),
  );
  const title = h("div", { class: "lw-menu-title" }, "Skip because …");
  const root = h(
    "div",
    { class: "lw-menu", role: "menu", "aria-label": "Skip because", hidden: true },
    title,
    ...items,
  );

  const close = () => {
    if (root.hidden) return;
    root.hidden = true;
    events.onClose();
  };
  const choose = (at: number) => {
    const reason = reasons[at];
    if (reason === undefined) return;
    root.hidden = true;
    events.onChoose(reason);
  };
  const step = (by: number) => {
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    items[(at + by + items.length) % items.length]?.focus();
  };

  for (const [at, item] of items.entries()) scope.listen(item, "click", () => choose(at));
  scope.listen(root, "keydown", (event) => {
    if (/^[1-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey) choose(Number(event.key) - 1);
    else if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
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
      items[0]?.focus();
    },
    close,
  };
}
