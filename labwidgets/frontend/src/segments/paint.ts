/** Draws what is in sight of a recording. Knows no events. */
import type { Span } from "../core/parts";
import { ticksBetween } from "../player/ruler";
import type { Lane } from "./lanes";
import type { Palette } from "./palette";
import type { Hold } from "./pointing";
import type { Region } from "./regions";
import { inSight, pxPerSecond, type Scale, xOf } from "./scale";
import { type Bins, extremes } from "./wave_tiles";

export const RULER_PX = 18;
export const WAVE_PX = 84;
export const LANES_TOP_PX = RULER_PX + WAVE_PX + 4;
const SPEECH_PX = 3;
const TAG_FONT_PX = 11;
const NARROW_PX = 6;

export interface Picture {
  scale: Scale;
  height_px: number;
  bins: readonly Bins[];
  gain: number;
  regions: readonly Region[];
  active: string | null;
  hold: Hold;
  speech: readonly Span[];
  lanes: readonly Lane[];
  selection: Span | null;
  /** What stands in a segment now. */
  textOf: (region: Region) => string;
  palette: Palette;
}

type Context = CanvasRenderingContext2D;

export function paint(context: Context, picture: Picture): void {
  const { scale, height_px, palette } = picture;
  context.clearRect(0, 0, scale.width_px, height_px);
  context.textBaseline = "middle";
  drawRuler(context, picture);
  for (const region of picture.regions) drawGround(context, picture, region);
  drawSelection(context, picture);
  drawWave(context, picture);
  drawSpeech(context, picture);
  drawLanes(context, picture);
  const active = picture.regions.find(({ segment }) => segment === picture.active);
  if (active) drawHandles(context, picture, active);
  context.fillStyle = palette.line;
  context.fillRect(0, RULER_PX - 1, scale.width_px, 1);
}

function colourOf({ lanes, palette }: Picture, { speaker }: Region): string {
  const colour = lanes.find(({ name }) => name === speaker)?.colour ?? null;
  return colour === null ? palette.muted : (palette.speakers[colour] ?? palette.muted);
}

/** Left edge and width on the page, cut to what is in sight. */
function place(scale: Scale, start_s: number, end_s: number): [x: number, width: number] {
  const left = Math.max(-2, xOf(scale, start_s));
  const right = Math.min(scale.width_px + 2, xOf(scale, end_s));
  return [left, Math.max(1, right - left)];
}

function drawRuler(context: Context, { scale, palette }: Picture): void {
  context.font = `${TAG_FONT_PX}px ${palette.font}`;
  for (const { time_s, label } of ticksBetween(...inSight(scale), pxPerSecond(scale))) {
    const x = Math.round(xOf(scale, time_s));
    context.fillStyle = palette.line;
    context.fillRect(x, 3, 1, RULER_PX - 3);
    context.fillStyle = palette.muted;
    context.fillText(label, x + 4, RULER_PX / 2);
  }
}

function drawGround(context: Context, picture: Picture, region: Region): void {
  const { scale, active } = picture;
  const [x, width] = place(scale, region.start_s, region.end_s);
  const isActive = region.segment === active;
  context.fillStyle = colourOf(picture, region);
  context.globalAlpha = isActive ? 0.24 : 0.11;
  context.fillRect(x, RULER_PX, width, WAVE_PX);
  // Between narrow ones edges would be all there is to see.
  context.globalAlpha = width < NARROW_PX ? 0 : 0.55;
  context.fillRect(x, RULER_PX, 1, WAVE_PX);
  context.fillRect(x + width - 1, RULER_PX, 1, WAVE_PX);
  context.globalAlpha = 1;
  // What is done has a solid roof, what is open a thin one.
  context.fillRect(x, RULER_PX, width, region.state === "open" ? 1 : 3);
}

function drawSelection(context: Context, { scale, selection, palette }: Picture): void {
  if (!selection) return;
  const [x, width] = place(scale, ...selection);
  context.fillStyle = palette.accent;
  context.globalAlpha = 0.16;
  context.fillRect(x, RULER_PX, width, WAVE_PX);
  context.globalAlpha = 1;
  context.fillRect(x, RULER_PX, 1, WAVE_PX);
  context.fillRect(x + width - 1, RULER_PX, 1, WAVE_PX);
}

