import type { Action, SegmentAction, Span } from "../core/parts";
import { createTextActions, type TextAction, type TextActionParts } from "../labeller/text_actions";
import type { RecordingDocument } from "./document";
import type { Editing } from "./editing";
import type { RowList } from "./list";
import type { Nudging } from "./nudging";
import type { RecordingPlayer } from "./recording_player";
import { snapped } from "./silence";
import type { SpeakerBar } from "./speaker_bar";
import type { Timeline } from "./timeline";
import type { Undoing } from "./undoing";

export interface SegmentActionParts extends Omit<TextActionParts, "player"> {
  player: RecordingPlayer;
  timeline: Timeline;
  list: RowList;
  editing: Editing;
  nudging: Nudging;
  undoing: Undoing;
  recordingDoc: RecordingDocument;
  speakers: SpeakerBar;
  speech: () => readonly Span[];
  toggleSkip: () => boolean;
  search: () => void;
  findReplace: () => void;
  backToQueue: () => void;
}

type Table<A extends Action> = Record<A, (isRepeat: boolean) => void>;

/** A word under way is taken before these. */
const LEAVING = new Set<Action>([
  ...(["submit_next", "submit_stay", "previous", "next", "skip", "next_layer"] as const),
  ...(["split_at_caret", "split_at_playhead", "merge_next", "delete_segment", "new_segment"] as const),
]);
/** They move an edge on and on; before all others the last one is let go of. */
const NUDGES = new Set<Action>(["nudge_back", "nudge_forward"]);

/** What each key does to the segments of a recording, their sound and their text. */
export function createSegmentActions(parts: SegmentActionParts): (action: Action, isRepeat: boolean) => void {
  const { player, timeline, list, editing, nudging, undoing, session, recordingDoc, typing, say } = parts;

  const step = (by: number) => {
    const { rows } = list;
    const at = rows.findIndex(({ segment }) => segment === session.here);
    const next = at < 0 ? (recordingDoc.regions.at(player.at_s) ?? rows[0]) : rows[at + by];
    if (next) void session.open(next.segment, { isJump: true });
    else say(by < 0 ? "This is the first of the list." : "This is the last of the list.");
  };
  const assign = (number: number) => {
    const { speakers } = recordingDoc;
    const name = speakers.at(number) ?? (number === speakers.all.length ? speakers.fresh() : null);
    if (name === null)
      return say(`There is no speaker ${number + 1}: the next new one is ${speakers.all.length + 1}.`);
    if (!editing.active) return say("No segment is open.");
    editing.assign(name);
    say(`Speaker: ${name}.`);
  };
  const snap = () => {
    const region = editing.active;
    if (!region) return;
    const span = snapped(
      [region.start_s, region.end_s],
      parts.speech(),
      player.clip?.duration_s ?? region.end_s,
    );
    if (!span) return say("No speech is heard in this segment.");
    if (editing.retime(region, span)) say("Drawn to the speech in it.");
    else say("It fits the speech already.");
  };
  const own: Table<Exclude<Action, TextAction>> = {
    previous: () => step(-1),
    next: () => step(1),
    toggle_list: () => list.root.focus(),
    search: parts.search,
    find_replace: parts.findReplace,
    open_recording: parts.backToQueue,
    undo: () => undoing.undo(),
    redo: () => undoing.redo(),
    play_on: () => (player.isRoaming ? player.pause() : player.playOn()),
    skip_silence: () =>
      say(parts.toggleSkip() ? "Silence is skipped while it plays on." : "Silence is played."),
    edge_start: () => nudging.take("start"),
    edge_end: () => nudging.take("end"),
    edge_both: () => nudging.take("both"),
    nudge_back: () => nudging.nudge(-1),
    nudge_forward: () => nudging.nudge(1),
    edge_here: () => nudging.to(player.at_s),
    snap_to_silence: snap,
    new_segment() {
      const { selection } = timeline;
      if (selection) editing.create(selection);
      else editing.createAt(player.at_s);
    },
    split_at_caret: (isRepeat) => !isRepeat && editing.splitAtCaret(),
    split_at_playhead: (isRepeat) => !isRepeat && editing.splitAt(player.at_s),
    merge_next: (isRepeat) => !isRepeat && void editing.mergeNext(),
    delete_segment: (isRepeat) => !isRepeat && editing.remove(),
    zoom_segment() {
      const region = editing.active;
      if (region) timeline.toggleZoom([region.start_s, region.end_s]);
    },
    name_speaker: () =>
      parts.speakers.openNaming() || say("This segment has no named speaker: choose one by its number."),
    ...speakerKeys(assign),
  };
  const table: Table<Action> = { ...createTextActions(parts), ...own };
  return (action, isRepeat) => {
    if (LEAVING.has(action)) typing.settle();
    if (!NUDGES.has(action)) nudging.letGo();
    table[action](isRepeat);
  };
}

type SpeakerAction = Extract<SegmentAction, `speaker_${number}`>;

function speakerKeys(assign: (number: number) => void): Table<SpeakerAction> {
  return {
    speaker_1: () => assign(0),
    speaker_2: () => assign(1),
    speaker_3: () => assign(2),
    speaker_4: () => assign(3),
    speaker_5: () => assign(4),
    speaker_6: () => assign(5),
    speaker_7: () => assign(6),
    speaker_8: () => assign(7),
    speaker_9: () => assign(8),
  };
}
