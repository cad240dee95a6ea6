import type { Emitter } from "../core/emitter";
import type { PlayerEvents } from "../core/parts";
import type { Scope } from "../core/scope";

const REFILL_MS = 500;

export interface ClockWork {
  /** On each frame while playing. */
  tick(): void;
  /** Now and then while playing. */
  refill(): void;
}

/** Whether sound plays or is waited for, and what runs while it does. */
export class Clock {
  private isPlaying = false;
  private isWaiting = false;
  private running: Scope;

  constructor(
    private readonly scope: Scope,
    private readonly events: Emitter<PlayerEvents>,
    private readonly work: ClockWork,
  ) {
    this.running = scope.child();
  }

  get playing(): boolean {
    return this.isPlaying;
  }

  get waiting(): boolean {
    return this.isWaiting;
  }

  setPlaying(next: boolean): void {
    if (this.isPlaying === next) return;
    this.isPlaying = next;
    this.running.dispose();
    this.running = this.scope.child();
    if (next) {
      this.running.frames(() => this.work.tick());
      this.running.interval(() => this.work.refill(), REFILL_MS);
    }
    this.events.emit("playing", next);
  }

  setWaiting(next: boolean): void {
    if (this.isWaiting === next) return;
    this.isWaiting = next;
    this.events.emit("waiting", next);
  }
}
