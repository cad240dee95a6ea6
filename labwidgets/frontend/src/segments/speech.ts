import type { Preferences } from "../core/memory";
import type { Span } from "../core/parts";
import type { ClipPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { h } from "../ui/dom";
import type { RecordingPlayer } from "./recording_player";
import { skipFrom } from "./silence";

const NAME = "skip_silence";
const LATER_MS = 1_500;
/** The first answer may come out of a look at the whole recording. */
const PATIENCE_MS = 600_000;

export interface Speech {
  /** Where somebody speaks; empty until it is known. */
  readonly spans: readonly Span[];
  skipping(scope: Scope, player: RecordingPlayer, preferences: Preferences): Skipping;
}

export interface Skipping {
  readonly button: HTMLButtonElement;
  /** Says whether silence is skipped now. */
  toggle(): boolean;
}

/** Where somebody speaks in a recording, asked for once; all that needs it does without until it comes. */
export function createSpeech(
  scope: Scope,
  transport: Transport,
  clip: ClipPayload,
  onKnown: () => void,
): Speech {
  let spans: readonly Span[] = [];
  let isAsked = false;
  const ask = () => {
    if (isAsked) return;
    isAsked = true;
    transport.request("speech", { clip: clip.id }, { timeoutMs: PATIENCE_MS }).then(
      ({ buffers: [ends_ms] }) => {
        if (scope.disposed) return;
        spans = ends_ms ? spansIn(ends_ms) : [];
        onKnown();
      },
      () => {
        isAsked = false;
      },
    );
  };
  // The first sound goes before.
  scope.timeout(ask, LATER_MS);
  scope.add(transport.onLink((isAlive) => isAlive && ask()));
  return {
    get spans() {
      return spans;
    },
    skipping(life, player, preferences) {
      let isOn = preferences.recall(NAME) === "true";
      const button = h(
        "button",
        { type: "button", class: "lw-transport-button lw-s-skip", title: "Skip silence while it plays on" },
        "⇥",
      );
      button.setAttribute("aria-label", "Skip silence");
      const show = () => button.setAttribute("aria-pressed", String(isOn));
      const toggle = () => {
        isOn = !isOn;
        preferences.remember(NAME, String(isOn));
        show();
        return isOn;
      };
      life.listen(button, "click", toggle);
      life.listen(button, "pointerdown", (event) => event.preventDefault());
      player.onTime((at_s) => {
        if (!isOn || !player.isRoaming) return;
        const to_s = skipFrom(at_s, spans);
        if (to_s !== null) player.seekTo(to_s);
      });
      show();
      return { button, toggle };
    },
  };
}

/** Spans as they cross: int32 milliseconds, starts and ends by turns. */
export function spansIn(buffer: ArrayBuffer): Span[] {
  const ends_ms = new Int32Array(buffer);
  return Array.from(
    { length: ends_ms.length >> 1 },
    (_, at): Span => [(ends_ms[2 * at] ?? 0) / 1000, (ends_ms[2 * at + 1] ?? 0) / 1000],
  );
}
