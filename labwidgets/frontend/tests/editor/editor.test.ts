// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Scope } from "../../src/core/scope";
import { createEditor } from "../../src/editor/editor";
import { timed } from "./making";

const CLIP = { duration_s: 10, language: "en" };
const DRAFT = { id: "d", model: "tiny", words: [], confidence: 0.5, alarms: [] };

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

function opened(text: string, confidences: (number | null)[] = []) {
  const editor = createEditor(scope, { low_confidence: 0.5, tags: [] });
  document.body.append(editor.root);
  const words = timed(text.split(" ")).map((word, at) => ({ ...word, confidence: confidences[at] ?? 0.9 }));
  editor.load({ text, words }, CLIP);
  const marked = (name: string) =>
    [...editor.root.querySelectorAll(`.lw-word-${name}`)].map((element) => element.textContent);
  return { editor, marked };
}

describe("the marks of words", () => {
  it("underline what the model was unsure of, and nothing else", () => {
    const { marked } = opened("one two three four", [0.9, 0.2, null, 0.49]);
    expect(marked("doubtful")).toEqual(["two", "four"]);
  });

  it("lead from one doubtful word to the next, and round", () => {
    const { editor } = opened("one two three four", [0.9, 0.2, 0.9, 0.3]);
    const walked = [1, 2, 3].map(() => editor.nextDoubtfulWord()?.text);
    expect(walked).toEqual(["two", "four", "two"]);
  });

  it("are none where the model was sure", () => {
    const { editor, marked } = opened("one two", [0.9, 0.9]);
    expect(marked("doubtful")).toEqual([]);
    expect(editor.nextDoubtfulWord()).toBeNull();
  });
});

describe("the playhead", () => {
  it("boxes the word that sounds, and none after the end", () => {
    const { editor, marked } = opened("one two three");
    editor.setPlayhead(0.6);
    expect(marked("sounding")).toEqual(["two"]);
    editor.setPlayhead(null);
    expect(marked("sounding")).toEqual([]);
  });

  it("changes nothing on the page while the same word sounds", () => {
    const { editor } = opened("one two three");
    editor.setPlayhead(0.55);
    const before = editor.root.querySelector(".lw-word-sounding");
    editor.setPlayhead(0.7);
    expect(editor.root.querySelector(".lw-word-sounding")).toBe(before);
  });

  it("is gone when another text comes", () => {
    const { editor, marked } = opened("one two three");
    editor.setPlayhead(0.6);
    editor.load({ text: "four five", words: timed(["four", "five"]) }, CLIP);
    expect(marked("sounding")).toEqual([]);
  });
});

describe("the draft panel", () => {
  const parts = (root: HTMLElement, tag: string) =>
    [...root.querySelectorAll(`.lw-draft-diff ${tag}`)].map((element) => element.lastChild?.textContent);

  it("shows what was taken out and what was put in", () => {
    const { editor } = opened("one too three");
    editor.setDraft({ ...DRAFT, text: "one two three" });
    editor.showDraft(true);
    expect(parts(editor.root, "del")).toEqual(["two"]);
    expect(parts(editor.root, "ins")).toEqual(["too"]);
  });

  it("says so where nothing differs, and where there is no draft", () => {
    const { editor } = opened("one two");
    editor.showDraft(true);
    expect(editor.root.textContent).toContain("There is no draft for this clip.");
    editor.setDraft({ ...DRAFT, text: "one two" });
    expect(editor.root.textContent).toContain("No difference.");
    editor.showDraft(false);
    expect(editor.draftShown).toBe(false);
  });
});

