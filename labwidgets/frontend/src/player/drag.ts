import type { Span } from "../core/parts";
import type { Scope } from "../core/scope";

/** Smaller movements of the hand are a click. */
const LEAST_PX = 4;

export interface DragEvents {
  /** From 0 … 1 of the width. */
  timeAt(ratio: number): number;
  onClick(time_s: number): void;
  onDrag(span: Span): void;
  onSelect(span: Span | null): void;
}

/** Click and drag along a box. Times are read from the pointer itself, so both ends are where it was. */
export function createDrag(scope: Scope, box: HTMLElement, events: DragEvents): void {
  let down: { x: number; time_s: number } | null = null;
  let dragged: Span | null = null;

  const timeOf = (event: PointerEvent) => {
    const { left, width } = box.getBoundingClientRect();
    return events.timeAt(Math.min(1, Math.max(0, (event.clientX - left) / (width || 1))));
  };
  const end = () => {
    down = null;
    dragged = null;
  };
  scope.listen(box, "pointerdown", (event) => {
    if (event.button !== 0) return;
    down = { x: event.clientX, time_s: timeOf(event) };
    box.setPointerCapture(event.pointerId);
  });
  scope.listen(box, "pointermove", (event) => {
    if (!down || (!dragged && Math.abs(event.clientX - down.x) < LEAST_PX)) return;
    const time_s = timeOf(event);
    dragged = [Math.min(down.time_s, time_s), Math.max(down.time_s, time_s)];
    events.onDrag(dragged);
  });
  scope.listen(box, "pointerup", () => {
    if (!down) return;
    const { time_s } = down;
    const span = dragged;
    end();
    events.onSelect(span);
    if (!span) events.onClick(time_s);
  });
  scope.listen(box, "pointercancel", () => {
    end();
    events.onSelect(null);
  });
}
