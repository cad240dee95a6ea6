import type { Scope } from "../core/scope";
import { freshId, h } from "../ui/dom";

export interface Panel {
  readonly root: HTMLElement;
  readonly isOpen: boolean;
  toggle(isOpen?: boolean): void;
}

/** Something to read over the page's right side: Esc or × closes it, and the focus goes back where it was. */
export function createPanel(
  scope: Scope,
  title: string,
  content: readonly Node[],
  events: { onToggle: (isOpen: boolean) => void },
): Panel {
  const id = freshId("panel");
  const close = h("button", { type: "button", "aria-label": "Close" }, "×");
  const body = h(
    "div",
    { class: "lw-panel-body", role: "group", "aria-labelledby": id, tabindex: 0 },
    ...content,
  );
  const root = h(
    "section",
    { class: "lw-panel", role: "dialog", "aria-labelledby": id, hidden: true },
    h("header", {}, h("h2", { id }, title), close),
    body,
  );
  let before: HTMLElement | null = null;

  const toggle = (isOpen: boolean = Boolean(root.hidden)) => {
    if (isOpen === !root.hidden) return;
    if (isOpen) before = document.activeElement as HTMLElement | null;
    const hadFocus = root.contains(document.activeElement);
    root.hidden = !isOpen;
    if (isOpen) body.focus({ preventScroll: true });
    else if (hadFocus) before?.focus({ preventScroll: true });
    events.onToggle(isOpen);
  };
  scope.listen(close, "click", () => toggle(false));

  return {
    root,
    get isOpen() {
      return !root.hidden;
    },
    toggle,
  };
}

/** Plain text with "# headings", "- points" and empty lines between paragraphs, as elements. */
export function readable(text: string): Node[] {
  const nodes: Node[] = [];
  let list: HTMLUListElement | null = null;
  for (const block of text.split(/\r?\n/)) {
    const line = block.trim();
    const point = /^[-*•]\s+(.*)$/.exec(line);
    if (point) {
      if (!list) {
        list = h("ul");
        nodes.push(list);
      }
      list.append(h("li", {}, point[1]));
      continue;
    }
    list = null;
    const heading = /^#+\s+(.*)$/.exec(line);
    if (heading) nodes.push(h("h3", {}, heading[1]));
    else if (line) nodes.push(h("p", {}, line));
  }
  return nodes;
}
