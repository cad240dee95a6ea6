import type { Action, Editor, Player } from "../core/parts";
import type { TypeSize } from "../ui/type_size";
import type { LayerControls } from "./layers";
import type { Listening } from "./listening";
import type { Pages } from "./pages";
import type { Session } from "./session";
import type { TypingHelp } from "./typing_help";
import { sayWhereUndoLed } from "./undo_news";

const STEP_S = 1;
const ZOOM = 1.5;

export interface ActionParts {
  player: Player;
  editor: Editor;
  layers: LayerControls;
  typing: TypingHelp;
  session: Session;
  pages: Pages;
  flags: readonly string[];
  say: (text: string | null) => void;
  skip: () => void;
  leave: () => void;
  toggleList: () => void;
  toggleGuidelines: () => void;
  toggleHelp: () => void;
  search: () => void;
  findReplace: () => void;
  takeSuggestion: () => void;
  dismissSuggestion: () => void;
  typeSize: TypeSize;
  listening: Listening;
  onDone: (hint: "play" | "submit" | "keys") => void;
}

/** A word under way is taken before these. */
const LEAVING = new Set<Action>(["submit_next", "submit_stay", "previous", "next", "skip", "next_layer"]);

/** What each key does. */
export function createActions(parts: ActionParts): (action: Action, isRepeat: boolean) => void {
  const { player, editor, layers, typing, session, pages, listening, say } = parts;

  const submit = (stay: boolean) => {
    if (editor.composing) return;
    if (session.submit({ stay })) parts.onDone("submit");
  };
  const flag = (at: number) => {
    const name = parts.flags[at];
    if (name) session.toggleFlag(name);
  };
  const step = async (by: number) => {
    const segment = session.here;
    const here = segment === null ? null : await pages.place(segment).catch(() => null);
    if (session.here !== segment) return;
    if (here === null) {
      if (by < 0 && !session.undoSubmit()) say("This is the first one known here.");
      if (by > 0) void session.openNext(segment, true);
      return;
    }
    const row = await pages.rowAt(here + by);
    if (row) void session.open(row.segment, { isJump: true });
    else say(by < 0 ? "This is the first of the list." : "This is the last of the list.");
  };

  const table: Record<Action, (isRepeat: boolean) => void> = {
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
    previous: () => void step(-1),
    next: () => void step(1),
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
    toggle_draft: () => editor.showDraft(!editor.draftShown),
    next_layer() {
      const name = layers.next();
      say(name === null ? "This project has one text for each segment." : `Now in: ${name}.`);
    },
    take_change: () => layers.take() || say("Nothing by hand stands against the text."),
    keep_mine: () => layers.keep() || say("Nothing by hand stands against the text."),
    follow_text: () => say(layers.follow() ? "Written again from the text." : "It follows the text already."),
    toggle_typing_help: () => say(typing.toggle()),
    toggle_list: parts.toggleList,
    toggle_guidelines: parts.toggleGuidelines,
    search: parts.search,
    find_replace: parts.findReplace,
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
    undo(isRepeat) {
      // A held key stops at the start of the text, so that it does not run on into other segments.
      if (editor.undo() || isRepeat) return;
      if (session.undoSubmit()) sayWhereUndoLed(session, pages, say);
      else say("Nothing to undo.");
    },
    redo(isRepeat) {
      if (editor.redo() || isRepeat) return;
      if (session.redoSubmit()) sayWhereUndoLed(session, pages, say);
      else say("Nothing to redo.");
    },
    help() {
      parts.toggleHelp();
      parts.onDone("keys");
    },
    leave: parts.leave,
  };
  return (action, isRepeat) => {
    if (LEAVING.has(action)) typing.settle();
    table[action](isRepeat);
  };
}
