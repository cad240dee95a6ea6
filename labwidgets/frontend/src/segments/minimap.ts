import type { Scope } from "../core/scope";
import { formatTime } from "../player/ruler";
import { h, setAttribute } from "../ui/dom";
import { createSheet } from "./canvas";
import type { Palette } from "./palette";
import type { Region } from "./regions";
import { inSight, type Scale } from "./scale";
import { type Bins, extremes } from "./wave_tiles";

const HEIGHT_PX = 34;
const STRIP_PX = 5;
const STEP_S = 5;
/** Smaller movements of the hand are a click. */
const LEAST_PX = 4;

export interface MinimapParts {
  scale: () => Scale;
  whole: () => Bins | null;
  gain: () => number;
  regions: () => readonly Region[];
  colourOf: (region: Region) => number | null;
  palette: () => Palette;
  at_s: () => number;
  /** Brings a time to the middle of the view. */
  onGo: (time_s: number) => void;
  onSeek: (time_s: number) => void;
}

export interface Minimap {
  readonly root: HTMLElement;
  /** Rows, colours or width changed. */
  render(): void;
  /** The view or the playhead moved. */
  place(): void;
}

/** All of the recording in one strip: where the view is, what is done, who speaks when. */
export function createMinimap(scope: Scope, parts: MinimapParts): Minimap {
  const canvas = h("canvas", { class: "lw-s-map-canvas", "aria-hidden": "true" });
  const view = h("div", { class: "lw-s-map-view", "aria-hidden": "true" });
  const cursor = h("div", { class: "lw-s-cursor", "aria-hidden": "true" });
  const root = h(
    "div",
    {
      class: "lw-s-map",
      role: "slider",
      tabindex: 0,
      "aria-label": "Place in the recording",
      "aria-valuemin": 0,
      title: "The whole recording: click or drag to go there",
    },
    canvas,
    view,
    cursor,
  );
  let width_px = 0;
  const sheet = createSheet(scope, canvas, () => ({ width_px, height_px: HEIGHT_PX }), draw);

  function draw(context: CanvasRenderingContext2D): void {
    const { duration_s } = parts.scale();
    const palette = parts.palette();
    const bins = parts.whole();
    const middle = (HEIGHT_PX - STRIP_PX) / 2;
    const half = (middle - 1) * (parts.gain() / 127);
    context.clearRect(0, 0, width_px, HEIGHT_PX);
    context.fillStyle = palette.muted;
    context.globalAlpha = 0.7;
    for (let x = 0; bins && x < width_px; x += 1) {
      const [low, high] = extremes(bins, (x * duration_s) / width_px, ((x + 1) * duration_s) / width_px) ?? [
        0, 0,
      ];
      const top = middle - Math.min(high * half, middle - 1);
      const bottom = middle - Math.max(low * half, 1 - middle);
      context.fillRect(x, top, 1, Math.max(1, bottom - top));
    }
    for (const region of parts.regions()) {
      const colour = parts.colourOf(region);
      context.fillStyle = colour === null ? palette.muted : (palette.speakers[colour] ?? palette.muted);
      // Thin and pale while it is open, full when it is done.
      const isOpen = region.state === "open";
      context.globalAlpha = isOpen ? 0.45 : 1;
      const left = (region.start_s / duration_s) * width_px;
      const width = Math.max(1, ((region.end_s - region.start_s) / duration_s) * width_px - 0.5);
      const height = isOpen ? 2 : STRIP_PX - 1;
      context.fillRect(left, HEIGHT_PX - height, width, height);
    }
    context.globalAlpha = 1;
  }

  const place = () => {
    const scale = parts.scale();
    if (!(scale.duration_s > 0) || !(width_px > 0)) return;
    const [from_s, to_s] = inSight(scale);
    const x = (time_s: number) => (time_s / scale.duration_s) * width_px;
    const width = Math.max(6, x(to_s) - x(from_s));
    view.style.transform = `translateX(${Math.min(x(from_s), width_px - width)}px)`;
    view.style.width = `${width}px`;
    const at_s = parts.at_s();
    cursor.style.transform = `translateX(${x(at_s)}px)`;
    setAttribute(root, "aria-valuemax", Math.round(scale.duration_s));
    setAttribute(root, "aria-valuenow", Math.round(at_s));
    setAttribute(root, "aria-valuetext", `${formatTime(at_s, 0)} of ${formatTime(scale.duration_s, 0)}`);
  };
  const timeOf = (event: PointerEvent) => {
    const { left, width } = root.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - left) / (width || 1)));
    return share * parts.scale().duration_s;
  };

  scope.listen(root, "pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    root.setPointerCapture(event.pointerId);
    parts.onGo(timeOf(event));
    const drag = scope.child();
    let isMoved = false;
    drag.listen(root, "pointermove", (move) => {
      isMoved ||= Math.abs(move.clientX - event.clientX) >= LEAST_PX;
      if (isMoved) parts.onGo(timeOf(move));
    });
    drag.listen(root, "lostpointercapture", (up) => {
      drag.dispose();
      // A click goes there with the sound, a drag looks around only.
      if (!isMoved) parts.onSeek(timeOf(up));
    });
  });
  scope.listen(root, "keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { span_s, duration_s } = parts.scale();
    const at_s = parts.at_s();
    const targets: Record<string, number> = {
      ArrowLeft: at_s - STEP_S,
      ArrowDown: at_s - STEP_S,
      ArrowRight: at_s + STEP_S,
      ArrowUp: at_s + STEP_S,
      PageUp: at_s + span_s,
      PageDown: at_s - span_s,
      Home: 0,
      End: duration_s,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    parts.onSeek(Math.min(duration_s, Math.max(0, target)));
  });
  scope.onResize(root, (rect: DOMRectReadOnly) => {
    width_px = Math.floor(rect.width);
    sheet.ask();
    place();
  });
  return { root, render: sheet.ask, place };
}
