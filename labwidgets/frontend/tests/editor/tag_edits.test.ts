import { deleteCharBackward, deleteCharForward, undo } from "@codemirror/commands";
import { EditorSelection, type EditorState, type Transaction } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { insertTag } from "../../src/editor/tag_edits";
import { brief, edit, open, opened, timed, typeAt, words } from "./making";

const NOISE = { kind: "event", text: "[noise]" } as const;
const ENGLISH = { kind: "foreign", text: "<lang:en>" } as const;
const HINDI = { kind: "foreign", text: "<lang:hi>" } as const;

/** "|" is the caret; "<<" and ">>" hold what is selected. */
function at(marked: string, language = "en"): EditorState {
  const anchor = marked.search(/\||<</);
  const text = marked.replace(/\||<<|>>/g, "");
  const head = marked.includes(">>") ? marked.indexOf(">>") - 2 : anchor;
  const state = open(text, language === "en" ? timed(text.split(" ")) : [], 60, language);
  return state.update({ selection: EditorSelection.single(anchor, head) }).state;
}

function shown(state: EditorState): string {
  const { head } = state.selection.main;
  return `${state.sliceDoc(0, head)}|${state.sliceDoc(head)}`;
}

function insert(marked: string, tag: Parameters<typeof insertTag>[1], language = "en"): string {
  const state = at(marked, language);
  return shown(state.update(insertTag(state, tag)).state);
}

describe("a sound from the palette", () => {
  it.each([
    ["|", "[noise] |"],
    ["one |two", "one [noise] |two"],
    ["one| two", "one [noise]| two"],
    ["one|, two", "one, [noise]| two"],
    ["o|ne two", "one [noise]| two"],
    ["one <<two>> six", "one [noise]| six"],
    ["one|", "one [noise] |"],
  ])("stands apart from words: %s", (before, after) => {
    expect(insert(before, NOISE)).toBe(after);
  });

  it("needs no space in scripts that have none", () => {
    expect(insert("今日は|天気", NOISE, "ja")).toBe("今日は[noise]|天気");
  });

  it("has a time between its neighbours, without confidence, and moves nobody else's", () => {
    const state = at("one |two");
    expect(brief(state.update(insertTag(state, NOISE)).state)).toEqual([
      "one 0-0.4",
      "[noise] 0.4-0.5?~",
      "two 0.5-0.9",
    ]);
  });
});

describe("a language from the palette", () => {
  it.each([
    ["my ph|one, ok", "my <lang:en>phone</lang>|, ok"],
    ["my phone|", "my <lang:en>phone</lang>|"],
    ["my |phone", "my <lang:en>|</lang>phone"],
    ["<<my phone >>ok", "<lang:en>my phone</lang>| ok"],
    ["a <<<lang:hi>b</lang> c>>", "a <lang:en>b c</lang>|"],
    ["a <<b <lang:hi>c>> d</lang>", "a <lang:en>b c</lang>| d"],
  ])("goes around words: %s", (before, after) => {
    expect(insert(before, ENGLISH)).toBe(after);
  });

  it("goes away when it is chosen again, and gives way to another", () => {
    expect(insert("my <lang:en>ph|one</lang> ok", ENGLISH)).toBe("my ph|one ok");
    expect(insert("my <lang:en>ph|one</lang> ok", HINDI)).toBe("my <lang:hi>ph|one</lang> ok");
  });

  it("leaves the words inside as they were", () => {
    const state = at("my ph|one");
    const after = state.update(insertTag(state, ENGLISH)).state;
    expect(brief(after).filter((word) => !word.startsWith("<"))).toEqual(["my 0-0.4", "phone 0.5-0.9"]);
  });
});

describe("a tag in the text", () => {
  const run = (marked: string, command: typeof deleteCharBackward) => {
    let state = at(marked);
    const dispatch = (transaction: Transaction) => {
      state = transaction.state;
    };
    command({ state, dispatch } as never);
    return shown(state);
  };

  it("goes in one piece, with the one that belongs to it", () => {
    expect(run("one [noise]| two", deleteCharBackward)).toBe("one | two");
    expect(run("one |[noise] two", deleteCharForward)).toBe("one | two");
    expect(run("my <lang:en>phone</lang>| ok", deleteCharBackward)).toBe("my phone| ok");
    expect(run("my <lang:en>|phone</lang> ok", deleteCharBackward)).toBe("my |phone ok");
  });

  it("is not cut by an edit that comes from elsewhere", () => {
    const state = opened("one [noise] two");
    expect(edit(state, 6, 8, "X").doc.toString()).toBe("one [noise] two");
    expect(edit(state, 7, 7, "X").doc.toString()).toBe("one [noise] two");
    expect(edit(state, 2, 8, "X").doc.toString()).toBe("onX[noise] two");
    expect(edit(state, 8, 13, "X").doc.toString()).toBe("one [noise]Xwo");
    expect(edit(state, 4, 11, "X").doc.toString()).toBe("one X two");
  });

  it("takes its partner along when it is overwritten", () => {
    const state = opened("a <lang:en>b</lang> c");
    expect(edit(state, 0, 11, "X").doc.toString()).toBe("Xb c");
    expect(edit(state, 2, 11, "<lang:hi>").doc.toString()).toBe("a <lang:hi>b</lang> c");
  });

  it("comes back whole with one undo", () => {
    const start = opened("my <lang:en>phone</lang> ok");
    let state = start.update({ changes: { from: 3, to: 12 }, userEvent: "delete.backward" }).state;
    expect(state.doc.toString()).toBe("my phone ok");
    undo({
      state,
      dispatch(transaction) {
        state = transaction.state;
      },
    });
    expect(state.doc.toString()).toBe("my <lang:en>phone</lang> ok");
    expect(words(state)).toEqual(words(start));
  });

  it("is one word once its end is typed, also with space in it", () => {
    const state = typeAt(opened("one two"), 3, " [phone rings]");
    expect(words(state).map(({ text }) => text)).toEqual(["one", "[phone rings]", "two"]);
  });

  it("is no place for a word of the draft", () => {
    const state = open("one [noise] <lang:en>noise</lang> two", timed(["one", "noise", "two"]));
    expect(words(state).map(({ text }) => text)).toEqual([
      "one",
      "[noise]",
      "<lang:en>",
      "noise",
      "</lang>",
      "two",
    ]);
    expect(brief(state)[3]).toBe("noise 0.5-0.9");
  });

  it("keeps its time when it is loaded again", () => {
    const state = at("one |two");
    const first = state.update(insertTag(state, NOISE)).state;
    expect(words(open(first.doc.toString(), words(first)))).toEqual(words(first));
  });
});
