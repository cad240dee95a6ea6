/** What the parts of the page know of each other. Each is built by a function that takes a `Scope`. */

import type { ClipPayload, DraftPayload, HotWordPayload, WordPayload } from "./protocol";

export type Span = [start_s: number, end_s: number];

/** What keys do with the segments of a recording. */
export const SEGMENT_ACTIONS = [
  "play_on",
  "skip_silence",
  "edge_start",
  "edge_end",
  "edge_both",
  "nudge_back",
  "nudge_forward",
  "edge_here",
  "snap_to_silence",
  "new_segment",
  "split_at_caret",
  "split_at_playhead",
  "merge_next",
  "delete_segment",
  "zoom_segment",
  "name_speaker",
  "speaker_1",
  "speaker_2",
  "speaker_3",
  "speaker_4",
  "speaker_5",
  "speaker_6",
  "speaker_7",
  "speaker_8",
  "speaker_9",
] as const;

export type SegmentAction = (typeof SEGMENT_ACTIONS)[number];

export function isSegmentAction(action: Action): action is SegmentAction {
  return (SEGMENT_ACTIONS as readonly string[]).includes(action);
}

/** Names of everything a key can do; `configs/keys/*.yml` maps them to chords such as "Alt+ArrowLeft". */
export const ACTIONS = [
  "play_pause",
  "play_from_word",
  "play_segment",
  "play_before_word",
  "play_before_pause",
  "replay_word",
  "submit_next",
  "submit_stay",
  "back",
  "forward",
  "previous",
  "next",
  "slower",
  "faster",
  "loop",
  "zoom_in",
  "zoom_out",
  "louder",
  "quieter",
  "toggle_spectrogram",
  "text_larger",
  "text_smaller",
  "next_doubtful_word",
  "take_suggestion",
  "dismiss_suggestion",
  "insert_tag",
  "toggle_draft",
  "next_layer",
  "take_change",
  "keep_mine",
  "follow_text",
  "toggle_typing_help",
  "toggle_list",
  "toggle_guidelines",
  "open_recording",
  ...SEGMENT_ACTIONS,
  "search",
  "find_replace",
  "flag_1",
  "flag_2",
  "flag_3",
  "flag_4",
  "flag_5",
  "flag_6",
  "flag_7",
  "flag_8",
  "flag_9",
  "skip",
  "undo",
  "redo",
  "help",
  "leave",
] as const;

export type Action = (typeof ACTIONS)[number];

export type PlayerEvents = {
  /** On each animation frame while playing, and after each seek. */
  time: [time_s: number];
  playing: [is_playing: boolean];
  ended: [];
  rate: [rate: number];
  loop: [span: Span | null];
  /** Waiting for sound (true), or ready to go on (false). */
  waiting: [is_waiting: boolean];
  /** Something to tell the user, such as "Press Tab to play": null clears it. */
  notice: [text: string | null];
};

/** Waveform and sound of one clip at a time. All times in seconds from the clip's start. */
export interface Player {
  readonly root: HTMLElement;
  readonly time_s: number;
  readonly playing: boolean;
  readonly rate: number;
  readonly clip: ClipPayload | null;
  /** Whether what plays ends before the clip does: a word, a selection. */
  readonly bounded: boolean;
  /** Where the clip was paused last; null where it was not. */
  readonly paused_s: number | null;
  /** Shows the waveform at once (`peaks`: min and max by turns, 127 = full scale) and gets ready to play. */
  load(clip: ClipPayload, peaks: Int8Array | null): void;
  /** Fetches the first windows of a clip that will probably be loaded next. */
  prefetch(clip: ClipPayload): void;
  /** From `from_s` (default: here, a little before after a pause) to `to_s` (default: the end). */
  play(from_s?: number, to_s?: number): Promise<void>;
  /** The selection or the whole clip, from its start. */
  playAll(): Promise<void>;
  pause(): void;
  toggle(): void;
  seek(time_s: number): void;
  setRate(rate: number): void;
  /** One step along 0.5 … 2. */
  slower(): void;
  faster(): void;
  /** null = off; without argument it toggles the whole clip (or the selection on the waveform). */
  loop(span?: Span | null): void;
  zoom(factor: number): void;
  /** One step; says where the loudness stands then, as "+6 dB". */
  louder(): string;
  quieter(): string;
  /** Says whether it is shown now. */
  toggleSpectrogram(): boolean;
  /** What of the clip was heard since `load`, merged and sorted. */
  heard(): Span[];
  on<E extends keyof PlayerEvents>(name: E, listener: (...args: PlayerEvents[E]) => void): () => void;
}

