import type { Action } from "../core/parts";
import type { Scope } from "../core/scope";
import { keepKeysFromHost } from "../ui/host_keys";
import { isForNotebook, isForText, type KeyStroke } from "../ui/keys";
import type { TypedAhead } from "./typed_ahead";

/** "own": a panel with keys of its own. */
export type Place = "text" | "field" | "picker" | "own" | "other";

/** Whether a matched key acts here, or means what it means everywhere. */
export function isActing(action: Action, stroke: KeyStroke, place: Place, isLeaving: boolean): boolean {
  if (action === "help" && stroke.key.startsWith("F")) return true;
  if (action === "leave") return true;
  if (place === "own") return action === "find_replace" && !isForText(stroke);
  if (place === "picker") return false;
  if (stroke.key === "Tab") return place === "text" && !isLeaving;
  if (action === "undo" || action === "redo") return place !== "field";
  return place === "other" || !isForText(stroke);
}

export interface KeyboardParts {
  root: HTMLElement;
  text: HTMLElement;
  match: (stroke: KeyStroke) => Action | null;
  /** Takes each key while new ones are being chosen. */
  record: (stroke: KeyStroke) => boolean;
  /** Runs an action; `isRepeat` while the key is held down. */
  run: (action: Action, isRepeat: boolean) => void;
  /** False while a segment is on its way: what is typed then must not go into the text that goes. */
  isReady: () => boolean;
  /** Keeps that for the text that comes. */
  ahead: TypedAhead;
  onActivity: () => void;
}

/** Routes all keys of the labeller, and keeps them from the notebook. */
export function installKeyboard(scope: Scope, parts: KeyboardParts): { leave(): void } {
  const { root, text } = parts;
  let isLeaving = false;

  const placeOf = (target: EventTarget | null): Place => {
    if (!(target instanceof HTMLElement)) return "other";
    if (text.contains(target)) return "text";
    if (target.closest("[data-lw-keys=own]")) return "own";
    if (target instanceof HTMLSelectElement) return "picker";
    const isField = target instanceof HTMLTextAreaElement || target.isContentEditable;
    if (isField || (target instanceof HTMLInputElement && target.type !== "range")) return "field";
    return "other";
  };

  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };

  // In the capture phase, before the text's own keys.
  scope.listen(
    root,
    "keydown",
    (event) => {
      parts.onActivity();
      if (parts.record(event)) {
        swallow(event);
        return;
      }
      const place = placeOf(event.target);
      const action = parts.match(event);
      if (action && isActing(action, event, place, isLeaving)) {
        swallow(event);
        parts.run(action, event.repeat);
      } else if (place === "text" && !parts.isReady() && event.key !== "Tab" && !isForNotebook(event)) {
        if (!event.isComposing) parts.ahead.note(event);
        swallow(event);
      }
    },
    { capture: true },
  );
  scope.listen(
    text,
    "beforeinput",
    (event) => {
      if (!parts.isReady()) swallow(event);
    },
    { capture: true },
  );
  scope.listen(text, "compositionend", (event) => {
    if (!parts.isReady() && event instanceof CompositionEvent) parts.ahead.composed(event.data);
  });
  keepKeysFromHost(scope, root);
  scope.listen(text, "focusin", () => {
    isLeaving = false;
  });
  for (const type of ["pointerdown", "wheel"] as const) {
    scope.listen(root, type, parts.onActivity, { passive: true });
  }
  return {
    leave() {
      isLeaving = true;
    },
  };
}
