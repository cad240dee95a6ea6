/** What of a recording is in sight, and how its time lies over the pixels. Pure. */
import type { Span } from "../core/parts";

export interface Scale {
  readonly duration_s: number;
  readonly width_px: number;
  readonly from_s: number;
  readonly span_s: number;
}

/** Closer than this shows nothing more of speech. */
const LEAST_SPAN_S = 0.25;
/** Where in sight the playhead lands when it runs out of it. */
const LANDING = 0.08;
const RUNS_OUT = 0.94;

export function wholeScale(duration_s: number, width_px: number): Scale {
  return { duration_s, width_px, from_s: 0, span_s: Math.max(LEAST_SPAN_S, duration_s) };
}

export function fitted(scale: Scale, from_s: number, span_s: number): Scale {
  const { duration_s } = scale;
  const span = Math.min(
    Math.max(span_s, Math.min(LEAST_SPAN_S, duration_s)),
    Math.max(duration_s, LEAST_SPAN_S),
  );
  const from = Math.min(Math.max(0, from_s), Math.max(0, duration_s - span));
  return { ...scale, from_s: from, span_s: span };
}

export const pxPerSecond = ({ width_px, span_s }: Scale) => width_px / span_s;
export const xOf = (scale: Scale, time_s: number) => (time_s - scale.from_s) * pxPerSecond(scale);
export const timeAt = (scale: Scale, x_px: number) =>
  Math.min(scale.duration_s, Math.max(0, scale.from_s + x_px / pxPerSecond(scale)));
export const inSight = ({ from_s, span_s }: Scale): Span => [from_s, from_s + span_s];

/** `factor` > 1 comes closer; the time at `anchor_s` stays where it is. */
export function zoomed(scale: Scale, factor: number, anchor_s: number): Scale {
  const share = Math.min(1, Math.max(0, (anchor_s - scale.from_s) / scale.span_s));
  const span_s = Math.min(scale.duration_s, Math.max(LEAST_SPAN_S, scale.span_s / factor));
  return fitted(scale, anchor_s - share * span_s, span_s);
}

/** The same closeness with a span in sight; nothing moves where it is in sight already. */
export function showing(scale: Scale, [start_s, end_s]: Span): Scale {
  const [from_s, to_s] = inSight(scale);
  const room_s = 0.1 * scale.span_s;
  if (start_s >= from_s && end_s <= to_s) return scale;
  if (end_s - start_s > scale.span_s - 2 * room_s) return fitted(scale, start_s - room_s, scale.span_s);
  if (start_s < from_s) return fitted(scale, start_s - 2 * room_s, scale.span_s);
  return fitted(scale, end_s + 4 * room_s - scale.span_s, scale.span_s);
}

/** A span with some room around it. */
export function around(scale: Scale, [start_s, end_s]: Span): Scale {
  const room_s = Math.max(0.4, 0.25 * (end_s - start_s));
  return fitted(scale, start_s - room_s, end_s - start_s + 2 * room_s);
}

/** Turns the page when the playhead runs out of sight; in between nothing moves under the eye. */
export function following(scale: Scale, time_s: number): Scale {
  const share = (time_s - scale.from_s) / scale.span_s;
  if (share >= 0 && share <= RUNS_OUT) return scale;
  if (share > RUNS_OUT && scale.from_s + scale.span_s >= scale.duration_s - 1e-6 && share <= 1) return scale;
  return fitted(scale, time_s - LANDING * scale.span_s, scale.span_s);
}