export type EditorEvents = {
  /** The user changed the text (not `load`). */
  change: [];
  /** The user asks to hear from here (Ctrl/Cmd+click on a word, or double click). */
  playFrom: [time_s: number];
  /** Something to tell the user, such as what was left out of a paste. */
  notice: [text: string];
};

export interface EditorContent {
  text: string;
  words: WordPayload[];
  /** Further layers by name; a layer that is missing starts from its rule. */
  layers?: Record<string, string>;
}

/** One thing done to the text, that can be done to it later too. */
export type Stroke = { kind: "insert"; text: string } | { kind: "delete" } | { kind: "selectAll" };

/** Suggests words for what is typed in Latin letters. */
export interface Suggester {
  /** The likeliest first; null while it is off, or knows nothing of the language. */
  suggest(latin: string): readonly string[] | null;
  /** Somebody took `word` for `latin`. */
  chosen(latin: string, word: string): void;
  /** A box that may have a word under way tells how it is ended. Returns its own undo. */
  register(box: SuggesterBox): () => void;
  /** Whether a word is under way in some box. */
  readonly isOpen: boolean;
}

export interface SuggesterBox {
  readonly isOpen: boolean;
  /** Takes the word that is marked; false where none is under way. */
  settle(): boolean;
  /** Leaves the Latin letters as they are; false where none are under way. */
  close(): boolean;
}

/** What the text reads, and what people made of it elsewhere. */
export interface Suggestion {
  wrong: string;
  right: string;
}

/** A draft that is not there: what the panel says of it, and what the empty box adds to its hint. */
export interface NoDraft {
  why: string;
  hint: string;
}

/** The text of one segment with its word times. */
export interface Editor {
  readonly root: HTMLElement;
  readonly content: EditorContent;
  /** True while an input method composes: nothing may be redecorated or submitted. */
  readonly composing: boolean;
  /** Replaces everything, with an empty undo history. `language` is BCP-47. */
  load(content: EditorContent, options: { duration_s: number; language: string }): void;
  /** The draft to compare with; the panel shows text and word differences, or why there is none. */
  setDraft(draft: DraftPayload | null, none?: NoDraft): void;
  showDraft(show: boolean): void;
  readonly draftShown: boolean;
  /** Marks the word that sounds at this time; null clears the mark. */
  setPlayhead(time_s: number | null): void;
  /** Where the caret stands in the text of `content`. */
  readonly caret: number;
  /** What was typed so far can be undone no more; text, caret and focus stay. */
  closeHistory(): void;
  /** The sound begins `by_s` later now and lasts `duration_s`: the words stay where they are heard. Closes the history. */
  retime(by_s: number, duration_s: number): void;
  /** The word that the caret is in or right behind. */
  wordAtCaret(): WordPayload | null;
  /** The word that began last at this time. */
  wordBegun(time_s: number): WordPayload | null;
  /** Moves the caret to the next word under the threshold (wrapping), selects and returns it. */
  nextDoubtfulWord(): WordPayload | null;
  /** Corrections made more than once: where the text reads what they correct, it is marked. */
  setHotWords(words: readonly HotWordPayload[]): void;
  /** Those that are marked now, in the order of the text. */
  readonly suggestions: readonly Suggestion[];
  /** The first of them at or behind the caret (wrapping). */
  readonly suggestion: Suggestion | null;
  /** Corrects that one, as an edit of its own; null where none is. */
  takeSuggestion(): Suggestion | null;
  /** Shows the palette of tags; one key inserts the tag chosen at the caret. */
  openTags(): void;
  /** False where none was open. */
  closeTags(): boolean;
  undo(): boolean;
  redo(): boolean;
  /** Does, as the user's own edits, what was typed before the text was there. */
  replay(strokes: readonly Stroke[]): void;
  focus(): void;
  on<E extends keyof EditorEvents>(name: E, listener: (...args: EditorEvents[E]) => void): () => void;
}
