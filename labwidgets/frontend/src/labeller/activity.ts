/** A pause longer than this is not work. */
const IDLE_MS = 30_000;

/** Adds up the time in which somebody works: between signs of activity, long pauses and a hidden page left out. */
export class ActivityMeter {
  private last_ms: number | null = null;
  private sum_ms = 0;
  private all_ms = 0;

  /** A key, a pointer, or sound that plays. */
  note(now_ms: number): void {
    if (this.last_ms !== null) {
      const gap_ms = now_ms - this.last_ms;
      if (gap_ms > 0 && gap_ms <= IDLE_MS) {
        this.sum_ms += gap_ms;
        this.all_ms += gap_ms;
      }
    }
    this.last_ms = now_ms;
  }

  /** The page went out of sight. */
  hide(now_ms: number): void {
    if (this.last_ms !== null) this.note(now_ms);
    this.last_ms = null;
  }

  get active_ms(): number {
    return Math.round(this.sum_ms);
  }

  /** Of all segments together. */
  get total_ms(): number {
    return this.all_ms;
  }

  /** What was added up since the last `take`. */
  take(): number {
    const taken_ms = this.active_ms;
    this.sum_ms = 0;
    return taken_ms;
  }
}

/** How long the work takes beside the sound, over the segments done so far. */
export class Pace {
  private n_done = 0;
  private active_ms = 0;
  private sound_s = 0;

  add(active_ms: number, sound_s: number): void {
    this.n_done += 1;
    this.active_ms += active_ms;
    this.sound_s += sound_s;
  }

  /** Minutes of work for a minute of sound; null until three segments say something. */
  get factor(): number | null {
    if (this.n_done < 3 || this.sound_s <= 0 || this.active_ms <= 0) return null;
    return this.active_ms / 1_000 / this.sound_s;
  }
}
