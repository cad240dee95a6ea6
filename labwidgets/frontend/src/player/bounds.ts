import type { Span } from "../core/parts";
import { clampSpan } from "./spans";

/** Half a frame: the clock is read once a frame, so a stop comes this much early or late. */
const STOP_S = 0.008;

/** Where playing begins, and where it stops or goes round. */
export class Bounds {
  /** Of the clip. */
  duration_s = 0;
  looped: Span | null = null;
  /** The end of the span that was asked for; null: the clip's own. */
  stopAt_s: number | null = null;

  /** Another clip: nothing of the one before holds. */
  reset(duration_s: number): void {
    this.duration_s = duration_s;
    this.looped = null;
    this.stopAt_s = null;
  }

  setLoop(span: Span | null): void {
    this.looped = span && clampSpan(span, this.duration_s);
    this.stopAt_s = null;
  }

  /** Sets the stop for a play from here, and says what it spans: from within the loop, never from the end. */
  begin(from_s: number, to_s: number | undefined): Span {
    let begin_s = from_s;
    const { looped, duration_s } = this;
    if (looped && (begin_s < looped[0] || begin_s >= looped[1] - STOP_S)) begin_s = looped[0];
    if (begin_s >= duration_s - STOP_S) begin_s = 0;
    const span = clampSpan([begin_s, to_s ?? duration_s], duration_s);
    this.stopAt_s = to_s === undefined ? null : span[1];
    return span;
  }

  /** The end that the playhead has come to. The clip's own is told by the element, which cuts nothing off. */
  reached(time_s: number): number | null {
    const end_s = this.looped ? this.looped[1] : this.stopAt_s;
    const isHere = end_s !== null && end_s < this.duration_s && time_s >= end_s - STOP_S;
    return isHere ? end_s : null;
  }
}
