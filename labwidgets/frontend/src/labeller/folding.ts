import type { Scope } from "../core/scope";
import type { SegmentList } from "./list";

/** Below it the list folds away, as in the styles. */
const NARROW_EM = 69.2;

export type ListState = "auto" | "open" | "closed";

export interface Folding {
  /** Lays the list out anew, in the same state. */
  refresh(): void;
  toggle(): void;
  /** A choice from a list that lies over the text puts it away again. */
  chosen(): void;
}

/** When the list shows: beside the text where there is room, over it on demand. */
export function createFolding(
  scope: Scope,
  frame: HTMLElement,
  list: SegmentList,
  button: HTMLElement,
): Folding {
  let state: ListState = "auto";
  const isNarrow = () => frame.clientWidth < NARROW_EM * Number.parseFloat(getComputedStyle(frame).fontSize);
  const set = (next: ListState) => {
    state = next;
    frame.setAttribute("data-list", state);
    const isShown = state === "open" || (state === "auto" && !isNarrow());
    button.setAttribute("aria-expanded", String(isShown));
    list.render();
  };
  const refresh = () => set(state);
  scope.onResize(frame, refresh);
  return {
    refresh,
    toggle() {
      const isShown = list.root.getClientRects().length > 0;
      set(isShown ? (isNarrow() ? "auto" : "closed") : isNarrow() ? "open" : "auto");
    },
    chosen() {
      if (state === "open" && isNarrow()) set("auto");
    },
  };
}
