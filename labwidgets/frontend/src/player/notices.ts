import type { Emitter } from "../core/emitter";
import type { PlayerEvents } from "../core/parts";
import type { Scope } from "../core/scope";
import { onNextGesture } from "./gesture";

/** Says in words why there is no sound, and waits for the key or click that lets it start. */
export class Notices {
  private forget = () => {};

  constructor(
    private readonly scope: Scope,
    private readonly doc: Document,
    private readonly events: Emitter<PlayerEvents>,
  ) {}

  clear(): void {
    this.events.emit("notice", null);
  }

  notFetched(reason: string): void {
    this.events.emit("notice", `The sound did not come. ${reason} Play again to try once more.`);
  }

  notPlayable(error: MediaError): void {
    const reason = error.message || "decoding failed";
    this.events.emit("notice", `This browser cannot play the sound (${reason}).`);
  }

  /** Browsers let a page make sound only after somebody touched it. */
  untilGesture(run: () => void): void {
    this.events.emit("notice", "Press Tab to play");
    this.forget = onNextGesture(this.scope, this.doc, () => {
      this.clear();
      run();
    });
  }

  forgetGesture(): void {
    this.forget();
  }
}
