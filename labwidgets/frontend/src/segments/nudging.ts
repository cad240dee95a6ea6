import type { Span } from "../core/parts";
import type { Scope } from "../core/scope";
import { formatTime } from "../player/ruler";
import type { Editing } from "./editing";
import { dragged, type Hold } from "./pointing";
import { LEAST_S, type Region } from "./regions";

const STEP_S = 0.02;
/** After the last stroke of a key the edge is let go of, and heard. */
const LET_GO_MS = 450;

export interface NudgingParts {
  editing: Editing;
  duration_s: number;
  onHold: (hold: Hold) => void;
  /** The segment as it would be if it were let go now; null: as it is. */
  onPreview: (region: Region | null) => void;
  playAround: (time_s: number) => void;
  say: (text: string) => void;
}

/** One edge of the segment, or all of it, in hand: moved by keys, heard at once, one step of undo. */
export class Nudging {
  hold: Hold = "end";
  private moving: { region: Region; span: Span } | null = null;
  private cancel = () => {};

  constructor(
    private readonly scope: Scope,
    private readonly parts: NudgingParts,
  ) {}

  take(hold: Hold): void {
    const { editing, onHold, playAround, say } = this.parts;
    const region = editing.active;
    this.hold = hold;
    onHold(hold);
    if (!region || hold === "both") {
      say(region ? "The whole segment is in hand." : "No segment is open.");
      return;
    }
    const edge_s = hold === "start" ? region.start_s : region.end_s;
    playAround(edge_s);
    say(`The ${hold} is in hand: ${formatTime(edge_s, 2)}.`);
  }

  nudge(steps: number): void {
    this.moveBy(STEP_S * steps);
  }

  /** The edge in hand, or the start of all of it, goes to a time. */
  to(time_s: number): void {
    const region = this.parts.editing.active;
    if (!region) return;
    this.moveBy(time_s - (this.hold === "end" ? region.end_s : region.start_s));
    this.letGo();
  }

  /** Makes what was moved so far a step of its own. */
  letGo(): void {
    const { moving } = this;
    this.cancel();
    if (!moving) return;
    this.moving = null;
    this.parts.onPreview(null);
    if (!this.parts.editing.retime(moving.region, moving.span)) return;
    const [start_s, end_s] = moving.span;
    const edge_s = this.hold === "end" ? end_s : start_s;
    this.parts.playAround(edge_s);
    this.parts.say(`${this.hold === "end" ? "End" : "Start"} at ${formatTime(edge_s, 2)}.`);
  }

  private moveBy(by_s: number): void {
    const region = this.parts.editing.active;
    if (!region) return;
    const span =
      this.moving?.region.segment === region.segment
        ? this.moving.span
        : ([region.start_s, region.end_s] as Span);
    const next = dragged(span, this.hold, by_s, this.parts.duration_s, LEAST_S);
    this.moving = { region, span: next };
    this.parts.onPreview({ ...region, start_s: next[0], end_s: next[1] });
    this.cancel();
    this.cancel = this.scope.timeout(() => this.letGo(), LET_GO_MS);
  }
}
