import type { Scope } from "../core/scope";
import type { Desk } from "./desk";

export interface KeyParts {
  desk: Desk;
  isForm: () => boolean;
  leaveForm: () => void;
  play: () => void;
  pageRows: () => number;
  nextOpen: () => void;
  changeSpeaker: () => void;
}

/** All of the work by keys; the form is left by Esc, its fields keep their own. */
export function bindKeys(scope: Scope, root: HTMLElement, parts: KeyParts): void {
  const { desk } = parts;
  scope.listen(root, "keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (parts.isForm()) {
      if (event.key !== "Escape") return;
      event.preventDefault();
      return parts.leaveForm();
    }
    // A key held down, or a button that has the focus: once is enough.
    if (event.repeat && !event.key.startsWith("Arrow") && !event.key.startsWith("Page")) {
      event.preventDefault();
      return;
    }
    const isPress = event.key === " " || event.key === "Enter";
    if (isPress && (event.target as HTMLElement).closest("button")) return;
    const act = actions(parts)[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  // Whoever clicks goes on by keys: they must not press that button again.
  scope.listen(root, "click", (event) => {
    const isByHand = event.detail > 0 && (event.target as HTMLElement).closest(".lw-r-stage button");
    if (isByHand) root.focus({ preventScroll: true });
  });
  scope.listen(root, "pointerdown", (event) => {
    const isControl = (event.target as HTMLElement).closest("button, input, select, label, .lw-r-list");
    if (!isControl && !parts.isForm()) root.focus({ preventScroll: true });
  });
  scope.add(
    desk.events.on("change", () => {
      // A button that is disabled under the hand would hand the keys to the notebook.
      const { activeElement } = root.ownerDocument;
      const isLost = activeElement instanceof HTMLButtonElement && activeElement.disabled;
      if (isLost && root.contains(activeElement)) root.focus({ preventScroll: true });
    }),
  );
}

function actions(parts: KeyParts): Record<string, () => void> {
  const { desk } = parts;
  return {
    " ": () => void desk.toggle(),
    Enter: () => void desk.keep(),
    r: () => void desk.redo(),
    p: parts.play,
    n: parts.nextOpen,
    s: parts.changeSpeaker,
    Escape: () => void desk.discard(),
    ArrowDown: () => desk.goTo(desk.number + 1),
    ArrowUp: () => desk.goTo(desk.number - 1),
    PageDown: () => desk.goTo(desk.number + parts.pageRows()),
    PageUp: () => desk.goTo(desk.number - parts.pageRows()),
    Home: () => desk.goTo(0),
    End: () => desk.goTo(Number.MAX_SAFE_INTEGER),
  };
}
