import type { Span } from "../core/parts";
import type { Scope } from "../core/scope";
import { type Lane, laneAt } from "./lanes";
import { LANES_TOP_PX, RULER_PX } from "./paint";
import { dragged, type Hold, type Target, targetAt } from "./pointing";
import { LEAST_S, type Region } from "./regions";
import { type Scale, timeAt } from "./scale";

/** Smaller movements of the hand are a click. */
const LEAST_PX = 4;

export interface PointerEvents {
  /** A segment was clicked; the sound goes to the time. */
  onOpen(segment: string, time_s: number): void;
  onSeek(time_s: number): void;
  /** What was marked is let go of: time to hear it. */
  onMarked(span: Span): void;
  /** A span drawn on free ground, in the lane of a speaker where it was drawn there. */
  onDraw(span: Span, speaker: string | null | undefined): void;
  onRetime(segment: string, span: Span, hold: Hold): void;
  /** Draws an edge to what is near: silence, other edges. */
  snap(time_s: number): number;
}

export interface PointerParts extends PointerEvents {
  scale: () => Scale;
  regions: () => readonly Region[];
  lanes: () => readonly Lane[];
  active: () => string | null;
  /** A span to listen to, within a segment or anywhere with Shift; null: nothing is marked any more. */
  onSelect(span: Span | null): void;
  /** A segment as it would be if it were let go now. */
  onPreview: (region: Region | null) => void;
}

interface Press {
  x: number;
  time_s: number;
  target: Target;
  region: Region | null;
  /** Undefined above the lanes. */
  lane: Lane | null | undefined;
  hold: Hold | null;
  isMoved: boolean;
  preview: Region | null;
  span: Span | null;
}

const SKETCH = { segment: "", version: 0, channel: -1, state: "open", text: "", origin: null } as const;

/** Click, draw, move and stretch on the canvas. */
export function createPointer(scope: Scope, canvas: HTMLCanvasElement, parts: PointerParts): void {
  let press: Press | null = null;

  const at = (event: PointerEvent | MouseEvent) => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const look = (event: PointerEvent | MouseEvent): Pick<Press, "target" | "region" | "lane" | "hold"> => {
    const { x, y } = at(event);
    const lane = y >= LANES_TOP_PX ? laneAt(parts.lanes(), y - LANES_TOP_PX) : undefined;
    const all = parts.regions();
    const rows = lane ? all.filter(({ speaker }) => speaker === lane.name) : all;
    const target: Target =
      y < RULER_PX ? { kind: "ground" } : targetAt(parts.scale(), rows, parts.active(), x);
    const region =
      target.kind === "ground" ? null : (rows.find((row) => row.segment === target.segment) ?? null);
    // Whole segments move in the lanes, where they look like things; on the waveform a drag marks a span to hear.
    const hold = target.kind === "edge" ? target.hold : target.kind === "body" && lane ? "both" : null;
    return { target, region, lane, hold };
  };
  const end = () => {
    press = null;
    parts.onPreview(null);
  };

  scope.listen(canvas, "pointerdown", (event) => {
    if (event.button !== 0) return;
    // The focus stays where the work is.
    event.preventDefault();
    const { x } = at(event);
    const time_s = timeAt(parts.scale(), x);
    press = { ...look(event), x, time_s, isMoved: false, preview: null, span: null };
    canvas.setPointerCapture(event.pointerId);
  });
  scope.listen(canvas, "pointermove", (event) => {
    if (!press) {
      canvas.style.cursor = cursorOf(look(event));
      return;
    }
    const { x } = at(event);
    if (!press.isMoved && Math.abs(x - press.x) < LEAST_PX) return;
    press.isMoved = true;
    const scale = parts.scale();
    const time_s = timeAt(scale, x);
    const snap = (edge_s: number) => (event.altKey ? edge_s : parts.snap(edge_s));
    const { region, hold } = press;
    if (region && hold) {
      const edge_s = hold === "end" ? region.end_s : region.start_s;
      const by_s = snap(edge_s + time_s - press.time_s) - edge_s;
      const [start_s, end_s] = dragged([region.start_s, region.end_s], hold, by_s, scale.duration_s, LEAST_S);
      press.preview = { ...region, start_s, end_s };
      parts.onPreview(press.preview);
      return;
    }
    press.span = [Math.min(press.time_s, time_s), Math.max(press.time_s, time_s)];
    if (press.target.kind === "body" || event.shiftKey) {
      parts.onSelect(press.span);
      return;
    }
    const drawn: Span = [snap(press.span[0]), snap(press.span[1])];
    if (drawn[1] - drawn[0] >= LEAST_S) press.span = drawn;
    const [start_s, end_s] = press.span;
    const speaker = press.lane?.name ?? null;
    press.preview = { ...SKETCH, revision: 0, confidence: null, flags: [], speaker, start_s, end_s };
    parts.onPreview(press.preview);
  });
  scope.listen(canvas, "pointerup", () => {
    const done = press;
    end();
    if (!done) return;
    const { region, hold, preview, span, lane } = done;
    if (!done.isMoved) {
      parts.onSelect(null);
      if (region) parts.onOpen(region.segment, done.time_s);
      else parts.onSeek(done.time_s);
    } else if (region && hold && preview) {
      parts.onRetime(region.segment, [preview.start_s, preview.end_s], hold);
    } else if (span && !preview) {
      parts.onMarked(span);
    } else if (preview && span && span[1] - span[0] >= LEAST_S) {
      parts.onDraw(span, lane?.name);
    }
  });
  scope.listen(canvas, "pointercancel", end);
}

function cursorOf({ target, hold }: Pick<Press, "target" | "hold">): string {
  if (target.kind === "edge") return "ew-resize";
  if (target.kind === "ground") return "crosshair";
  return hold === "both" ? "grab" : "text";
}
