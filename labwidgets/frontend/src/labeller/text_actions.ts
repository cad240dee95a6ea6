import type { Action, Editor, Player, SegmentAction } from "../core/parts";
import type { TypeSize } from "../ui/type_size";
import type { LayerControls } from "./layers";
import type { Listening } from "./listening";
import type { Session } from "./session";
import type { TypingHelp } from "./typing_help";

const STEP_S = 1;
const ZOOM = 1.5;

/** What a key does with the sound and the text of the open segment, wherever that one came from. */
export type TextAction = Exclude<
  Action,
  | SegmentAction
  | "previous"
  | "next"
  | "toggle_list"
  | "search"
  | "find_replace"
  | "open_recording"
  | "undo"
  | "redo"
>;

export interface TextActionParts {
  player: Player;
  editor: Editor;
  layers: LayerControls;
  typing: TypingHelp;
  session: Session;
  flags: readonly string[];
  say: (text: string | null) => void;
  skip: () => void;
  leave: () => void;
  toggleGuidelines: () => void;
  toggleHelp: () => void;
  takeSuggestion: () => void;
  dismissSuggestion: () => void;
  /** Brings a draft that is held back onto the screen; false where none is. */
  reveal: () => boolean;
  typeSize: TypeSize;
  listening: Listening;
  onDone: (hint: "play" | "submit" | "keys") => void;
}

export function createTextActions(parts: TextActionParts): Record<TextAction, (isRepeat: boolean) => void> {
  const { player, editor, layers, typing, session, listening, say } = parts;
  const submit = (stay: boolean) => {
    if (editor.composing) return;
    if (session.submit({ stay })) parts.onDone("submit");
  };
  const flag = (at: number) => {
    const name = parts.flags[at];
    if (name) session.toggleFlag(name);
  };
  return {
    play_pause() {
      player.toggle();
      parts.onDone("play");
    },
    play_from_word: listening.fromWord,
    play_segment: () => void player.playAll(),
    play_before_word: listening.beforeWord,
    play_before_pause: listening.beforePause,
    replay_word: listening.again,
    submit_next: (isRepeat) => !isRepeat && submit(false),
    submit_stay: (isRepeat) => !isRepeat && submit(true),
    back: () => player.seek(player.time_s - STEP_S),
    forward: () => player.seek(player.time_s + STEP_S),
    slower: () => player.slower(),
    faster: () => player.faster(),
    loop: () => player.loop(),
    zoom_in: () => player.zoom(ZOOM),
    zoom_out: () => player.zoom(1 / ZOOM),
    louder: () => say(`Loudness ${player.louder()}.`),
    quieter: () => say(`Loudness ${player.quieter()}.`),
    toggle_spectrogram: () => say(player.toggleSpectrogram() ? "Spectrogram shown." : "Spectrogram hidden."),
    text_larger: () => say(`Text at ${parts.typeSize.larger()}.`),
    text_smaller: () => say(`Text at ${parts.typeSize.smaller()}.`),
    next_doubtful_word() {
      const word = editor.nextDoubtfulWord();
      if (word) listening.word(word);
      else say("No word is marked as unsure.");
    },
    take_suggestion: parts.takeSuggestion,
    dismiss_suggestion: parts.dismissSuggestion,
    insert_tag: () => editor.openTags(),
    toggle_draft: () => void (parts.reveal() || editor.showDraft(!editor.draftShown)),
    next_layer() {
      const name = layers.next();
      say(name === null ? "This project has one text for each segment." : `Now in: ${name}.`);
    },
    take_change: () => layers.take() || say("Nothing by hand stands against the text."),
    keep_mine: () => layers.keep() || say("Nothing by hand stands against the text."),
    follow_text: () => say(layers.follow() ? "Written again from the text." : "It follows the text already."),
    toggle_typing_help: () => say(typing.toggle()),
    toggle_guidelines: parts.toggleGuidelines,
    flag_1: () => flag(0),
    flag_2: () => flag(1),
    flag_3: () => flag(2),
    flag_4: () => flag(3),
    flag_5: () => flag(4),
    flag_6: () => flag(5),
    flag_7: () => flag(6),
    flag_8: () => flag(7),
    flag_9: () => flag(8),
    skip: parts.skip,
    help() {
      parts.toggleHelp();
      parts.onDone("keys");
    },
    leave: parts.leave,
  };
}
