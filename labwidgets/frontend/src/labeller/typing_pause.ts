import type { Player } from "../core/parts";
import type { LabelSettings } from "../core/protocol";
import type { Scope } from "../core/scope";

export interface TypingPause {
  /** A key changed the text. */
  typed(): void;
  /** What was paused stays paused. */
  stop(): void;
}

/** Pauses the sound while somebody types, for those who chose it, and goes on a while after the last key. */
export function createTypingPause(scope: Scope, player: Player, settings: LabelSettings): TypingPause {
  let isHolding = false;
  let cancel = () => {};
  const stop = () => {
    isHolding = false;
    cancel();
  };
  const goOn = () => {
    isHolding = false;
    void player.play();
  };
  // Whoever presses play does not wait for it.
  player.on("playing", (isPlaying) => isPlaying && stop());
  return {
    typed() {
      if (!settings.pause_while_typing) return;
      // A word that plays alone is over by itself.
      if (player.playing && !player.bounded) {
        player.pause();
        isHolding = true;
      }
      cancel();
      if (isHolding) cancel = scope.timeout(goOn, settings.resume_after_s * 1000);
    },
    stop,
  };
}
