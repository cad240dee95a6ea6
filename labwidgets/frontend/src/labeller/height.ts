import { recall, remember } from "../core/memory";
import type { Scope } from "../core/scope";
import { h } from "../ui/dom";

const MIN_PX = 360;
const MAX_PX = 1_400;
const DEFAULT_PX = 480;
const STEP_PX = 20;

/** The bar under the widget that sets its height, by pointer or by arrow keys; the browser remembers it. */
export function createHeightHandle(scope: Scope, frame: HTMLElement): HTMLElement {
  const handle = h("div", {
    class: "lw-height",
    role: "separator",
    "aria-orientation": "horizontal",
    "aria-label": "Height of the labeller",
    "aria-valuemin": MIN_PX,
    "aria-valuemax": MAX_PX,
    tabindex: 0,
  });
  let height_px = DEFAULT_PX;
  const set = (wanted_px: number) => {
    height_px = Math.round(Math.min(Math.max(wanted_px, MIN_PX), MAX_PX));
    frame.style.setProperty("--lw-height", `${height_px}px`);
    handle.setAttribute("aria-valuenow", String(height_px));
  };
  set(Number(recall("height_px")) || DEFAULT_PX);

  scope.listen(handle, "pointerdown", (event) => {
    const start_px = height_px;
    const from_y = event.clientY;
    handle.setPointerCapture(event.pointerId);
    const drag = scope.child();
    drag.listen(handle, "pointermove", (move) => set(start_px + move.clientY - from_y));
    drag.listen(handle, "lostpointercapture", () => {
      remember("height_px", String(height_px));
      drag.dispose();
    });
  });
  scope.listen(handle, "keydown", (event) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    set(height_px + (event.key === "ArrowDown" ? STEP_PX : -STEP_PX));
    remember("height_px", String(height_px));
    event.preventDefault();
  });
  return handle;
}