function drawWave(context: Context, { scale, bins, gain, palette }: Picture): void {
  const middle = RULER_PX + WAVE_PX / 2;
  const half = (WAVE_PX / 2 - 3) * (gain / 127);
  const step_s = 1 / pxPerSecond(scale);
  context.fillStyle = palette.muted;
  for (let x = 0; x < scale.width_px; x += 1) {
    const from_s = scale.from_s + x * step_s;
    if (from_s > scale.duration_s) break;
    let found: [number, number] | null = null;
    for (let at = bins.length - 1; at >= 0 && !found; at -= 1) {
      found = extremes(bins[at] as Bins, from_s, from_s + step_s);
    }
    const [low, high] = found ?? [0, 0];
    const top = middle - Math.min(high * half, WAVE_PX / 2 - 2);
    const bottom = middle - Math.max(low * half, 2 - WAVE_PX / 2);
    context.fillRect(x, top - 0.5, 1, Math.max(1, bottom - top));
  }
}

function drawSpeech(context: Context, { scale, speech, palette }: Picture): void {
  context.fillStyle = palette.muted;
  context.globalAlpha = 0.5;
  const [from_s, to_s] = inSight(scale);
  for (const [start_s, end_s] of speech) {
    if (end_s < from_s || start_s > to_s) continue;
    const [x, width] = place(scale, start_s, end_s);
    context.fillRect(x, RULER_PX + WAVE_PX, width, SPEECH_PX);
  }
  context.globalAlpha = 1;
}

function drawLanes(context: Context, picture: Picture): void {
  const { scale, lanes, regions, active, palette } = picture;
  for (const lane of lanes) {
    const top = LANES_TOP_PX + lane.top_px;
    context.fillStyle = palette.soft;
    context.fillRect(0, top, scale.width_px, lane.height_px - 2);
  }
  context.font = `${TAG_FONT_PX}px ${palette.font}`;
  for (const region of regions) {
    const lane = lanes.find(({ name }) => name === region.speaker);
    if (lane) drawBar(context, picture, region, lane, region.segment === active);
  }
  for (const lane of lanes) drawLabel(context, picture, lane);
}

function drawBar(context: Context, picture: Picture, region: Region, lane: Lane, isActive: boolean): void {
  const { scale, palette } = picture;
  const [x, width] = place(scale, region.start_s, region.end_s);
  const top = LANES_TOP_PX + lane.top_px;
  const height = lane.height_px - 2;
  const colour = colourOf(picture, region);
  context.fillStyle = colour;
  context.globalAlpha = isActive ? 0.45 : 0.26;
  context.fillRect(x, top, width, height);
  context.globalAlpha = 1;
  context.fillRect(x, top, 2, height);
  if (isActive) {
    context.strokeStyle = palette.accent;
    context.lineWidth = 2;
    context.strokeRect(x + 1, top + 1, width - 2, height - 2);
  }
  const text = width < 28 || height < 10 ? "" : picture.textOf(region);
  if (!text) return;
  context.save();
  context.beginPath();
  context.rect(x + 4, top, width - 7, height);
  context.clip();
  context.fillStyle = palette.text;
  context.fillText(text.slice(0, 300), Math.max(x + 6, 6), top + height / 2 + 0.5);
  context.restore();
}

function drawLabel(context: Context, { palette }: Picture, lane: Lane): void {
  const top = LANES_TOP_PX + lane.top_px;
  const height = lane.height_px - 2;
  const label = lane.label.length > 24 ? `${lane.label.slice(0, 23)}…` : lane.label;
  const width = context.measureText(label).width + 17;
  context.fillStyle = palette.ground;
  context.globalAlpha = 0.88;
  context.fillRect(0, top, width, height);
  context.globalAlpha = 1;
  context.fillStyle = lane.colour === null ? palette.muted : (palette.speakers[lane.colour] ?? palette.muted);
  context.fillRect(0, top, 6, height);
  context.fillStyle = palette.text;
  context.fillText(label, 11, top + height / 2 + 0.5);
}

function drawHandles(context: Context, picture: Picture, { start_s, end_s }: Region): void {
  const { scale, hold, palette } = picture;
  const middle = RULER_PX + WAVE_PX / 2;
  for (const [edge, time_s] of [["start", start_s] as const, ["end", end_s] as const]) {
    const x = xOf(scale, time_s);
    const isHeld = hold === edge || hold === "both";
    context.fillStyle = palette.accent;
    context.fillRect(x - 1, RULER_PX, 2, WAVE_PX);
    context.beginPath();
    context.roundRect(x - 4, middle - 11, 8, 22, 3);
    context.fillStyle = isHeld ? palette.accent : palette.ground;
    context.fill();
    context.strokeStyle = palette.accent;
    context.lineWidth = 1.5;
    context.stroke();
  }
}
