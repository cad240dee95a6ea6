import { type Action, isSegmentAction } from "../core/parts";
import type { LabelSettings } from "../core/protocol";
import { actsInText } from "../ui/chords";
import { h } from "../ui/dom";
import { chordPieces } from "../ui/keys";
import type { Keys } from "./bindings";

/** What each key does, as people read it and in the order in which they do. */
const NAMES: Record<Action, string> = {
  play_pause: "play or pause, while the caret is in the text",
  play_from_word: "play from the word at the caret",
  play_segment: "play the segment or the selection from its start",
  play_before_word: "play from a little before the word at the caret",
  play_before_pause: "play from a little before the last pause",
  replay_word: "the word heard last, once more",
  back: "back 1 s",
  forward: "forward 1 s",
  slower: "slower; the pitch stays",
  faster: "faster",
  loop: "loop the segment or the selection",
  zoom_in: "zoom the waveform in",
  zoom_out: "zoom the waveform out",
  louder: "louder; above 0 dB with a limiter, so that nothing clips",
  quieter: "quieter",
  toggle_spectrogram: "show or hide the spectrogram",
  next_doubtful_word: "next word the model was unsure of, played",
  take_suggestion: "take the next correction that was made before, where one is marked",
  dismiss_suggestion: "never offer that correction again; once more where none is marked: offer it again",
  insert_tag: "a tag at the caret, or around what is selected; then its number or letter",
  toggle_draft: "show or hide the draft and the differences; brings a draft that is held back",
  next_layer: "next text of the segment",
  take_change: "take what the text says now",
  keep_mine: "keep what was written by hand",
  follow_text: "write a layer again from the text",
  toggle_typing_help: "Indic scripts from Latin letters: on, off; Space or a number takes, Esc keeps",
  undo: "undo; at the start of the text's history: back to the segment submitted last",
  redo: "redo",
  submit_next: "submit, next, play",
  submit_stay: "submit and stay",
  skip: "skip, with a reason by its number",
  flag_1: "flag 1",
  flag_2: "flag 2",
  flag_3: "flag 3",
  flag_4: "flag 4",
  flag_5: "flag 5",
  flag_6: "flag 6",
  flag_7: "flag 7",
  flag_8: "flag 8",
  flag_9: "flag 9",
  previous: "previous segment of the list",
  next: "next segment of the list",
  search: "search",
  find_replace: "find and replace in what is not reviewed, each place to be heard",
  toggle_list: "show or hide the list",
  open_recording: "the whole recording with its segments, and back to the queue",
  toggle_guidelines: "guidelines",
  text_larger: "text larger",
  text_smaller: "text smaller",
  leave: "give Tab back to the page until you come back to the text; close what is open",
  help: "these keys, to see and to change",
  new_segment: "new segment: what is selected, else the speech at the playhead",
  split_at_caret: "split at the caret, text and sound",
  split_at_playhead: "split at the playhead",
  merge_next: "merge with the next segment",
  delete_segment: "delete the segment",
  edge_start: "the start in hand, played around",
  edge_end: "the end in hand, played around",
  edge_both: "the whole segment in hand, to move it",
  nudge_back: "move what is in hand 20 ms back; held, on and on",
  nudge_forward: "move what is in hand 20 ms forward",
  edge_here: "put the edge in hand at the playhead",
  snap_to_silence: "draw the segment to the speech in it",
  name_speaker: "name the speaker, in the whole recording; a name that exists makes one of two",
  speaker_1: "speaker 1",
  speaker_2: "speaker 2",
  speaker_3: "speaker 3",
  speaker_4: "speaker 4",
  speaker_5: "speaker 5",
  speaker_6: "speaker 6",
  speaker_7: "speaker 7",
  speaker_8: "speaker 8",
  speaker_9: "speaker 9",
  play_on: "play on from here, beyond the segment",
  skip_silence: "skip silence while playing on: on, off",
  zoom_segment: "zoom to the segment, and back",
};

/** All actions in groups. */
export const GROUPS: [title: string, actions: Action[]][] = [
  ["Listen", actionsFrom("play_pause", "toggle_spectrogram")],
  ["Correct", actionsFrom("next_doubtful_word", "redo")],
  ["Decide", actionsFrom("submit_next", "flag_9")],
  ["Move", actionsFrom("previous", "help")],
  ["Segments of a recording", actionsFrom("new_segment", "zoom_segment")],
];

function actionsFrom(first: Action, last: Action): Action[] {
  const all = Object.keys(NAMES) as Action[];
  return all.slice(all.indexOf(first), all.indexOf(last) + 1);
}

const OF_LAYERS: readonly Action[] = ["next_layer", "take_change", "keep_mine", "follow_text"];

export type Shown = Pick<LabelSettings, "flags" | "layers"> & {
  /** A whole recording is on the page. */
  isRecording?: boolean;
};

/** What a key does; null where the project has no such flag, no layers, or nothing of the kind is on the page. */
export function nameOf(action: Action, { flags, layers, isRecording = false }: Shown): string | null {
  if (isSegmentAction(action) && !isRecording) return null;
  if (OF_LAYERS.includes(action) && layers.length === 0) return null;
  const number = /^flag_(\d)$/.exec(action)?.[1];
  if (number === undefined) return NAMES[action];
  const flag = flags[Number(number) - 1];
  return flag === undefined ? null : `flag: ${flag}`;
}

export function chordKeys(chord: string, mac: boolean): HTMLElement[] {
  return chordPieces(chord, mac).map((piece) => h("kbd", {}, piece));
}

/** A chord as text, for hints and tips, one that acts in the text if there is one; empty where there is none. */
export function chordText(action: Action, keys: Keys, mac: boolean): string {
  const chords = keys[action] ?? [];
  const chord = chords.find(actsInText) ?? chords[0];
  return chord ? chordPieces(chord, mac).join("+") : "";
}
