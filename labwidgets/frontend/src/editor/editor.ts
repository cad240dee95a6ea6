/** The text of one segment: CodeMirror with words that keep their times. */
import { deleteCharBackward, redo, selectAll, undo } from "@codemirror/commands";
import { Compartment, EditorSelection, EditorState, type Extension } from "@codemirror/state";
import { EditorView, placeholder } from "@codemirror/view";
import { Emitter } from "../core/emitter";
import type { Editor, EditorContent, EditorEvents, Stroke, Suggester } from "../core/parts";
import type { TagPayload, WordPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { textAttributes } from "./attributes";
import { blocks } from "./blocks";
import { caretOnItsLine } from "./caret_line";
import { composed } from "./clean";
import { watchComposition } from "./composition";
import { composedContent, contentOf, payloadOf, payloadsOf, wordsOf } from "./content";
import { createDraftPanel } from "./draft_panel";
import { hotWords } from "./hot_words";
import { plainInput } from "./input";
import { sounding, wordMarks } from "./marks";
import { labelsOf } from "./pill";
import { createPlayhead } from "./playhead";
import type { Clip } from "./reword";
import { insertTag } from "./tag_edits";
import { tagPills } from "./tag_field";
import { createTagPalette } from "./tag_palette";
import { typingHelp } from "./typing_help";
import { timedWords, type Words, wordAt, wordBegun } from "./words";
import { clipWords, wordHistory } from "./words_field";

const HINT = "Type what you hear…";
const EMPTY: EditorContent = { text: "", words: [] };

export interface EditorSettings {
  /** Words below this confidence (0..1) are marked. */
  low_confidence: number;
  /** What the palette offers. */
  tags: TagPayload[];
}

/** `suggester`: what helps to type, where something does. */
export function createEditor(scope: Scope, settings: EditorSettings, suggester?: Suggester): Editor {
  const emitter = new Emitter<EditorEvents>();
  const root = document.createElement("div");
  root.className = "lw-editor";
  const box = document.createElement("div");
  box.className = "lw-editor-box";

  const view = new EditorView({ parent: box });
  scope.add(() => view.destroy());
  const labels = labelsOf(settings.tags);
  const panel = createDraftPanel(scope, labels, () => composed(view.state.doc.toString()));
  const palette = createTagPalette(scope, settings.tags, {
    onChoose(tag) {
      view.dispatch(insertTag(view.state, tag));
      view.focus();
    },
    onClose: () => view.focus(),
  });
  root.append(box, palette.root, panel.root);
  const playhead = createPlayhead(scope, view);
  const hot = hotWords(view);
  const hintPlace = new Compartment();
  let hint = HINT;
  let cached: { state: EditorState; content: EditorContent } | null = null;

  const fixed: Extension = [
    sounding,
    blocks,
    caretOnItsLine,
    wordMarks(settings.low_confidence),
    tagPills(labels),
    hot.marks,
    plainInput((text) => emitter.emit("notice", text)),
    suggester ? typingHelp(suggester, root) : [],
    EditorView.lineWrapping,
    EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      playhead.textChanged();
      panel.touch();
      emitter.emit("change");
    }),
    EditorView.domEventHandlers({
      mousedown: (event) => (event.ctrlKey || event.metaKey) && event.button === 0 && playAt(event),
      dblclick: (event) => void playAt(event),
    }),
  ];

  function playAt(event: MouseEvent): boolean {
    const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
    const found = at === null ? null : wordAt(view.state.field(clipWords).words, at);
    const word = found && timedWord(found.from);
    if (!word) return false;
    emitter.emit("playFrom", word.start_s);
    return true;
  }

  function timedWord(from: number) {
    return timedWords(view.state.field(clipWords).words).find((word) => word.from === from) ?? null;
  }

  function around(language: string): Extension {
    return [fixed, hintPlace.of(placeholder(hint)), textAttributes("Transcript", language)];
  }

  function stateOf(content: EditorContent, clip: Clip): EditorState {
    const { text, words } = composedContent(content);
    const start = wordHistory(wordsOf(text, words, clip), clip);
    return EditorState.create({
      doc: text,
      extensions: [start, around(clip.language)],
    });
  }

  function restart(words: Words, clip: Clip): void {
    const { doc, selection } = view.state;
    const extensions = [wordHistory(words, clip), around(clip.language)];
    view.setState(EditorState.create({ doc, selection, extensions }));
    cached = null;
    playhead.reset();
  }

  watchComposition(scope, view, playhead.draw);
  view.setState(stateOf(EMPTY, { duration_s: 0, language: "" }));

  return {
    root,
    get content() {
      const { state } = view;
      if (cached?.state.doc !== state.doc) {
        cached = { state, content: contentOf(state.doc, state.field(clipWords).words) };
      }
      return cached.content;
    },
    get composing() {
      return view.composing || view.compositionStarted;
    },
    load(content, clip) {
      // What an input method has under way belongs to the text that goes.
      const wasComposing = view.composing || view.compositionStarted;
      if (wasComposing) view.contentDOM.blur();
      view.setState(stateOf(content, clip));
      if (wasComposing) view.focus();
      playhead.reset();
      if (palette.isOpen) palette.close();
      panel.setLanguage(clip.language);
      panel.refresh();
    },
    setDraft(draft, none) {
      panel.setDraft(draft, none?.why);
      const next = none === undefined ? HINT : `${HINT} ${none.hint}`;
      if (next === hint) return;
      hint = next;
      view.dispatch({ effects: hintPlace.reconfigure(placeholder(hint)) });
    },
    showDraft: panel.show,
    get draftShown() {
      return panel.shown;
    },
    setPlayhead: playhead.set,
    get caret() {
      const { doc, selection } = view.state;
      return composed(doc.sliceString(0, selection.main.head)).length;
    },
    closeHistory() {
      const { words, clip } = view.state.field(clipWords);
      restart(words, clip);
    },
    retime(by_s, duration_s) {
      const { doc } = view.state;
      const { words, clip } = view.state.field(clipWords);
      const payloads = payloadsOf(doc, words).map((word) => ({
        ...word,
        start_s: Math.max(0, word.start_s - by_s),
        end_s: Math.max(0, word.end_s - by_s),
      }));
      const moved = { ...clip, duration_s };
      restart(wordsOf(doc.toString(), payloads, moved), moved);
    },
    wordAtCaret() {
      const found = wordAt(view.state.field(clipWords).words, view.state.selection.main.head);
      const word = found && timedWord(found.from);
      return word ? payloadOf(view.state.doc, word) : null;
    },
    wordBegun(time_s) {
      const word = wordBegun(view.state.field(clipWords).words, time_s);
      return word && payloadOf(view.state.doc, word);
    },
    nextDoubtfulWord: () => nextDoubtfulWord(view, settings.low_confidence),
    setHotWords: hot.set,
    get suggestions() {
      return hot.suggestions();
    },
    get suggestion() {
      return hot.next();
    },
    takeSuggestion: () => (view.composing || view.compositionStarted ? null : hot.take()),
    openTags() {
      if (!settings.tags.length || view.composing || view.compositionStarted) return;
      if (palette.isOpen) palette.close();
      else palette.open();
    },
    closeTags() {
      const wasOpen = palette.isOpen;
      palette.close();
      return wasOpen;
    },
    undo: () => undo(view),
    redo: () => redo(view),
    replay: (strokes) => replay(view, strokes),
    focus: () => view.focus(),
    on: (name, listener) => emitter.on(name, listener),
  };
}

function replay(view: EditorView, strokes: readonly Stroke[]): void {
  for (const stroke of strokes) {
    if (stroke.kind === "selectAll") selectAll(view);
    else if (stroke.kind === "delete") deleteCharBackward(view);
    else view.dispatch(view.state.replaceSelection(stroke.text), { userEvent: "input.type" });
  }
}

function nextDoubtfulWord(view: EditorView, low_confidence: number): WordPayload | null {
  const { state } = view;
  const isDoubtful = (confidence: number | null) => confidence !== null && confidence < low_confidence;
  const doubtful = timedWords(state.field(clipWords).words).filter(({ mark }) => isDoubtful(mark.confidence));
  const word = doubtful.find(({ from }) => from >= state.selection.main.to) ?? doubtful[0];
  if (!word) return null;
  view.dispatch({ selection: EditorSelection.single(word.from, word.to), scrollIntoView: true });
  return payloadOf(state.doc, word);
}
