import { beforeEach, describe, expect, it } from "vitest";
import type { Preferences } from "../../src/core/memory";
import type { LabelSettings } from "../../src/core/protocol";
import { Bindings, type Keys } from "../../src/labeller/bindings";
import { Options } from "../../src/labeller/options";
import { Rebinding } from "../../src/labeller/rebinding";

class FakePreferences implements Preferences {
  readonly kept = new Map<string, string>();
  recall = (name: string) => this.kept.get(name) ?? null;
  remember = (name: string, value: string) => void this.kept.set(name, value);
}

const PROJECT: Keys = {
  loop: ["Alt+L"],
  skip: ["Alt+S"],
  search: ["Alt+F", "F3"],
  help: ["?", "F1"],
  leave: ["Escape"],
};
const ELAN: Keys = { ...PROJECT, loop: ["Ctrl+L"] };

let preferences = new FakePreferences();
const bind = (keys = PROJECT) => new Bindings({ keys, preset: "labwidgets" }, preferences, false);

beforeEach(() => {
  preferences = new FakePreferences();
});

function press(rebinding: Rebinding, key: string, held: Partial<Record<"ctrlKey" | "altKey", boolean>> = {}) {
  const none = { ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, isComposing: false };
  return rebinding.record({ key, code: "", ...none, ...held });
}

describe("keys of one person", () => {
  it("are the project's until they are changed, and remembered then", () => {
    const bindings = bind();
    expect(bindings.chords("loop")).toEqual(["Alt+L"]);
    bindings.give("Alt+X", "loop", "Alt+L");
    bindings.give("F4", "loop", null);
    expect(bind().chords("loop")).toEqual(["Alt+X", "F4"]);
    expect(bind().map.match({ ...noKey, key: "x", altKey: true })).toBe("loop");
    expect(bind().isOwn).toBe(true);
  });

  it("win over what the project gives to others later", () => {
    bind().give("Alt+X", "loop", "Alt+L");
    const later = bind({ ...PROJECT, skip: ["Alt+X", "Alt+S"] });
    expect(later.chords("loop")).toEqual(["Alt+X"]);
    expect(later.chords("skip")).toEqual(["Alt+S"]);
  });

  it("are taken from who had them, or swapped", () => {
    const bindings = bind();
    bindings.give("Alt+S", "loop", "Alt+L");
    expect([bindings.chords("loop"), bindings.chords("skip")]).toEqual([["Alt+S"], []]);
    bindings.undo();
    bindings.swap("Alt+S", "loop", "Alt+L");
    expect([bindings.chords("loop"), bindings.chords("skip")]).toEqual([["Alt+S"], ["Alt+L"]]);
    expect(bindings.ownerOf("Alt+L")).toBe("skip");
  });

  it("come back by undo, one change at a time, and all at once by reset", () => {
    const bindings = bind();
    bindings.give("F4", "loop", null);
    bindings.remove("search", "F3");
    bindings.undo();
    expect([bindings.chords("loop"), bindings.chords("search")]).toEqual([
      ["Alt+L", "F4"],
      ["Alt+F", "F3"],
    ]);
    bindings.reset();
    expect(bindings.keys.loop).toEqual(["Alt+L"]);
    bindings.undo();
    expect(bindings.keys.loop).toEqual(["Alt+L", "F4"]);
    expect(bindings.canUndo).toBe(true);
  });

  it("never lose the way out", () => {
    const bindings = bind();
    expect(bindings.remove("leave", "Escape")).toBe(false);
    expect(bindings.remove("help", "?")).toBe(true);
    expect(bindings.remove("help", "F1")).toBe(false);
    expect(bindings.mayLose("help", "F1")).toBe(false);
  });

  it("of a preset hold for all actions, and can be changed on top", () => {
    const bindings = bind();
    bindings.give("F4", "skip", null);
    bindings.choose("elan", ELAN);
    expect([bindings.preset, bindings.chords("loop"), bindings.chords("skip")]).toEqual([
      "elan",
      ["Ctrl+L"],
      ["Alt+S"],
    ]);
    bindings.give("F5", "skip", null);
    expect(bind().preset).toBe("elan");
    expect(bind().yaml(ELAN)).toBe('keys:\n  preset: elan\n  skip: ["Alt+S", "F5"]\n');
    bindings.choose("labwidgets", PROJECT);
    expect(bindings.isOwn).toBe(false);
    expect(bindings.yaml(PROJECT)).toBe("keys: labwidgets\n");
  });

  it.each(["{", "[]", '{"chords": {"loop": 3, "nonsense": ["X"]}}', '{"preset": 3}', "null"])(
    "are the project's where %s is remembered",
    (text) => {
      preferences.remember("keys", text);
      expect(bind().chords("loop")).toEqual(["Alt+L"]);
      expect(bind().preset).toBe("labwidgets");
    },
  );
});

