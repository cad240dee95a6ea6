/** A long recording with its segments, as a widget and in the place of the labeller. */
import type { RecordingReply } from "../core/protocol";
import type { Scope } from "../core/scope";
import { addStyles } from "../core/styles";
import editorCss from "../editor/editor.css";
import findCss from "../find/find.css";
import keysCss from "../labeller/keys.css";
import labellerCss from "../labeller/labeller.css";
import layersCss from "../labeller/layers.css";
import playerCss from "../player/player.css";
import { h } from "../ui/dom";
import themeCss from "../ui/theme.css";
import { buildSegments, OVERVIEW_BINS } from "./build";
import segmentsCss from "./segments.css";
import type { SegmentsContext } from "./work";

/** A long recording that nobody has decoded yet takes its time. */
const PATIENCE_MS = 600_000;

export function mountSegments(scope: Scope, context: SegmentsContext): void {
  const { el, transport, ready, at } = context;
  const styles = {
    theme: themeCss,
    editor: editorCss,
    labeller: labellerCss,
    layers: layersCss,
    keys: keysCss,
  };
  for (const [name, css] of Object.entries({
    ...styles,
    find: findCss,
    player: playerCss,
    segments: segmentsCss,
  })) {
    addStyles(document, name, css);
  }
  const status = h("p", { class: "lw-none", role: "status" }, "Opening the recording …");
  el.replaceChildren(h("div", { class: "lw lw-labeller lw-segments" }, status));
  const segment = at?.segment ?? null;
  const recording = at ? (at.recording ?? null) : (ready.recording ?? null);
  transport
    .request("recording", { recording, segment, n_bins: OVERVIEW_BINS }, { timeoutMs: PATIENCE_MS })
    .then(
      ({ payload, buffers: [peaks] }) => {
        if (scope.disposed) return;
        buildSegments(scope, context, payload, overviewOf(payload, peaks));
      },
      (error: Error) => {
        if (scope.disposed) return;
        const again = h("button", { type: "button" }, "Try again");
        scope.listen(again, "click", () => mountSegments(scope, context));
        status.replaceChildren(`The recording could not be opened. ${error.message} `, again);
      },
    );
}

function overviewOf({ peaks_bins }: RecordingReply, peaks: ArrayBuffer | undefined): Int8Array | null {
  return peaks && peaks_bins > 0 ? new Int8Array(peaks) : null;
}
