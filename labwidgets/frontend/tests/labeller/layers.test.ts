// @vitest-environment happy-dom
import { EditorView } from "@codemirror/view";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Scope } from "../../src/core/scope";
import { createEditor } from "../../src/editor/editor";
import { createLayers } from "../../src/labeller/layers";

const CLIP = { duration_s: 10, language: "en" };
const LAYERS = [
  { name: "normalised", rule: ["no_tags", "no_punctuation", "lower_case"] },
  { name: "plain", rule: [] },
];
const HELP = {
  chordOf: (action: string) => (action === "take_change" ? "Alt+C" : ""),
  labels: new Map([["[noise]", "a noise"]]),
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

function opened(text: string, layers?: Record<string, string>, payloads = LAYERS) {
  const main = createEditor(scope, { low_confidence: 0.5, tags: [] });
  const made = createLayers(scope, main, payloads, HELP);
  const { editor } = made;
  document.body.append(editor.root);
  editor.load({ text, words: [], ...(layers ? { layers } : {}) }, CLIP);
  const heads = () => [...editor.root.querySelectorAll(".lw-layer-head")].map((head) => headText(head));
  const marked = (name: string) =>
    [...editor.root.querySelectorAll(`.lw-word-${name}`)].map((element) => element.textContent);
  /** Types a text anew, and waits for what follows it. */
  const retype = (label: string, insert: string) => {
    const view = boxOf(editor.root, label);
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert }, userEvent: "input.type" });
    vi.advanceTimersByTime(200);
  };
  return { ...made, heads, marked, retype, layersNow: () => editor.content.layers };
}

function boxOf(root: HTMLElement, label: string): EditorView {
  return EditorView.findFromDOM(root.querySelector(`[aria-label="${label}"]`) as HTMLElement) as EditorView;
}

/** What stands in a head line, buttons in brackets. */
function headText(head: Element): string {
  const parts = [...head.children].filter((part) => !(part as HTMLElement).hidden && part.textContent);
  return parts.map((part) => (part.matches("button") ? `[${part.textContent}]` : part.textContent)).join(" ");
}

describe("a further text", () => {
  it("starts from its rule, or from what was stored", () => {
    const { layersNow, heads } = opened("[uh] Turn left.", { plain: "Turn left!" });
    expect(layersNow()).toEqual({ normalised: "turn left", plain: "Turn left!" });
    expect(heads()).toEqual(["text", "normalised follows the text", "plain 2 places by hand [↺]"]);
  });

  it("follows the text where nobody edited it, and shows what was carried", () => {
    const { layersNow, marked, retype } = opened("Turn left.");
    retype("Transcript", "Turn right. Now!");
    expect(layersNow()).toEqual({ normalised: "turn right now", plain: "Turn right. Now!" });
    expect(marked("carried")).toEqual(["right", "now", "right.", "Now!"]);
  });

  it("is up to date when the text is handed over in the middle of a word", () => {
    const { editor, layersNow } = opened("Turn left.");
    editor.replay([{ kind: "insert", text: "Please " }]);
    expect(layersNow()?.normalised).toBe("please turn left");
  });

  it("keeps what is by hand, says what stands against it, and takes it on demand", () => {
    const { editor, layers, layersNow, heads, marked, retype } = opened("Turn left now.");
    retype("normalised", "turn lefty now");
    expect(marked("edited")).toContain("lefty");
    retype("Transcript", "Turn back now, please.");
    expect(layersNow()?.normalised).toBe("turn lefty now please");
    expect(heads()[1]).toBe("normalised ⚠ the text says “back” [take] [keep] [↺]");
    expect(marked("conflict")).toEqual(["lefty"]);

    expect(layers.take()).toBe(true);
    expect(layersNow()?.normalised).toBe("turn back now please");
    expect(heads()[1]).toBe("normalised follows the text");
    expect(layers.take()).toBe(false);
    boxOf(editor.root, "normalised").focus();
    expect(editor.undo()).toBe(true);
    expect(layersNow()?.normalised).toBe("turn lefty now please");
    expect(heads()[1]).toContain("the text says “back”");
    expect(editor.redo()).toBe(true);
    expect(layersNow()?.normalised).toBe("turn back now please");
  });

  it("keeps what is by hand for good when told so", () => {
    const { layers, layersNow, heads, retype } = opened("Turn left now.");
    retype("normalised", "turn lefty now");
    retype("Transcript", "Turn back now.");
    expect(layers.keep()).toBe(true);
    expect(heads()[1]).toBe("normalised 1 place by hand [↺]");
    retype("Transcript", "Turn back then.");
    expect(layersNow()?.normalised).toBe("turn lefty then");
  });

  it("has a history of its own that leaves alone what was carried", () => {
    const { editor, layersNow, retype } = opened("Turn left now.");
    retype("normalised", "turn lefty now");
    retype("Transcript", "Turn left then.");
    boxOf(editor.root, "normalised").focus();
    expect(editor.undo()).toBe(true);
    expect(layersNow()?.normalised).toBe("turn left then");
    expect(editor.undo()).toBe(false);
    boxOf(editor.root, "Transcript").focus();
    expect(editor.undo()).toBe(true);
    expect(editor.content.text).toBe("Turn left now.");
    expect(layersNow()?.normalised).toBe("turn left now");
  });

  it("is written again from the text on demand, and undo brings the hand back", () => {
    const { editor, layers, layersNow, retype } = opened("Turn left now.");
    retype("normalised", "something else");
    boxOf(editor.root, "normalised").focus();
    expect(layers.follow()).toBe(true);
    expect(layersNow()?.normalised).toBe("turn left now");
    expect(layers.follow()).toBe(false);
    editor.undo();
    expect(layersNow()?.normalised).toBe("something else");
  });

  it("is reached in turn, and its changes count as changes", () => {
    const { editor, layers, retype } = opened("Turn left.");
    const changed = vi.fn();
    editor.on("change", changed);
    boxOf(editor.root, "Transcript").focus();
    expect([layers.next(), layers.next(), layers.next()]).toEqual(["normalised", "plain", "text"]);
    expect(changed).not.toHaveBeenCalled();
    retype("plain", "x");
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it("is not there where the project has none", () => {
    const main = createEditor(scope, { low_confidence: 0.5, tags: [] });
    const { editor, layers } = createLayers(scope, main, [], HELP);
    expect(editor).toBe(main);
    expect([layers.next(), layers.take(), layers.keep(), layers.follow()]).toEqual([
      null,
      false,
      false,
      false,
    ]);
  });

  it("draws tags as pills there too, each in one piece", () => {
    const { editor } = opened("one [noise] two");
    const box = boxOf(editor.root, "plain");
    expect(box.contentDOM.querySelector(".lw-tag")?.textContent).toBe("a noise");
    box.dispatch({ changes: { from: 6, to: 7 }, userEvent: "delete.backward" });
    expect(box.state.doc.toString()).toBe("one  two");
  });

  it("tells the key of a button as it is now", () => {
    let chord = "Alt+C";
    const help = { ...HELP, chordOf: () => chord };
    const { editor } = createLayers(
      scope,
      createEditor(scope, { low_confidence: 0.5, tags: [] }),
      LAYERS,
      help,
    );
    const button = editor.root.querySelector<HTMLElement>("[aria-label^='Write normalised']");
    const tip = () => {
      button?.dispatchEvent(new Event("pointerenter"));
      return button?.title;
    };
    expect(tip()).toBe("Write it again from the text (Alt+C)");
    chord = "F4";
    expect(tip()).toBe("Write it again from the text (F4)");
  });
});
