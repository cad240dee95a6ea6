import WaveSurfer from "wavesurfer.js";
import type { Span } from "../core/parts";
import type { Scope } from "../core/scope";
import { createDrag } from "./drag";
import { columnAt, gainOf, type PeakChannels, toChannels } from "./peaks";
import { formatTime, ticksBetween } from "./ruler";
import { gapsBetween } from "./spans";
import type { ClipView } from "./spectrogram";
import { onThemeChange, themeColours } from "./theme";

const HEIGHT_PX = 72;
/** 40 ms over the width of a hand: more says nothing about speech. */
const MOST_PX_PER_S = 2000;
const THEME_SETTLES_MS = 300;

export interface WaveformEvents {
  onSeek(time_s: number): void;
  onSelect(span: Span | null): void;
  /** Zoomed in so far that the waveform could show this many bins. */
  onDetail(n_bins: number): void;
  /** Zoom, scroll or width changed, or another clip came. */
  onView(view: ClipView): void;
}

export type Waveform = ReturnType<typeof createWaveform>;

/** Draws with wavesurfer, which here neither plays nor fetches: its media element stays empty. */
export function createWaveform(scope: Scope, doc: Document, events: WaveformEvents) {
  const root = element(doc, "lw-wave");
  const canvas = element(doc, "lw-wave-canvas");
  const ruler = element(doc, "lw-wave-ruler");
  ruler.setAttribute("aria-hidden", "true");
  root.append(canvas, ruler);

  let gain = 1;
  let duration_s = 0;
  let pxPerSecond = 0;
  let channels: PeakChannels = toChannels(null);
  let colours = themeColours(root);

  const surfer = WaveSurfer.create({
    container: canvas,
    media: doc.createElement("audio"),
    height: HEIGHT_PX,
    interact: false,
    cursorWidth: 2,
    autoScroll: true,
    autoCenter: true,
    ...colours,
    renderFunction: (data, context) => drawColumns(data as PeakChannels, context, gain),
  });
  scope.add(() => surfer.destroy());
  const wrapper = surfer.getWrapper();
  const unheard = overlay(doc, wrapper);
  const selection = overlay(doc, wrapper);

  const drawRuler = () => {
    const width = surfer.getWidth();
    const whole = wrapper.clientWidth;
    if (!duration_s || !whole) return ruler.replaceChildren();
    const scale = whole / duration_s;
    const scroll = surfer.getScroll();
    events.onView({ scroll_px: scroll, px_per_s: scale, width_px: width });
    const ticks = ticksBetween(
      Math.max(0, scroll / scale),
      Math.min(duration_s, (scroll + width) / scale),
      scale,
    );
    ruler.replaceChildren(
      ...ticks.map(({ time_s, label }) => {
        const tick = element(doc, "lw-wave-tick", "span");
        tick.textContent = label;
        tick.style.left = `${time_s * scale - scroll}px`;
        return tick;
      }),
    );
  };
  surfer.on("scroll", drawRuler);
  surfer.on("redraw", drawRuler);

  const place = (box: HTMLElement, [start_s, end_s]: Span) => {
    box.style.left = `${(100 * start_s) / duration_s}%`;
    box.style.width = `${(100 * (end_s - start_s)) / duration_s}%`;
  };
  const show = (layer: HTMLElement, spans: Span[], css: string) => {
    const boxes = spans.map((span, at) => {
      const box = (layer.children[at] as HTMLElement | undefined) ?? element(doc, "");
      box.style.cssText = `position:absolute;top:0;bottom:0;${css}`;
      place(box, span);
      return box;
    });
    layer.replaceChildren(...boxes);
  };

  let shownGaps = "";
  const setHeard = (heard: Span[]) => {
    const gaps = duration_s > 0 ? gapsBetween(heard, duration_s) : [];
    const text = gaps.map(([start_s, end_s]) => `${start_s.toFixed(2)}-${end_s.toFixed(2)}`).join();
    if (text === shownGaps) return;
    shownGaps = text;
    show(unheard, gaps, HATCHED);
  };
  const setSelection = (span: Span | null, isLoop = false) =>
    show(selection, span && duration_s > 0 ? [span] : [], isLoop ? LOOPED : SELECTED);

  createDrag(scope, wrapper, {
    timeAt: (ratio) => ratio * duration_s,
    onClick: (time_s) => duration_s > 0 && events.onSeek(time_s),
    onDrag: (span) => setSelection(span),
    onSelect: events.onSelect,
  });

  const draw = (peaks: Int8Array | null) => {
    channels = toChannels(peaks);
    gain = gainOf(channels);
    // An empty address, with peaks given: nothing is fetched.
    void surfer.load("", channels, duration_s || 1);
  };

  const recolour = () => {
    const next = themeColours(root);
    if (JSON.stringify(next) === JSON.stringify(colours)) return;
    colours = next;
    surfer.setOptions(colours);
  };
  // What was drawn while it had no width, outside the page or between two themes, shows nothing.
  const isBlank = () => !wrapper.querySelector("canvas")?.width;
  let wasShown = false;
  const refresh = () => {
    const isShown = canvas.clientWidth > 0;
    // Outside the page, no theme reaches an element.
    if (isShown && !wasShown) recolour();
    if (isShown && isBlank()) surfer.setOptions({});
    wasShown = isShown;
    drawRuler();
  };
  scope.onResize(canvas, refresh);
  let settle = () => {};
  onThemeChange(scope, doc, () => {
    recolour();
    // A theme's styles arrive some time after its name, and the page has no layout in between.
    wasShown = false;
    settle();
    settle = scope.timeout(refresh, THEME_SETTLES_MS);
  });

  return {
    root,
    setHeard,
    setSelection,
    /** Something more between the waveform and its times. */
    addPane: (pane: HTMLElement) => ruler.before(pane),
    /** A new clip, whole in view. */
    load(peaks: Int8Array | null, clipDuration_s: number) {
      duration_s = clipDuration_s;
      pxPerSecond = 0;
      shownGaps = "";
      surfer.options.minPxPerSec = 0;
      surfer.setScroll(0);
      draw(peaks);
      setSelection(null);
      setHeard([]);
    },
    /** The same clip in more detail. */
    refine: draw,
    setTime(time_s: number, isPlaying: boolean) {
      if (duration_s > 0) surfer.getRenderer().renderProgress(Math.min(1, time_s / duration_s), isPlaying);
    },
    zoom(factor: number, time_s: number) {
      if (!(duration_s > 0)) return;
      const fit = surfer.getWidth() / duration_s;
      const next = Math.min(Math.max(MOST_PX_PER_S, fit), Math.max(fit, Math.max(pxPerSecond, fit) * factor));
      pxPerSecond = next <= fit * 1.01 ? 0 : next;
      surfer.zoom(pxPerSecond);
      const scale = Math.max(fit, pxPerSecond);
      surfer.setScroll(time_s * scale - surfer.getWidth() / 2);
      drawRuler();
      const n_bins = Math.ceil(duration_s * scale);
      if (n_bins > 1.5 * channels[0].length) events.onDetail(n_bins);
    },
    describe: (time_s: number) => `${formatTime(time_s)} of ${formatTime(duration_s)}`,
  };
}

