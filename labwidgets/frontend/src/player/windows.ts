import type { ClipPayload } from "../core/protocol";

/** Windows asked for beyond the one that sounds. */
const N_AHEAD = 2;
/** This near to the end of a window, the one behind it is as urgent. */
const NEAR_S = 3;

/** What is known of where a clip will sound. */
export interface Playhead {
  time_s: number;
  isPlaying: boolean;
  loopStart_s: number | null;
  /** Where a jump is likely to lead: the starts of the segments to come. */
  next_s: readonly number[];
}

export const AT_START: Playhead = { time_s: 0, isPlaying: false, loopStart_s: null, next_s: [] };

export interface WindowPlan {
  index: number;
  /**
   * `now`: sound waits for it. `soon`: it comes when nothing urgent does. `later`: not asked for, but not given up
   * where it is on its way.
   */
  when: "now" | "soon" | "later";
}

export function windowCount({ duration_s, window_s }: ClipPayload): number {
  if (!(duration_s > 0) || !(window_s > 0)) return 0;
  return Math.max(1, Math.ceil(duration_s / window_s - 1e-6));
}

export function windowAt(clip: ClipPayload, time_s: number): number {
  const last = windowCount(clip) - 1;
  return Math.max(0, Math.min(last, Math.floor(time_s / clip.window_s + 1e-6)));
}

/**
 * Windows to have around a playhead, most urgent first: the one that sounds, the next one, a loop's start, where
 * the next segments begin, one more ahead. What stands still gets only what it needs to begin.
 */
export function planWindows(clip: ClipPayload, playhead: Playhead): WindowPlan[] {
  const n_windows = windowCount(clip);
  if (n_windows === 0) return [];
  const { time_s, isPlaying, loopStart_s, next_s } = playhead;
  const first = windowAt(clip, time_s);
  const isNear = (first + 1) * clip.window_s - time_s < NEAR_S;
  const ahead = isPlaying ? "soon" : "later";
  const plan = new Map<number, WindowPlan["when"]>();
  const add = (index: number, when: WindowPlan["when"]) => {
    if (index < n_windows && !plan.has(index)) plan.set(index, when);
  };
  add(first, "now");
  if (isNear) add(first + 1, isPlaying ? "now" : "soon");
  else if (isPlaying) add(first + 1, "soon");
  if (loopStart_s !== null) add(windowAt(clip, loopStart_s), "soon");
  for (const start_s of next_s) add(windowAt(clip, start_s), "soon");
  for (let index = first + 1; index <= first + N_AHEAD; index += 1) add(index, ahead);
  return [...plan].map(([index, when]) => ({ index, when }));
}

/** Windows that overlap a span. */
export function windowsOf(clip: ClipPayload, start_s: number, end_s: number): number[] {
  const first = windowAt(clip, start_s);
  const last = windowAt(clip, Math.max(start_s, end_s - 1e-4));
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}