const noKey = {
  key: "",
  code: "",
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  metaKey: false,
  isComposing: false,
};

describe("changing keys", () => {
  function change() {
    const bindings = bind();
    const rebinding = new Rebinding(bindings, { flags: ["noise"], layers: [] });
    const news: string[] = [];
    rebinding.on("news", (text) => news.push(text));
    return { bindings, rebinding, said: () => news.at(-1) ?? "" };
  }

  it("takes no key before it was asked to", () => {
    expect(press(change().rebinding, "x", { altKey: true })).toBe(false);
  });

  it("puts the new keys in the place of the old", () => {
    const { bindings, rebinding, said } = change();
    rebinding.start({ action: "search", chord: "Alt+F" });
    expect(press(rebinding, "x", { altKey: true })).toBe(true);
    expect(bindings.chords("search")).toEqual(["Alt+X", "F3"]);
    expect(said()).toBe("Alt+X now: search.");
    expect(press(rebinding, "y")).toBe(false);
  });

  it("says of keys that others keep who does, and goes on waiting", () => {
    const { bindings, rebinding, said } = change();
    rebinding.start({ action: "loop", chord: "Alt+L" });
    press(rebinding, "w", { ctrlKey: true });
    expect(said()).toMatch(/Ctrl\+W cannot be used: the browser/);
    press(rebinding, "x", { altKey: true });
    expect(bindings.chords("loop")).toEqual(["Alt+X"]);
  });

  it("says of keys that a text needs where they act", () => {
    const { rebinding, said } = change();
    rebinding.start({ action: "loop", chord: null });
    press(rebinding, "l");
    expect(said()).toBe("L now: loop the segment or the selection (outside the text only).");
  });

  it.each([
    ["take", ["Alt+S"], []],
    ["swap", ["Alt+S"], ["Alt+L"]],
    ["leave", ["Alt+L"], ["Alt+S"]],
  ] as const)("settles a clash by %s", (how, loop, skip) => {
    const { bindings, rebinding, said } = change();
    rebinding.start({ action: "loop", chord: "Alt+L" });
    press(rebinding, "s", { altKey: true });
    expect(said()).toMatch(/Alt\+S does something already: skip/);
    expect(bindings.chords("loop")).toEqual(["Alt+L"]);
    rebinding.settle(how);
    expect([bindings.chords("loop"), bindings.chords("skip")]).toEqual([loop, skip]);
    expect(rebinding.clash).toBeNull();
  });

  it("is given up by Esc, and does not take away the last keys of the way out", () => {
    const { bindings, rebinding, said } = change();
    rebinding.start({ action: "loop", chord: "Alt+L" });
    press(rebinding, "Escape");
    expect([rebinding.recording, said()]).toEqual([null, "Nothing changed."]);
    rebinding.remove({ action: "leave", chord: "Escape" });
    expect(said()).toMatch(/needs keys/);
    rebinding.remove({ action: "loop", chord: "Alt+L" });
    expect(bindings.chords("loop")).toEqual([]);
  });
});

describe("options of one person", () => {
  const project = {
    autoplay: true,
    pause_while_typing: false,
    resume_after_s: 1.5,
    lead_s: 0.5,
  } as LabelSettings;

  it("lie on top of the project's, and are remembered", () => {
    const options = new Options(project, preferences);
    options.set("pause_while_typing", true);
    options.set("lead_s", 1);
    expect(new Options(project, preferences).settings).toMatchObject({ pause_while_typing: true, lead_s: 1 });
    options.set("lead_s", 0.5);
    expect(JSON.parse(preferences.recall("options") ?? "")).toEqual({ pause_while_typing: true });
    expect(project.pause_while_typing).toBe(false);
  });

  it.each([Number.NaN, -1, 99])("do not take %s", (value) => {
    const options = new Options(project, preferences);
    options.set("lead_s", value);
    expect(options.settings.lead_s).toBe(0.5);
  });

  it.each(["{", '{"lead_s": "x", "autoplay": 3, "flags": []}', "3"])(
    "are the project's where %s is kept",
    (text) => {
      preferences.remember("options", text);
      expect(new Options(project, preferences).settings).toEqual(project);
    },
  );
});
