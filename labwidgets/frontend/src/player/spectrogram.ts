import type { Span } from "../core/parts";
import type { ClipPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { createDrag } from "./drag";
import { heightOf, marksOf } from "./mel";
import { Pictures } from "./pictures";
import { onThemeChange } from "./theme";

/** What of the clip is in sight, as the waveform has it. */
export interface ClipView {
  scroll_px: number;
  px_per_s: number;
  width_px: number;
}

export interface SpectrogramEvents {
  onSeek(time_s: number): void;
  onSelect(span: Span | null): void;
}

export type SpectrogramPane = ReturnType<typeof createSpectrogram>;

const SLOW_MS = 400;

/** Frequencies over time under the waveform, with its zoom, scroll and playhead. Nothing is fetched while hidden. */
export function createSpectrogram(
  scope: Scope,
  doc: Document,
  transport: Transport,
  events: SpectrogramEvents,
) {
  const canvas = doc.createElement("canvas");
  canvas.className = "lw-spectrogram-canvas";
  canvas.setAttribute("role", "img");
  const layer = (name: string) => {
    const made = doc.createElement("div");
    made.className = `lw-spectrogram-${name}`;
    return made;
  };
  const scale = layer("scale");
  const selection = layer("selection");
  const cursor = layer("cursor");
  const words = layer("words");
  scale.setAttribute("aria-hidden", "true");
  words.setAttribute("role", "status");
  const root = doc.createElement("div");
  root.className = "lw-spectrogram";
  root.hidden = true;
  root.append(canvas, selection, cursor, scale, words);

  let clip: ClipPayload | null = null;
  let view: ClipView = { scroll_px: 0, px_per_s: 0, width_px: 0 };
  let time_s = 0;
  let selected: Span | null = null;
  let shownMax_hz = 0;
  let slow = () => {};

  const pictures = new Pictures(scope, transport, () => draw());
  const visible = (): Span => {
    const from_s = view.scroll_px / view.px_per_s;
    return [from_s, from_s + view.width_px / view.px_per_s];
  };

  const drawScale = () => {
    const { max_hz, n_bands } = pictures;
    if (max_hz === shownMax_hz) return;
    shownMax_hz = max_hz;
    canvas.setAttribute("aria-label", `Spectrogram, 0 to ${max_hz / 1000} kHz`);
    scale.replaceChildren(
      ...marksOf(max_hz).map(({ frequency_hz, label }) => {
        const mark = doc.createElement("span");
        mark.textContent = label;
        mark.style.bottom = `${100 * heightOf(frequency_hz, max_hz, n_bands)}%`;
        return mark;
      }),
    );
  };
  const tell = () => {
    slow();
    words.textContent = pictures.trouble
      ? `The spectrogram could not be drawn. ${pictures.trouble} Hide and show it to try again.`
      : "";
    if (pictures.trouble || !pictures.isWaiting) return;
    slow = scope.timeout(() => {
      words.textContent = "Drawing the spectrogram …";
    }, SLOW_MS);
  };
  const place = () => {
    const x = (at_s: number) => at_s * view.px_per_s - view.scroll_px;
    cursor.style.transform = `translateX(${x(time_s)}px)`;
    selection.hidden = selected === null;
    if (!selected) return;
    selection.style.left = `${x(selected[0])}px`;
    selection.style.width = `${x(selected[1]) - x(selected[0])}px`;
  };
  const draw = () => {
    if (root.hidden || !clip || !(view.px_per_s > 0)) return;
    const ratio = doc.defaultView?.devicePixelRatio ?? 1;
    const width = Math.round(view.width_px * ratio);
    const height = Math.round(root.clientHeight * ratio);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, width, height);
    for (const { start_s, end_s, picture } of pictures.inSight(...visible())) {
      const left = (start_s * view.px_per_s - view.scroll_px) * ratio;
      const right = (end_s * view.px_per_s - view.scroll_px) * ratio;
      context.drawImage(picture, left, 0, right - left, height);
    }
    drawScale();
    place();
    tell();
  };
  const refresh = () => {
    if (root.hidden || !clip || !(view.px_per_s > 0)) return;
    pictures.want(clip, visible(), view.px_per_s);
    draw();
  };

  createDrag(scope, root, {
    timeAt: (ratio) => (view.scroll_px + ratio * view.width_px) / (view.px_per_s || 1),
    onClick: events.onSeek,
    onDrag(span) {
      selected = span;
      place();
    },
    onSelect: events.onSelect,
  });
  onThemeChange(scope, doc, () => {
    pictures.recolour();
    draw();
  });

  return {
    root,
    load(next: ClipPayload) {
      clip = next;
      selected = null;
      pictures.forgetTrouble();
    },
    setView(next: ClipView) {
      view = next;
      refresh();
    },
    setTime(next_s: number) {
      time_s = next_s;
      if (!root.hidden) place();
    },
    setSelection(span: Span | null) {
      selected = span;
      if (!root.hidden) place();
    },
    /** Says whether it is shown now. */
    show(isShown: boolean) {
      root.hidden = !isShown;
      if (!isShown) pictures.want(null, [0, 0], 0);
      pictures.forgetTrouble();
      refresh();
    },
    get isShown() {
      return !root.hidden;
    },
  };
}
