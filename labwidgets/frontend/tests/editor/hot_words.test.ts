// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Scope } from "../../src/core/scope";
import { createEditor } from "../../src/editor/editor";
import { indexOf, placesOf } from "../../src/editor/hot_words";
import { timed } from "./making";

const HOT = [
  { wrong: "dash wood", right: "Dashwood", n: 3 },
  { wrong: "cat", right: "hat", n: 2 },
  { wrong: "बिल्ली", right: "कुत्ता", n: 2 },
];

describe("places of hot words", () => {
  it.each([
    ["whole words, whatever their case", "Cat, concat cat's cat.", ["Cat→Hat", "cat→hat"]],
    ["several words, also apart by more than one space", "mister Dash  wood had", ["Dash  wood→Dashwood"]],
    ["none across punctuation", "dash, wood", []],
    ["none across or in a tag", "[cat] dash [noise] wood <lang:en>cat</lang>", ["cat→hat"]],
    ["words with marks", "मेरी बिल्ली है।", ["बिल्ली→कुत्ता"]],
    ["none in what is mended", "Dashwood hat", []],
  ])("%s", (_name, text, found) => {
    const places = placesOf(text, indexOf(HOT));
    expect(places.map(({ wrong, right }) => `${wrong}→${right}`)).toEqual(found);
    for (const { from, to, wrong } of places) expect(text.slice(from, to)).toBe(wrong);
  });
});

describe("suggestions in the editor", () => {
  let scope: Scope;
  beforeEach(() => {
    scope = new Scope();
  });
  afterEach(() => {
    scope.dispose();
    document.body.replaceChildren();
  });

  function opened(text: string) {
    const editor = createEditor(scope, { low_confidence: 0, tags: [] });
    document.body.append(editor.root);
    editor.load({ text, words: timed(text.split(" ")) }, { duration_s: 60, language: "en" });
    const marked = () => [...editor.root.querySelectorAll(".lw-word-hot")];
    return { editor, marked };
  }

  it("are marked with what they would become, and nothing is changed by itself", () => {
    const { editor, marked } = opened("the cat sat");
    expect(marked()).toEqual([]);
    editor.setHotWords(HOT);
    const [mark] = marked();
    expect(mark?.textContent).toBe("cat");
    expect(mark?.getAttribute("title")).toBe("often corrected to “hat”");
    expect(mark?.getAttribute("aria-description")).toBe("often corrected to “hat”");
    expect(editor.content.text).toBe("the cat sat");
    editor.load({ text: "a cat", words: [] }, { duration_s: 1, language: "en" });
    expect(marked()).toHaveLength(1);
    editor.setHotWords([]);
    expect(marked()).toEqual([]);
  });

  it("are taken one by one behind the caret and round, keep all times, and come back by undo", () => {
    const { editor, marked } = opened("cat one cat two");
    editor.setHotWords(HOT);
    const before = editor.content;
    const times = () => editor.content.words.map(({ start_s, end_s }) => [start_s, end_s]);
    editor.replay([{ kind: "insert", text: "" }]);
    expect(editor.takeSuggestion()).toEqual({ wrong: "cat", right: "hat" });
    expect(editor.content.text).toBe("hat one cat two");
    expect(editor.takeSuggestion()).toEqual({ wrong: "cat", right: "hat" });
    expect(editor.content.text).toBe("hat one hat two");
    expect(times()).toEqual(before.words.map(({ start_s, end_s }) => [start_s, end_s]));
    expect(marked()).toEqual([]);
    expect(editor.takeSuggestion()).toBeNull();
    editor.undo();
    expect(editor.content.text).toBe("hat one cat two");
    editor.undo();
    expect(editor.content).toEqual(before);
    expect(marked().map((mark) => mark.textContent)).toEqual(["cat", "cat"]);
  });
});
