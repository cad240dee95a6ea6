// @vitest-environment happy-dom
import { deleteCharBackward } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView, runScopeHandlers } from "@codemirror/view";
import { afterEach, describe, expect, it } from "vitest";
import { plainInput } from "../../src/editor/input";
import { tagPills } from "../../src/editor/tag_field";

let view: EditorView;
afterEach(() => {
  view.destroy();
  document.body.replaceChildren();
});

function show(doc: string, anchor = 0): void {
  const extensions = [plainInput(() => {}), tagPills(new Map())];
  const state = EditorState.create({ doc, selection: { anchor }, extensions });
  view = new EditorView({ state, parent: document.body });
}

function press(key: string, modifiers: { ctrlKey?: boolean; shiftKey?: boolean } = {}): void {
  runScopeHandlers(view, new KeyboardEvent("keydown", { key, ...modifiers }), "editor");
}

/** What each press passes, until the caret stays where it is. */
function passed(key: string, modifiers = {}): string[] {
  const steps: string[] = [];
  for (let n = 0; n < 100; n++) {
    const before = view.state.selection.main.head;
    press(key, modifiers);
    const after = view.state.selection.main.head;
    if (after === before) break;
    steps.push(view.state.sliceDoc(Math.min(before, after), Math.max(before, after)));
  }
  return steps;
}

const TEXTS: [text: string, signs: string[]][] = [
  ["क्षत्रिय हिन्दी", ["क्ष", "त्रि", "य", " ", "हि", "न्दी"]],
  ["வணக்கம்", ["வ", "ண", "க்", "க", "ம்"]],
  ["ক্ষুদ্র 👩‍👧e\u0301", ["ক্ষু", "দ্র", " ", "👩‍👧", "e\u0301"]],
  ["آج [noise] 25 <lang:en>bus</lang>", [..."آج ", "[noise]", ..." 25 ", "<lang:en>", ..."bus", "</lang>"]],
];

describe("the caret", () => {
  it.each(TEXTS)("passes each written sign and each tag in one step, there and back: %s", (text, signs) => {
    show(text);
    expect(passed("ArrowRight")).toEqual(signs);
    expect(passed("ArrowLeft")).toEqual(signs.toReversed());
  });

  it("passes words with Ctrl, tags too, and finds them where nobody writes spaces", () => {
    show("one, [noise] two");
    expect(passed("ArrowRight", { ctrlKey: true })).toEqual(["one,", " [noise]", " two"]);
    expect(passed("ArrowLeft", { ctrlKey: true })).toEqual(["two", "[noise] ", "one, "]);
    view.destroy();
    show("今日は天気が");
    expect(passed("ArrowRight", { ctrlKey: true })).toEqual(["今日", "は", "天気", "が"]);
  });

  it("selects with Shift, and leaves a selection at its end", () => {
    show("a [noise] b", 2);
    press("ArrowRight", { shiftKey: true });
    expect(view.state.sliceDoc(view.state.selection.main.from, view.state.selection.main.to)).toBe("[noise]");
    press("ArrowLeft");
    expect(view.state.selection.main.head).toBe(2);
  });
});

describe("deleting", () => {
  it("takes a whole sign forwards, and what was typed last backwards", () => {
    show("त्रिय");
    press("Delete");
    expect(view.state.doc.toString()).toBe("य");
    view.destroy();
    show("त्रि", 4);
    deleteCharBackward(view);
    expect(view.state.doc.toString()).toBe("त्र");
  });

  it("takes a tag whole, its partner too, and a selection as it is", () => {
    show("<lang:en>bus</lang>");
    press("Delete");
    expect(view.state.doc.toString()).toBe("bus");
    view.dispatch({ selection: { anchor: 0, head: 2 } });
    press("Delete");
    expect(view.state.doc.toString()).toBe("s");
  });
});
