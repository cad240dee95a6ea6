import type { CheckTakeReply } from "../core/protocol_takes";
import { themeColours } from "../player/theme";

/** Draws a take, what is quiet at its ends paler; empty where there is none. */
export function drawTake(
  canvas: HTMLCanvasElement,
  peaks: Int8Array | null,
  found: CheckTakeReply | null,
): void {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return;
  const { waveColor, progressColor } = themeColours(canvas.parentElement ?? canvas);
  const middle = height / 2;
  context.fillStyle = waveColor;
  context.fillRect(0, middle, width, 1);
  if (!peaks || !found || found.duration_s <= 0) return;
  const n_bins = peaks.length / 2;
  for (let x = 0; x < width; x += 1) {
    const bin = Math.min(n_bins - 1, Math.floor((x * n_bins) / width));
    const low = (peaks[2 * bin] ?? 0) / 127;
    const high = (peaks[2 * bin + 1] ?? 0) / 127;
    const at_s = (x / width) * found.duration_s;
    const isSpeech = at_s >= found.lead_s && at_s <= found.duration_s - found.tail_s;
    context.fillStyle = isSpeech ? progressColor : waveColor;
    const top = middle - high * middle;
    context.fillRect(x, top, 1, Math.max(1, (high - low) * middle));
  }
}
