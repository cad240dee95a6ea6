import type { ClipPayload } from "../core/protocol";

/** Windows asked for beyond the one that sounds. */
const N_AHEAD = 2;

export function windowCount({ duration_s, window_s }: ClipPayload): number {
  if (!(duration_s > 0) || !(window_s > 0)) return 0;
  return Math.max(1, Math.ceil(duration_s / window_s - 1e-6));
}

export function windowAt(clip: ClipPayload, time_s: number): number {
  const last = windowCount(clip) - 1;
  return Math.max(0, Math.min(last, Math.floor(time_s / clip.window_s + 1e-6)));
}

/** Windows to have around a playhead, most urgent first: the one that sounds, the next ones; a loop's start. */
export function windowsWanted(
  clip: ClipPayload,
  time_s: number,
  loopStart_s: number | null = null,
): number[] {
  const n_windows = windowCount(clip);
  if (n_windows === 0) return [];
  const first = windowAt(clip, time_s);
  const wanted = new Set<number>();
  for (let index = first; index <= Math.min(first + N_AHEAD, n_windows - 1); index += 1) wanted.add(index);
  if (loopStart_s !== null) wanted.add(windowAt(clip, loopStart_s));
  return [...wanted];
}

/** Windows that overlap a span. */
export function windowsOf(clip: ClipPayload, start_s: number, end_s: number): number[] {
  const first = windowAt(clip, start_s);
  const last = windowAt(clip, Math.max(start_s, end_s - 1e-4));
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}
