// @vitest-environment happy-dom
import { EditorView } from "@codemirror/view";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Suggester, SuggesterBox } from "../../src/core/parts";
import { Scope } from "../../src/core/scope";
import { createEditor } from "../../src/editor/editor";

const WORDS: Record<string, string[]> = {
  n: ["न"],
  na: ["न", "ना"],
  nam: ["नाम", "नम"],
};

let scope: Scope;
beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
});
afterEach(() => {
  scope.dispose();
  vi.useRealTimers();
  document.body.replaceChildren();
});

function opened(text = "", language = "hi") {
  const chosen: string[][] = [];
  let box: SuggesterBox | null = null;
  const suggester: Suggester = {
    suggest: (latin) => WORDS[latin] ?? null,
    chosen: (latin, word) => void chosen.push([latin, word]),
    isOpen: false,
    register(made) {
      box = made;
      return () => {};
    },
  };
  const editor = createEditor(scope, { low_confidence: 0.5, tags: [] }, suggester);
  document.body.append(editor.root);
  editor.load({ text, words: [] }, { duration_s: 5, language });
  const view = EditorView.findFromDOM(editor.root) as EditorView;
  /** Each letter as the browser hands it over: first to those who want text, then into the document. */
  const type = (letters: string, at = view.state.selection.main.head) => {
    view.dispatch({ selection: { anchor: at } });
    for (const letter of letters) {
      const { head } = view.state.selection.main;
      const take = () => view.state.update({ changes: { from: head, insert: letter } });
      const handlers = view.state.facet(EditorView.inputHandler);
      if (handlers.some((handle) => handle(view, head, head, letter, take))) continue;
      view.dispatch({
        changes: { from: head, insert: letter },
        selection: { anchor: head + letter.length },
        userEvent: "input.type",
      });
    }
  };
  const shown = () =>
    [...editor.root.querySelectorAll(".lw-candidates [role=option]")].map(
      (row) => row.lastChild?.textContent,
    );
  return { editor, view, type, shown, chosen, box: () => box as unknown as SuggesterBox };
}

describe("the typing help", () => {
  it("leaves the letters until a space takes the first word", () => {
    const { editor, type, shown, chosen } = opened();
    type("nam");
    expect([editor.content.text, shown()]).toEqual(["nam", ["नाम", "नम"]]);
    type(" ");
    expect([editor.content.text, shown(), chosen]).toEqual(["नाम ", [], [["nam", "नाम"]]]);
  });

  it("takes another word by its number, and the marked one with a sign", () => {
    const { editor, type } = opened();
    type("nam2");
    type(" na.");
    expect(editor.content.text).toBe("नम न.");
  });

  it("keeps the Latin letters on demand, and takes no number or space for a choice then", () => {
    const { editor, type, shown, box } = opened();
    type("nam");
    expect(box().close()).toBe(true);
    expect(shown()).toEqual([]);
    type("2 ");
    expect(editor.content.text).toBe("nam2 ");
    expect(box().close()).toBe(false);
  });

  it("is taken back in one step, letters and all", () => {
    const { editor, type } = opened();
    type("nam ");
    editor.undo();
    expect(editor.content.text).toBe("nam");
  });

  it("takes the word under way when the text is handed in", () => {
    const { editor, type, box } = opened();
    type("nam");
    expect(box().settle()).toBe(true);
    expect(editor.content.text).toBe("नाम");
    expect(box().settle()).toBe(false);
  });

  it("takes the word under way when the focus goes elsewhere", () => {
    const { editor, view, type, box } = opened();
    type("nam");
    expect(box().isOpen).toBe(true);
    view.contentDOM.dispatchEvent(new Event("blur"));
    expect([editor.content.text, box().isOpen]).toEqual(["नाम", false]);
  });

  it.each([
    ["a tag", "[", 1],
    ["an opening tag of another language", "<", 1],
    ["words of another language", "<lang:en>", 9],
    ["a word that was there", "xx", 2],
    ["the middle of a word", "xx", 1],
    ["a word in the script itself", "नम", 2],
  ])("stays away from %s", (_, text, at) => {
    const { editor, type, shown } = opened(text);
    type("nam ", at);
    expect(shown()).toEqual([]);
    expect(editor.content.text).toContain("nam ");
  });

  it("goes on behind the words of another language", () => {
    const { editor, type } = opened("<lang:en>phone</lang> ");
    type("nam ", 22);
    expect(editor.content.text).toBe("<lang:en>phone</lang> नाम ");
  });

  it("gives up when the caret goes elsewhere, or the text is pasted into", () => {
    const { view, type, shown } = opened("abc ");
    type("na", 4);
    expect(shown()).toHaveLength(2);
    view.dispatch({ selection: { anchor: 0 } });
    expect(shown()).toEqual([]);
    view.dispatch({ changes: { from: 0, insert: "nam" }, userEvent: "input.paste" });
    expect(shown()).toEqual([]);
  });

  it("never touches what an input method composes", () => {
    const { view, shown } = opened();
    view.dispatch({
      changes: { from: 0, insert: "nam" },
      selection: { anchor: 3 },
      userEvent: "input.type.compose",
    });
    expect(shown()).toEqual([]);
  });

  it("follows letters that are taken back", () => {
    const { editor, view, type, shown } = opened();
    type("nam");
    view.dispatch({ changes: { from: 2, to: 3 }, selection: { anchor: 2 }, userEvent: "delete.backward" });
    expect(shown()).toEqual(["न", "ना"]);
    type("2");
    expect(editor.content.text).toBe("ना");
  });
});