describe("an empty box", () => {
  it("says what to do, and why the draft is not in it", () => {
    const { editor } = opened("");
    const said = () => editor.root.querySelector(".cm-placeholder")?.textContent;
    expect(said()).toBe("Type what you hear…");
    editor.setDraft(null, { why: "It is held back.", hint: "It is held back: 62 % wrong." });
    editor.showDraft(true);
    const panel = () => editor.root.querySelector(".lw-draft")?.textContent;
    expect([said(), panel()]).toEqual([
      "Type what you hear… It is held back: 62 % wrong.",
      "It is held back.",
    ]);
    editor.load({ text: "", words: [] }, CLIP);
    expect(said()).toBe("Type what you hear… It is held back: 62 % wrong.");
    editor.setDraft({ ...DRAFT, text: "one two" });
    expect(said()).toBe("Type what you hear…");
  });
});

describe("another text", () => {
  it("is no change by the user, and leaves nothing to undo", () => {
    const { editor } = opened("one two");
    const changed = vi.fn();
    editor.on("change", changed);
    editor.load({ text: "three", words: [] }, CLIP);
    expect(changed).not.toHaveBeenCalled();
    expect(editor.undo()).toBe(false);
    expect(editor.content.text).toBe("three");
  });

  it("ends what an input method has under way", () => {
    const { editor } = opened("one two");
    const content = editor.root.querySelector<HTMLElement>(".cm-content");
    content?.focus();
    content?.dispatchEvent(new Event("compositionstart"));
    expect(editor.composing).toBe(true);
    const blurred = vi.fn();
    content?.addEventListener("blur", blurred);
    editor.load({ text: "three", words: [] }, CLIP);
    expect(blurred).toHaveBeenCalled();
    expect(editor.content.text).toBe("three");
  });
});

describe("what may enter", () => {
  const type = (editor: ReturnType<typeof opened>["editor"], text: string) =>
    editor.replay([{ kind: "insert", text }]);

  it("is at most what a segment holds, and what is left out is said", () => {
    const { editor } = opened("one");
    const notice = vi.fn();
    editor.on("notice", notice);
    type(editor, "x".repeat(19_990));
    expect(notice).not.toHaveBeenCalled();
    type(editor, "y".repeat(8));
    expect(editor.content.text).toHaveLength(20_000);
    expect(notice).toHaveBeenCalledWith(expect.stringContaining("20,000 characters"));
    type(editor, "z");
    expect(editor.content.text).toHaveLength(20_000);
    editor.undo();
    expect(editor.content.text.length).toBeLessThan(20_000);
  });

  it("leaves the caret behind what was typed, whatever was left out of it", () => {
    const { editor } = opened("");
    type(editor, "a\u0000b\n");
    type(editor, "c");
    expect(editor.content.text).toBe("ab c");
  });

  it("is handed on composed, text and words alike", () => {
    const { editor } = opened("cafe\u0301 noir");
    expect(editor.content.text).toBe("caf\u00e9 noir");
    type(editor, "e\u0301");
    const { text, words } = editor.content;
    expect(text).toBe("\u00e9caf\u00e9 noir");
    expect(words.map((word) => word.text).join(" ")).toBe(text);
  });
});

describe("a segment that gets other times", () => {
  it("keeps its words where they are heard, and the caret where it is", () => {
    const { editor } = opened("one two three", [0.9, 0.2, 0.9]);
    editor.nextDoubtfulWord();
    const { caret } = editor;
    const before = editor.content.words.map(({ start_s }) => start_s);
    editor.retime(-0.5, 10.5);
    expect(editor.content.words.map(({ start_s }) => start_s)).toEqual(
      before.map((start_s) => start_s + 0.5),
    );
    expect(editor.content.words[1]?.confidence).toBe(0.2);
    expect(editor.caret).toBe(caret);
  });

  it("leaves nothing to undo of what was typed before", () => {
    const { editor } = opened("one two");
    editor.replay([{ kind: "insert", text: "x " }]);
    editor.closeHistory();
    expect(editor.undo()).toBe(false);
    expect(editor.content.text).toBe("x one two");
    editor.replay([{ kind: "insert", text: "y " }]);
    expect(editor.undo()).toBe(true);
    expect(editor.content.text).toBe("x one two");
  });
});
