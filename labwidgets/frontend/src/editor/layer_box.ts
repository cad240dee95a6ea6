/** The text of a further layer: typed into like the main one, without word times. */
import { history, invertedEffects, redo, undo } from "@codemirror/commands";
import {
  type ChangeSpec,
  EditorState,
  type Extension,
  StateEffect,
  StateField,
  Transaction,
} from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, placeholder } from "@codemirror/view";
import { Emitter } from "../core/emitter";
import type { Suggester } from "../core/parts";
import type { Scope } from "../core/scope";
import { textAttributes } from "./attributes";
import type { Change } from "./carry";
import { watchComposition } from "./composition";
import { plainInput } from "./input";
import type { Labels } from "./pill";
import { tagPills } from "./tag_field";
import type { Token } from "./tokens";
import { typingHelp } from "./typing_help";

export interface LayerMarks {
  byHand: readonly Token[];
  carried: readonly Token[];
  conflicts: readonly { from: number; to: number }[];
}

/** A text and what it was compared with then. */
export interface Snapshot {
  anchor: string;
  text: string;
}

export type LayerBoxEvents = {
  /** The user changed the text. */
  change: [];
  /** Undo or redo went to this state; what was carried since is not in it. */
  restored: [snapshot: Snapshot];
  notice: [text: string];
};

export interface LayerBox {
  readonly root: HTMLElement;
  readonly text: string;
  /** What the text is compared with: see `carry.ts`. Part of what undo brings back. */
  readonly anchor: string;
  readonly composing: boolean;
  readonly focused: boolean;
  /** Replaces everything, with an empty undo history. */
  load(snapshot: Snapshot, language: string): void;
  /** What comes from the main text: undo leaves it alone. */
  carry(changes: readonly Change[], anchor: string): void;
  /** A change that the user asked for. */
  change(change: Change, anchor: string): void;
  mark(marks: LayerMarks): void;
  undo(): boolean;
  redo(): boolean;
  focus(): void;
  on<E extends keyof LayerBoxEvents>(name: E, listener: (...args: LayerBoxEvents[E]) => void): () => void;
}

const setAnchor = StateEffect.define<string>();
const restore = StateEffect.define<Snapshot>();
const setMarks = StateEffect.define<LayerMarks>();
const LOOKS = {
  byHand: Decoration.mark({ class: "lw-word-edited", attributes: { title: "written by hand" } }),
  carried: Decoration.mark({ class: "lw-word-carried", attributes: { title: "carried from the text" } }),
  conflicts: Decoration.mark({
    class: "lw-word-conflict",
    attributes: { title: "written by hand; the text has changed here since" },
  }),
};

const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    const found = transaction.effects.findLast((effect) => effect.is(setMarks));
    return found ? draw(found.value) : value.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const anchorField = StateField.define<string>({
  create: () => "",
  update(value, { effects }) {
    return effects.findLast((effect) => effect.is(setAnchor))?.value ?? restoredBy(effects)?.anchor ?? value;
  },
});

/** Steps joined in the history come newest first: the last snapshot is the state before all of them. */
function restoredBy(effects: readonly StateEffect<unknown>[]): Snapshot | null {
  return effects.findLast((effect) => effect.is(restore))?.value ?? null;
}

const keepAnchor = invertedEffects.of(({ docChanged, startState }) =>
  docChanged ? [restore.of({ anchor: startState.field(anchorField), text: startState.doc.toString() })] : [],
);

function draw({ byHand, carried, conflicts }: LayerMarks): DecorationSet {
  const ranges = [
    ...byHand.map(([from, to]) => LOOKS.byHand.range(from, to)),
    ...carried.map(([from, to]) => LOOKS.carried.range(from, to)),
    // Where words were deleted there is nothing to draw on.
    ...conflicts.filter(({ from, to }) => from < to).map(({ from, to }) => LOOKS.conflicts.range(from, to)),
  ];
  return Decoration.set(ranges, true);
}

/** `labels`: what tags are called; `suggester`: what helps to type, where something does. */
export function createLayerBox(scope: Scope, name: string, labels: Labels, suggester?: Suggester): LayerBox {
  const emitter = new Emitter<LayerBoxEvents>();
  const root = document.createElement("div");
  root.className = "lw-editor-box";
  const view = new EditorView({ parent: root });
  scope.add(() => view.destroy());

  const fixed: Extension = [
    history(),
    keepAnchor,
    marks,
    tagPills(labels),
    plainInput((text) => emitter.emit("notice", text)),
    suggester ? typingHelp(suggester, root) : [],
    EditorView.lineWrapping,
    placeholder("Follows the text"),
    EditorView.updateListener.of(({ docChanged, transactions }) => {
      const isCarried = transactions.every((one) => one.annotation(Transaction.remote));
      if (!docChanged || isCarried) return;
      const restored = restoredBy(transactions.flatMap(({ effects }) => effects));
      if (restored) emitter.emit("restored", restored);
      emitter.emit("change");
    }),
  ];
  const load = ({ anchor, text }: Snapshot, language: string) => {
    const start = anchorField.init(() => anchor);
    const extensions = [start, fixed, textAttributes(name, language)];
    view.setState(EditorState.create({ doc: text, extensions }));
  };
  load({ anchor: "", text: "" }, "");
  watchComposition(scope, view, () => {});

  return {
    root,
    get text() {
      return view.state.doc.toString();
    },
    get anchor() {
      return view.state.field(anchorField);
    },
    get composing() {
      return view.composing || view.compositionStarted;
    },
    get focused() {
      return view.hasFocus;
    },
    load,
    carry(changes, anchor) {
      const annotations = [Transaction.addToHistory.of(false), Transaction.remote.of(true)];
      const effects = setAnchor.of(anchor);
      view.dispatch({ changes: changes as ChangeSpec, effects, annotations, filter: false });
    },
    change(changes, anchor) {
      const effects = setAnchor.of(anchor);
      view.dispatch({ changes, effects, userEvent: "input.carry", scrollIntoView: true });
    },
    mark: (next) => view.dispatch({ effects: setMarks.of(next) }),
    undo: () => undo(view),
    redo: () => redo(view),
    focus: () => view.focus(),
    on: (event, listener) => emitter.on(event, listener),
  };
}
