import { describe, expect, it } from "vitest";
import { ACTIONS, type Action } from "../../src/core/parts";
import { isActing } from "../../src/labeller/keyboard";
import { chordPieces, isForNotebook, isForText, KeyMap, type KeyStroke, parseChord } from "../../src/ui/keys";

function stroke(key: string, code: string, held = ""): KeyStroke {
  return {
    key,
    code,
    ctrlKey: held.includes("C"),
    altKey: held.includes("A"),
    shiftKey: held.includes("S"),
    metaKey: held.includes("M"),
    isComposing: held.includes("I"),
  };
}

const FILES = import.meta.glob<string>("../../../../configs/keys/*.yml", {
  query: "?raw",
  import: "default",
  eager: true,
});
const PRESETS = Object.entries(FILES).map(
  ([path, text]) => [/(\w|-)+(?=\.yml)/.exec(path)?.[0] ?? "", text] as const,
);

/** The presets are plain enough to be read by two patterns: one line an action. */
function read(text: string): Record<string, string[]> {
  const found = text.split("\n").flatMap((line) => {
    const match = /^(\w+): \[(.*)\]$/.exec(line);
    const inside = match?.[2]?.match(/"[^"]*"|[^\s,][^\s]*(?=,\s|$)/g) ?? [];
    return match?.[1] ? [[match[1], inside.map((text) => text.replaceAll('"', ""))] as const] : [];
  });
  return Object.fromEntries(found);
}

function preset(name: string): Record<string, string[]> {
  const texts = new Map(PRESETS);
  return { ...read(texts.get("labwidgets") ?? ""), ...read(texts.get(name) ?? "") };
}

describe.each(PRESETS)("the preset %s", (name) => {
  const keys = preset(name);

  it("reaches every action while the caret is in the text", () => {
    const reached = (action: string) =>
      (keys[action] ?? []).some((text) => {
        const chord = parseChord(text);
        if (!chord) return false;
        const pressed = stroke(
          chord.key,
          "",
          `${chord.ctrl ? "C" : ""}${chord.alt ? "A" : ""}${chord.shift ? "S" : ""}`,
        );
        return isActing(action as Action, pressed, "text", false);
      });
    expect(ACTIONS.filter((action) => !reached(action))).toEqual([]);
  });
});

describe("the default preset", () => {
  const keys = preset("labwidgets");

  it("has a key for every action and for nothing else", () => {
    expect(Object.keys(keys).sort()).toEqual([...ACTIONS].sort());
  });

  it("holds only chords that can be read, each once", () => {
    const chords = Object.values(keys).flat();
    expect(chords.filter((chord) => parseChord(chord) === null)).toEqual([]);
    expect(new Set(chords).size).toBe(chords.length);
  });

  const map = new KeyMap(keys, false);
  it.each([
    ["submit_next", stroke("Enter", "Enter", "C")],
    ["submit_stay", stroke("Enter", "Enter", "CS")],
    ["play_pause", stroke("Tab", "Tab")],
    ["play_from_word", stroke("Tab", "Tab", "S")],
    ["back", stroke("ArrowLeft", "ArrowLeft", "A")],
    ["slower", stroke(",", "Comma", "A")],
    ["zoom_in", stroke("=", "Equal", "A")],
    ["zoom_out", stroke("-", "Minus", "A")],
    ["redo", stroke("Z", "KeyZ", "CS")],
    ["help", stroke("?", "Slash", "S")],
    ["leave", stroke("Escape", "Escape")],
  ] as const)("%s", (action, pressed) => {
    expect(map.match(pressed)).toBe(action);
  });
});

describe("other layouts", () => {
  const keys = { undo: ["Ctrl+Z"], flag_1: ["Alt+1"], toggle_draft: ["Alt+D"], help: ["?"] };
  const map = new KeyMap(keys, false);
  const mac = new KeyMap(keys, true);

  it("find letters by their place where the script has none", () => {
    expect(map.match(stroke("я", "KeyZ", "C"))).toBe("undo");
    expect(map.match(stroke("ि", "KeyD", "A"))).toBe("toggle_draft");
  });

  it("find digits by their place where they need Shift", () => {
    expect(map.match(stroke("&", "Digit1", "A"))).toBe("flag_1");
  });

  it("go by the letter where the script is Latin", () => {
    expect(map.match(stroke("z", "KeyY", "C"))).toBe("undo");
    expect(map.match(stroke("w", "KeyZ", "C"))).toBeNull();
  });

  it("take Alt with a letter on a Mac, whatever sign it makes, and Cmd for Ctrl", () => {
    expect(mac.match(stroke("∂", "KeyD", "A"))).toBe("toggle_draft");
    expect(mac.match(stroke("z", "KeyZ", "M"))).toBe("undo");
    expect(map.match(stroke("z", "KeyZ", "M"))).toBeNull();
  });

  it("take ? with or without Shift", () => {
    expect(map.match(stroke("?", "KeyM"))).toBe("help");
    expect(map.match(stroke("?", "Minus", "S"))).toBe("help");
  });

  it("leave AltGr to the letters it makes", () => {
    const pressed = { ...stroke("đ", "KeyD", "A"), getModifierState: (name: string) => name === "AltGraph" };
    expect(map.match(pressed)).toBeNull();
  });
});

it("leaves every key to an input method while it composes", () => {
  const map = new KeyMap({ submit_next: ["Ctrl+Enter"], leave: ["Escape"] }, false);
  expect(map.match(stroke("Enter", "Enter", "CI"))).toBeNull();
  expect(map.match(stroke("Process", "Escape"))).toBeNull();
});

it("lets saving and finding through to the notebook, and nothing else", () => {
  expect(isForNotebook(stroke("s", "KeyS", "C"))).toBe(true);
  expect(isForNotebook(stroke("f", "KeyF", "M"))).toBe(true);
  expect(isForNotebook(stroke("s", "KeyS", "A"))).toBe(false);
  expect(isForNotebook(stroke("Enter", "Enter", "C"))).toBe(false);
  expect(isForNotebook(stroke("d", "KeyD"))).toBe(false);
});

it.each([
  ["Ctrl++", { ctrl: true, alt: false, shift: false, key: "+" }],
  ["Space", { ctrl: false, alt: false, shift: false, key: " " }],
  ["Hyper+X", null],
  ["", null],
])("reads the chord %s", (text, chord) => {
  expect(parseChord(text)).toEqual(chord);
});

it("writes chords for people", () => {
  expect(chordPieces("Ctrl+Shift+Z", false)).toEqual(["Ctrl", "Shift", "Z"]);
  expect(chordPieces("Alt+ArrowLeft", true)).toEqual(["⌥", "←"]);
});

describe("what a text field needs", () => {
  it.each([
    ["a", ""],
    ["A", "S"],
    [" ", ""],
    ["ந", ""],
    ["Enter", ""],
    ["Enter", "S"],
    ["ArrowLeft", "C"],
    ["ArrowLeft", "CS"],
    ["Home", "S"],
    ["Backspace", "C"],
  ])("%s with %s stays with it", (key, held) => {
    expect(isForText(stroke(key, "", held))).toBe(true);
  });

  it.each([
    ["Enter", "C"],
    [" ", "S"],
    [" ", "C"],
    ["ArrowLeft", "A"],
    ["p", "C"],
    ["F4", ""],
    ["Tab", ""],
    ["Escape", ""],
  ])("%s with %s is free", (key, held) => {
    expect(isForText(stroke(key, "", held))).toBe(false);
  });
});
