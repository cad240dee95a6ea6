/**
 * The caret goes by whole written signs, whole tags and whole words. Left and right mean back and forth in the
 * text, as they do in other text boxes of a browser, so that no mix of directions leads it in a circle.
 */
import { deleteCharForward } from "@codemirror/commands";
import { EditorSelection, type EditorState, type Text } from "@codemirror/state";
import { type Command, Direction, type EditorView, type KeyBinding } from "@codemirror/view";
import { tagsOf } from "./tag_field";
import { tokenise } from "./tokens";

/** No written sign is longer, in code units. */
const SIGN_REACH = 64;
/** Nor any word that somebody would pass in one step. */
const WORD_REACH = 400;
const signs = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The written sign of which the character at `at` is a part, such as a cluster of consonants in Devanagari. */
export function signAt(doc: Text, at: number): [from: number, to: number] | null {
  const start = Math.max(0, at - SIGN_REACH);
  const text = doc.sliceString(start, Math.min(doc.length, at + SIGN_REACH));
  const found = signs.segment(text).containing(at - start);
  return found ? [start + found.index, start + found.index + found.segment.length] : null;
}

type Step = (view: EditorView, at: number, forward: boolean) => number;

const overSign: Step = ({ state }, at, forward) => {
  const tag = tagBeside(state, at, forward);
  if (tag) return forward ? tag.to : tag.from;
  const sign = at > 0 || forward ? signAt(state.doc, forward ? at : at - 1) : null;
  return sign ? sign[forward ? 1 : 0] : at;
};

const overWord: Step = ({ state, contentDOM }, at, forward) => {
  const start = forward ? at : Math.max(0, at - WORD_REACH);
  const text = state.sliceDoc(start, forward ? at + WORD_REACH : at);
  const words = tokenise(text, contentDOM.lang);
  const edge = forward ? words[0]?.[1] : words.at(-1)?.[0];
  return edge === undefined ? (forward ? state.doc.length : 0) : start + edge;
};

function tagBeside(state: EditorState, at: number, forward: boolean) {
  return tagsOf(state).find(({ from, to }) => (forward ? from : to) === at);
}

function move(side: "left" | "right", step: Step, isSelecting: boolean): Command {
  return (view) => {
    const { main } = view.state.selection;
    const forward = (view.textDirectionAt(main.head) === Direction.LTR) === (side === "right");
    const jumps = !isSelecting && !main.empty && step === overSign;
    const to = jumps ? (forward ? main.to : main.from) : step(view, main.head, forward);
    const next = isSelecting
      ? EditorSelection.range(main.anchor, to)
      : EditorSelection.cursor(to, forward ? -1 : 1);
    if (!next.eq(main, true)) {
      view.dispatch({ selection: EditorSelection.create([next]), scrollIntoView: true, userEvent: "select" });
    }
    return true;
  };
}

/** To where the line that is seen begins or ends; there it stays, however often the key is pressed. */
function toEdge(forward: boolean, isSelecting: boolean): Command {
  return (view) => {
    const { main } = view.state.selection;
    const { head, assoc } = view.moveToLineBoundary(main, forward);
    const next = isSelecting
      ? EditorSelection.range(main.anchor, head, undefined, undefined, assoc)
      : EditorSelection.cursor(head, assoc);
    view.dispatch({ selection: EditorSelection.create([next]), scrollIntoView: true, userEvent: "select" });
    return true;
  };
}

/** Backwards, one sign of the keyboard goes, so that a wrong vowel can be mended alone; forwards, all of it. */
const deleteSign: Command = (view) => {
  const { main } = view.state.selection;
  const sign = main.empty ? signAt(view.state.doc, main.head) : null;
  if (!sign || sign[0] !== main.head || tagBeside(view.state, main.head, true))
    return deleteCharForward(view);
  view.dispatch({
    changes: { from: sign[0], to: sign[1] },
    userEvent: "delete.forward",
    scrollIntoView: true,
  });
  return true;
};

const sideways = (["left", "right"] as const).flatMap((side): KeyBinding[] => {
  const key = side === "left" ? "ArrowLeft" : "ArrowRight";
  const by = (step: Step) => ({
    run: move(side, step, false),
    shift: move(side, step, true),
    preventDefault: true,
  });
  // Alt with an arrow moves through the sound, also on a Mac.
  return [
    { key, ...by(overSign) },
    { key: `Ctrl-${key}`, ...by(overWord) },
  ];
});

const edges = ["Home", "End"].map(
  (key): KeyBinding => ({
    key,
    run: toEdge(key === "End", false),
    shift: toEdge(key === "End", true),
    preventDefault: true,
  }),
);

export const caretKeys: KeyBinding[] = [
  ...sideways,
  ...edges,
  { key: "Delete", run: deleteSign, preventDefault: true },
];
