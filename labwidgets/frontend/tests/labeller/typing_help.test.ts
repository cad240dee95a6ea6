// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import type { Preferences } from "../../src/core/memory";
import type { LabelSettings } from "../../src/core/protocol";
import type { Transport } from "../../src/core/transport";
import { Options } from "../../src/labeller/options";
import { TypingHelp } from "../../src/labeller/typing_help";
import { settle } from "./fakes";

function setUp({ isOn = false, stored = new Map<string, string>() } = {}) {
  const preferences: Preferences = {
    recall: (name) => stored.get(name) ?? null,
    remember: (name, value) => void stored.set(name, value),
  };
  const options = new Options({ typing_help: isOn } as LabelSettings, preferences);
  const request = vi.fn(async () => ({ payload: { words: ["नाम"] }, buffers: [] }));
  const transport = { request } as unknown as Transport;
  const createEngine = vi.fn((language: string) =>
    language === "en" ? null : { suggest: (latin: string) => [`${latin}-1`, `${latin}-2`] },
  );
  const load = vi.fn(async () => ({ createEngine }));
  const help = new TypingHelp({ transport, options, preferences, load });
  return { help, request, load, createEngine, stored };
}

describe("the typing help of a person", () => {
  it("loads nothing until somebody switches it on", async () => {
    const { help, load, request } = setUp();
    help.setLanguage("hi");
    await settle();
    expect([load.mock.calls.length, request.mock.calls.length, help.root.textContent]).toEqual([0, 0, ""]);
    expect(help.suggest("nam")).toBeNull();
  });

  it("loads once for each language, and says what it does", async () => {
    const { help, load, createEngine } = setUp();
    help.setLanguage("hi-IN");
    expect(help.toggle()).toBe("Typing help is on: Latin letters become Devanagari.");
    expect(help.root.textContent).toBe("typing help is loading …");
    await settle();
    expect(help.root.textContent).toBe("typing help: Latin → Devanagari");
    expect(createEngine).toHaveBeenCalledWith("hi-IN", "Deva", ["नाम"]);
    help.setLanguage("hi-IN");
    expect(load).toHaveBeenCalledTimes(1);
    expect(help.suggest("nam")).toEqual(["nam-1", "nam-2"]);
    expect(help.toggle()).toBe("Typing help is off.");
    expect([help.suggest("nam"), help.root.textContent]).toEqual([null, ""]);
  });

  it("says so where it knows nothing of a language", async () => {
    const { help } = setUp({ isOn: true });
    help.setLanguage("en");
    await settle();
    expect(help.root.textContent).toBe("no typing help for English");
    expect(help.suggest("nam")).toBeNull();
  });

  it("puts first what was chosen for the same letters, here and in the next view", async () => {
    const { help, stored } = setUp({ isOn: true });
    help.setLanguage("hi");
    await settle();
    help.chosen("nam", "nam-2");
    expect(help.suggest("nam")).toEqual(["nam-2", "nam-1"]);
    const next = setUp({ isOn: true, stored });
    next.help.setLanguage("hi-IN");
    await settle();
    expect(next.help.suggest("nam")).toEqual(["nam-2", "nam-1"]);
  });

  it("says what went wrong, and tries anew with the next segment", async () => {
    const { help, load } = setUp({ isOn: true });
    load.mockRejectedValueOnce(new Error("gone"));
    help.setLanguage("hi");
    await settle();
    expect(help.root.textContent).toBe("typing help could not be loaded: gone");
    help.setLanguage("hi");
    await settle();
    expect(help.root.textContent).toBe("typing help: Latin → Devanagari");
  });

  it("is not disturbed by what others left in its place", async () => {
    const { help } = setUp({ isOn: true, stored: new Map([["typed.Deva.hi", "{broken"]]) });
    help.setLanguage("hi");
    await settle();
    expect(help.suggest("nam")).toEqual(["nam-1", "nam-2"]);
  });
});
