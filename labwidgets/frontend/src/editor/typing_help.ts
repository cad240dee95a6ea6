/**
 * Words in an Indic script from Latin letters: what is typed stays Latin, under a list of suggestions, until a
 * space, a sign, a number or Enter takes one. Only letters typed just now are touched, never those of tags, nor
 * under an input method.
 */
import {
  type EditorState,
  type Extension,
  Prec,
  StateEffect,
  StateField,
  type Transaction,
} from "@codemirror/state";
import { EditorView, keymap, showTooltip, type TooltipView, tooltips, ViewPlugin } from "@codemirror/view";
import type { Suggester } from "../core/parts";
import { findTags, MAX_TAG } from "./tags";

/** The Latin letters under way, and what they may become. */
interface Run {
  from: number;
  to: number;
  latin: string;
  items: readonly string[];
  /** Which of the items is marked. */
  at: number;
}

const LATIN = /^[A-Za-z]+$/;
const LETTER = /[\p{L}\p{M}\p{N}]/u;
/** Signs that end a word, and take the marked suggestion with it. */
const ENDING = /^[ .,;:!?)\]"\u0964\u2026]$/;
const N_SHOWN = 5;

const setRun = StateEffect.define<Run | null>();

/** `home`: the element that the list is put into; it must be positioned. */
export function typingHelp(suggester: Suggester, home: HTMLElement): Extension {
  const make = (from: number, to: number, latin: string): Run | null => {
    const items = LATIN.test(latin) ? suggester.suggest(latin)?.slice(0, N_SHOWN) : null;
    return items?.length ? { from, to, latin, items, at: 0 } : null;
  };
  const field: StateField<Run | null> = StateField.define<Run | null>({
    create: () => null,
    update(run, transaction) {
      const set = transaction.effects.findLast((effect) => effect.is(setRun));
      if (set) return set.value;
      if (transaction.docChanged) return follow(run, transaction, make);
      return run && transaction.selection && transaction.state.selection.main.head !== run.to ? null : run;
    },
    provide: (self) =>
      showTooltip.compute([self], (state) => {
        const run = state.field(self);
        return run && { pos: run.from, above: false, create };
      }),
  });
  /** Puts the item in the place of the letters, with what was typed behind it. */
  const choose = (view: EditorView, at: number, behind = ""): boolean => {
    const run = view.state.field(field);
    const word = run?.items[at];
    if (!run || word === undefined || view.composing) return false;
    view.dispatch({
      changes: { from: run.from, to: run.to, insert: word + behind },
      selection: { anchor: run.from + word.length + behind.length },
      effects: setRun.of(null),
      userEvent: "input.complete",
    });
    suggester.chosen(run.latin, word);
    return true;
  };
  // One and the same function, so that the list on the page stays while letters come in.
  const create = (view: EditorView) => candidateList(view, (state) => state.field(field), choose);
  const move = (by: number) => (view: EditorView) => {
    const run = view.state.field(field);
    if (!run) return false;
    const at = (run.at + by + run.items.length) % run.items.length;
    view.dispatch({ effects: setRun.of({ ...run, at }) });
    return true;
  };
  const close = (view: EditorView) => {
    if (!view.state.field(field)) return false;
    view.dispatch({ effects: setRun.of(null) });
    return true;
  };
  const settle = (view: EditorView) => choose(view, view.state.field(field)?.at ?? 0);
  const typed = EditorView.inputHandler.of((view, from, to, text) => {
    const run = view.state.field(field);
    if (!run || view.composing || view.compositionStarted || from !== run.to || to !== from) return false;
    if (/^[1-9]$/.test(text)) return choose(view, Number(text) - 1);
    return ENDING.test(text) && choose(view, run.at, text);
  });
  const keys = keymap.of([
    { key: "Enter", run: settle },
    { key: "ArrowDown", run: move(1) },
    { key: "ArrowUp", run: move(-1) },
    { key: "Escape", run: close },
  ]);
  const registered = ViewPlugin.define((view) => {
    const undo = suggester.register({
      settle: () => settle(view),
      close: () => close(view),
      get isOpen() {
        return view.state.field(field) !== null;
      },
    });
    return { destroy: undo };
  });
  // Who goes elsewhere in the middle of a word wants the word.
  const left = EditorView.domEventHandlers({ blur: (_, view) => void settle(view) });
  const place = tooltips({
    position: "absolute",
    parent: home,
    tooltipSpace: () => (home.closest(".lw-frame") ?? document.documentElement).getBoundingClientRect(),
  });
  return [field, place, left, Prec.highest([typed, keys]), registered];
}

/** What becomes of the letters under way, and whether new ones begin. */
function follow(
  run: Run | null,
  transaction: Transaction,
  make: (from: number, to: number, latin: string) => Run | null,
): Run | null {
  const isTyped = transaction.isUserEvent("input.type") && !transaction.isUserEvent("input.type.compose");
  if (!isTyped && !transaction.isUserEvent("delete.backward")) return null;
  const { state } = transaction;
  let change: { from: number; to: number; insert: string } | null = null;
  let n_changes = 0;
  transaction.changes.iterChanges((from, to, _fromB, _toB, inserted) => {
    change = { from, to, insert: inserted.toString() };
    n_changes += 1;
  });
  const only = change as { from: number; to: number; insert: string } | null;
  if (!only || n_changes !== 1 || !state.selection.main.empty) return null;
  const from = run && only.from >= run.from && only.to === run.to ? run.from : only.from;
  const to = only.from + only.insert.length;
  return to > from && isFree(state, from, to) ? make(from, to, state.sliceDoc(from, to)) : null;
}

/** Letters of their own: in no longer word, in no tag, and not where another language is spoken. */
function isFree(state: EditorState, from: number, to: number): boolean {
  const before = state.sliceDoc(0, from);
  if (LETTER.test(before.slice(-1)) || LETTER.test(state.sliceDoc(to, to + 1))) return false;
  if (/[[<][^\]>\s]*$/.test(before.slice(-MAX_TAG))) return false;
  const around = findTags(before).findLast(({ kind, name }) => kind !== "event" && /^lang\b/.test(name));
  return around?.kind !== "open";
}

function candidateList(
  view: EditorView,
  runOf: (state: EditorState) => Run | null,
  choose: (view: EditorView, at: number) => boolean,
): TooltipView {
  const dom = document.createElement("div");
  dom.className = "lw-candidates";
  dom.setAttribute("role", "listbox");
  dom.setAttribute("aria-label", "Words for the Latin letters");
  // The fonts of the text.
  dom.lang = view.contentDOM.lang;
  // A click keeps the focus where the work is, in the text.
  dom.onpointerdown = (event) => {
    event.preventDefault();
    const item = (event.target as Element).closest<HTMLElement>("[role=option]");
    if (item) choose(view, Number(item.dataset.at));
  };
  const draw = (run: Run | null) => dom.replaceChildren(...(run ? rowsOf(run) : []));
  draw(runOf(view.state));
  return {
    dom,
    update({ state, startState }) {
      if (runOf(state) !== runOf(startState)) draw(runOf(state));
    },
  };
}

function rowsOf({ items, at, latin }: Run): HTMLElement[] {
  const rows = items.map((word, index) => {
    const row = document.createElement("div");
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(index === at));
    row.dataset.at = String(index);
    const number = document.createElement("span");
    number.className = "lw-key";
    number.textContent = String(index + 1);
    row.append(number, word);
    return row;
  });
  const hint = document.createElement("div");
  hint.className = "lw-candidates-hint";
  hint.textContent = `Esc keeps ${latin}`;
  return [...rows, hint];
}
