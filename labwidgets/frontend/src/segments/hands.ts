import type { Editor } from "../core/parts";
import type { Session } from "../labeller/session";
import type { RecordingDocument } from "./document";
import type { Editing } from "./editing";
import type { Nudging } from "./nudging";
import type { PointerEvents } from "./pointer";
import type { RecordingPlayer } from "./recording_player";
import { edgesBetween, magnet } from "./silence";
import type { Speech } from "./speech";
import type { Timeline } from "./timeline";

/** Speech further away than this does not pull an edge, however far out the view is. */
const MOST_REACH_S = 0.25;

export interface HandsParts {
  session: Session;
  recordingDoc: RecordingDocument;
  player: RecordingPlayer;
  editor: Editor;
  speech: Speech;
  timeline: () => Pick<Timeline, "setHold" | "reach_s">;
  editing: () => Editing;
  nudging: () => Nudging;
}

/** What the pointer does on the timeline. */
export function createHands(parts: HandsParts): PointerEvents {
  const { session, recordingDoc, player, editor, speech } = parts;
  return {
    onOpen(segment, time_s) {
      if (segment !== session.here) void session.open(segment, { play: false, isJump: true });
      player.seekTo(time_s);
      editor.focus();
    },
    onSeek: (time_s) => player.seekTo(time_s),
    onMarked: () => void player.playAll(),
    onDraw(span, speaker) {
      parts.editing().create(span, speaker);
      editor.focus();
    },
    onRetime(segment, span, hold) {
      const region = recordingDoc.regions.get(segment);
      if (!region) return;
      parts.nudging().hold = hold;
      parts.timeline().setHold(hold);
      parts.editing().retime(region, span);
      player.playAround(hold === "end" ? span[1] : span[0]);
    },
    snap(time_s) {
      const reach_s = Math.min(MOST_REACH_S, parts.timeline().reach_s);
      const around = [time_s - reach_s, time_s + reach_s] as const;
      const edges = recordingDoc.regions
        .between(...around)
        .filter(({ segment }) => segment !== session.here)
        .flatMap(({ start_s, end_s }) => [start_s, end_s]);
      return magnet(time_s, [...edgesBetween(speech.spans, ...around), ...edges], reach_s);
    },
  };
}