const HATCHED =
  "background:repeating-linear-gradient(-45deg,var(--lw-muted,var(--jp-ui-font-color2,#666)) 0 1px,transparent 1px 7px);opacity:.2;pointer-events:none";
const SELECTED =
  "background:var(--lw-accent,var(--jp-brand-color1,#1976d2));opacity:.18;pointer-events:none;border-radius:2px";
const LOOPED = `${SELECTED};opacity:.26;box-shadow:inset 2px 0 currentColor,inset -2px 0 currentColor`;

function drawColumns(channels: PeakChannels, context: CanvasRenderingContext2D, gain: number): void {
  const { width, height } = context.canvas;
  const middle = height / 2;
  for (let x = 0; x < width; x += 1) {
    const [high, low] = columnAt(channels, x, width);
    const top = middle - high * gain * (middle - 1);
    const bottom = middle - low * gain * (middle - 1);
    context.fillRect(x, top - 0.5, 1, Math.max(1, bottom - top));
  }
}

function element(doc: Document, className: string, name: "div" | "span" = "div"): HTMLElement {
  const made = doc.createElement(name);
  if (className) made.className = className;
  return made;
}

/** Lies in wavesurfer's shadow tree, so it scrolls and zooms along; page styles do not reach it. */
function overlay(doc: Document, wrapper: HTMLElement): HTMLElement {
  const layer = element(doc, "");
  layer.style.cssText = "position:absolute;inset:0;pointer-events:none;z-index:3";
  wrapper.append(layer);
  return layer;
}
