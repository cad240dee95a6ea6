import { recall, remember } from "./memory";

const LINE = Symbol.for("labwidgets.line");
const NAME = "bytes_per_s";
/** Under this a window of FLAC (about 200 kB for 10 s) keeps the labeller waiting for a second. */
export const SLOW_BYTES_PER_S = 200_000;
/** Back to FLAC only well above it, so that the choice does not swing. */
export const FAST_BYTES_PER_S = 300_000;
/** Old measurements weigh half after each new reply. */
const FADE = 0.5;
/** A small reply says little about a line: its time is mostly the way there and back. */
const LEAST_BYTES = 8_000;
/** The shortest of so many answers is the way there and back, more or less. */
const LEAST_ANSWERS = 3;
/** What an earlier page saw counts as a short look: the line may be another one by now. */
const REMEMBERED_MS = 250;

export interface LineMemory {
  recall(): number | null;
  remember(bytesPerSecond: number): void;
}

/** How fast bytes come from the kernel, by all that this page asked for; before that, what an earlier page saw. */
export class Line {
  private n_bytes = 0;
  private busy_ms = 0;
  private n_inFlight = 0;
  private busySince_ms = 0;
  private isFresh = false;
  private n_answers = 0;
  private trip_ms = Number.POSITIVE_INFINITY;

  constructor(private readonly memory: LineMemory | null = null) {
    const known = memory?.recall() ?? null;
    if (known === null) return;
    this.busy_ms = REMEMBERED_MS;
    this.n_bytes = (Math.min(known, 2 * FAST_BYTES_PER_S) * REMEMBERED_MS) / 1000;
  }

  /** Null while nothing is known. */
  get bytesPerSecond(): number | null {
    return this.busy_ms > 0 ? (1000 * this.n_bytes) / this.busy_ms : null;
  }

  get isSlow(): boolean {
    return (this.bytesPerSecond ?? 0) < SLOW_BYTES_PER_S;
  }

  /** Any request was answered after so long. */
  answered(elapsed_ms: number): void {
    this.n_answers += 1;
    this.trip_ms = Math.min(this.trip_ms, elapsed_ms);
  }

  /** A request whose answer is large was sent. */
  started(now_ms: number): void {
    this.isFresh = this.n_inFlight === 0;
    if (this.isFresh) this.busySince_ms = now_ms;
    this.n_inFlight += 1;
  }

  /** `n_bytes` = 0 for a request that failed or was given up. */
  finished(n_bytes: number, now_ms: number): void {
    const elapsed_ms = now_ms - this.busySince_ms;
    const { isFresh } = this;
    this.busySince_ms = now_ms;
    this.isFresh = false;
    this.n_inFlight = Math.max(0, this.n_inFlight - 1);
    if (n_bytes < LEAST_BYTES) return;
    const trip_ms = isFresh && this.n_answers >= LEAST_ANSWERS ? Math.min(this.trip_ms, elapsed_ms / 2) : 0;
    this.n_bytes = FADE * this.n_bytes + n_bytes;
    this.busy_ms = FADE * this.busy_ms + Math.max(1, elapsed_ms - trip_ms);
    this.memory?.remember((1000 * this.n_bytes) / this.busy_ms);
  }
}

/** One for the page, whatever bundle asks. */
export function pageLine(): Line {
  const page = globalThis as { [LINE]?: Line };
  page[LINE] ??= new Line({
    recall() {
      const known = Number(recall(NAME) ?? "");
      return known > 0 ? known : null;
    },
    remember: (bytesPerSecond) => remember(NAME, String(Math.round(bytesPerSecond))),
  });
  return page[LINE];
}
