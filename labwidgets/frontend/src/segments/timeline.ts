import type { Span } from "../core/parts";
import type { ClipPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { formatTime } from "../player/ruler";
import { createSpectrogram } from "../player/spectrogram";
import { onThemeChange } from "../player/theme";
import { h, setAttribute } from "../ui/dom";
import { createSheet } from "./canvas";
import { heightOfLanes, type Lane, lanesOf } from "./lanes";
import { createMinimap } from "./minimap";
import { LANES_TOP_PX, paint } from "./paint";
import { readPalette } from "./palette";
import { createPointer, type PointerEvents } from "./pointer";
import type { Hold } from "./pointing";
import type { Region, Regions } from "./regions";
import {
  around,
  fitted,
  following,
  inSight,
  pxPerSecond,
  type Scale,
  showing,
  wholeScale,
  xOf,
  zoomed,
} from "./scale";
import { N_COLOURS, type Speakers } from "./speakers";
import { WaveTiles } from "./wave_tiles";

/** What a recording opens with, s: a few sentences. */
const FIRST_SPAN_S = 30;
const THEME_SETTLES_MS = 300;
const WHEEL_ZOOM = 1.2;

export interface TimelineParts extends PointerEvents {
  transport: Transport;
  regions: () => Regions;
  speakers: () => Speakers;
  speech: () => readonly Span[];
  textOf: (region: Region) => string;
  at_s: () => number;
}

export type Timeline = ReturnType<typeof createTimeline>;

/** Minimap, ruler, waveform, lanes and spectrogram of one recording; all moves and zooms without the kernel. */
export function createTimeline(scope: Scope, parts: TimelineParts) {
  const canvas = h("canvas", { class: "lw-s-canvas", role: "img", "aria-label": "Waveform" });
  const cursor = h("div", { class: "lw-s-cursor", "aria-hidden": "true" });
  const stage = h("div", { class: "lw-s-stage" }, canvas, cursor);
  let scale: Scale = wholeScale(0, 0);
  let lanes: Lane[] = [];
  let active: string | null = null;
  let hold: Hold = "both";
  let selection: Span | null = null;
  let preview: Region | null = null;
  let before: Scale | null = null;
  let palette = readPalette(stage);

  const height_px = () => LANES_TOP_PX + heightOfLanes(lanes);
  const inView = () => parts.regions().between(...inSight(scale));
  const sheet = createSheet(
    scope,
    canvas,
    () => ({ width_px: scale.width_px, height_px: height_px() }),
    (context) => {
      const rows = inView().map((row) => (row.segment === preview?.segment ? preview : row));
      paint(context, {
        scale,
        height_px: height_px(),
        bins: tiles.inSight(),
        gain: tiles.gain,
        regions: preview && !rows.includes(preview) ? [...rows, preview] : rows,
        active: preview?.segment ?? active,
        hold,
        speech: parts.speech(),
        lanes,
        selection,
        textOf: parts.textOf,
        palette,
      });
    },
  );
  const tiles = new WaveTiles(scope, parts.transport, sheet.ask);
  const spectrogram = createSpectrogram(scope, document, parts.transport, {
    onSeek: parts.onSeek,
    onSelect(span) {
      selection = span;
      sheet.ask();
      if (span) parts.onMarked(span);
    },
  });
  const minimap = createMinimap(scope, {
    scale: () => scale,
    whole: () => tiles.whole,
    gain: () => tiles.gain,
    regions: () => parts.regions().all,
    colourOf: ({ speaker }) => parts.speakers().colourOf(speaker),
    palette: () => palette,
    at_s: parts.at_s,
    onGo: (time_s) => look(fitted(scale, time_s - scale.span_s / 2, scale.span_s)),
    onSeek(time_s) {
      parts.onSeek(time_s);
      look(showing(scale, [time_s, time_s]));
    },
  });
  const root = h(
    "div",
    { class: "lw-s-time", role: "group", "aria-label": "Timeline" },
    minimap.root,
    stage,
    spectrogram.root,
  );

  const describe = () => {
    const [from_s, to_s] = inSight(scale);
    const n = inView().length;
    return `Waveform, ${formatTime(from_s, 0)} to ${formatTime(Math.min(to_s, scale.duration_s), 0)}, ${n} segments`;
  };
  const look = (next: Scale) => {
    scale = next;
    const px_per_s = pxPerSecond(scale);
    tiles.want(inSight(scale), px_per_s);
    spectrogram.setView({ scroll_px: scale.from_s * px_per_s, px_per_s, width_px: scale.width_px });
    setAttribute(canvas, "aria-label", describe());
    sheet.ask();
    place();
  };
  const place = () => {
    minimap.place();
    const at_s = parts.at_s();
    cursor.style.transform = `translateX(${xOf(scale, at_s)}px)`;
    spectrogram.setTime(at_s);
  };
  const render = () => {
    lanes = lanesOf(parts.speakers().all, parts.regions().all, N_COLOURS);
    cursor.style.height = `${height_px()}px`;
    setAttribute(canvas, "aria-label", describe());
    sheet.ask();
    minimap.render();
  };
  createPointer(scope, canvas, {
    ...parts,
    scale: () => scale,
    regions: inView,
    lanes: () => lanes,
    active: () => active,
    onPreview(region) {
      preview = region;
      sheet.ask();
    },
    onSelect(span) {
      selection = span;
      spectrogram.setSelection(span);
      sheet.ask();
    },
  });
  scope.listen(
    stage,
    "wheel",
    (event) => {
      const { ctrlKey, deltaX, deltaY, deltaMode, shiftKey } = event as WheelEvent;
      const { left } = stage.getBoundingClientRect();
      const unit = deltaMode === 1 ? 16 : 1;
      if (ctrlKey) {
        event.preventDefault();
        const anchor_s = scale.from_s + ((event as WheelEvent).clientX - left) / pxPerSecond(scale);
        look(zoomed(scale, deltaY < 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM, anchor_s));
        return;
      }
      // Up and down belong to the page; sideways, or with Shift, to the recording.
      const by_px = (deltaX || (shiftKey ? deltaY : 0)) * unit;
      if (by_px === 0) return;
      event.preventDefault();
      look(fitted(scale, scale.from_s + by_px / pxPerSecond(scale), scale.span_s));
    },
    { passive: false },
  );
  const measure = (width: number) => {
    const width_px = Math.floor(width);
    if (width_px <= 0 || width_px === scale.width_px) return;
    look({ ...scale, width_px });
  };
  scope.onResize(stage, (rect) => measure(rect.width));
  const recolour = () => {
    palette = readPalette(stage);
    render();
  };
  let settle = () => {};
  onThemeChange(scope, document, () => {
    recolour();
    settle();
    settle = scope.timeout(recolour, THEME_SETTLES_MS);
  });

  return {
    root,
    render,
    place,
    get scale() {
      return scale;
    },
    get selection() {
      return selection;
    },
    open(clip: ClipPayload, overview: Int8Array | null) {
      palette = readPalette(stage);
      tiles.open(clip, overview);
      spectrogram.load(clip);
      selection = null;
      before = null;
      look({ ...fitted(wholeScale(clip.duration_s, scale.width_px), 0, FIRST_SPAN_S) });
      render();
    },
    /** Another channel of the same recording. */
    use(clip: ClipPayload, overview: Int8Array | null) {
      tiles.open(clip, overview);
      spectrogram.load(clip);
      look(scale);
      render();
    },
    /** The segment in hand, brought into sight. */
    setActive(region: Region | null, isShown = true) {
      active = region?.segment ?? null;
      if (region && isShown) look(showing(scale, [region.start_s, region.end_s]));
      else sheet.ask();
    },
    setHold(next: Hold) {
      hold = next;
      sheet.ask();
    },
    select(span: Span | null) {
      selection = span;
      spectrogram.setSelection(span);
      sheet.ask();
    },
    /** A segment as it would be; null: as it is. */
    preview(region: Region | null) {
      preview = region;
      sheet.ask();
    },
    follow(time_s: number) {
      const next = following(scale, time_s);
      if (next !== scale) look(next);
      else place();
    },
    show: (span: Span) => look(showing(scale, span)),
    zoom: (factor: number, at_s: number) => look(zoomed(scale, factor, at_s)),
    /** To a span, and back to what was seen before. */
    toggleZoom(span: Span) {
      const close = around(scale, span);
      const isClose =
        Math.abs(close.from_s - scale.from_s) < 1e-3 && Math.abs(close.span_s - scale.span_s) < 1e-3;
      if (isClose && before) look(fitted(scale, before.from_s, before.span_s));
      else {
        before = scale;
        look(close);
      }
    },
    toggleSpectrogram(isShown = !spectrogram.isShown) {
      spectrogram.show(isShown);
      return isShown;
    },
    /** For how close the edges of speech pull, s. */
    get reach_s() {
      return 8 / pxPerSecond(scale);
    },
  };
}
