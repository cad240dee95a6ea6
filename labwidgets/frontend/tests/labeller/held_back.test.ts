// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import type { Editor, EditorContent } from "../../src/core/parts";
import { createReveal, Revealed } from "../../src/labeller/held_back";
import { FakeKernel, makeDesk, settle } from "./fakes";

const WHY = "about 62% of its words are likely wrong";

async function started() {
  const kernel = new FakeKernel(3);
  kernel.heldBack = WHY;
  const made = makeDesk(3, { kernel });
  const { desk, session, revealed } = made;
  const shown: string[] = [];
  const editor = {
    composing: false,
    get content(): EditorContent {
      return { text: desk.text, words: [] };
    },
    load: (content: EditorContent) => {
      desk.text = content.text;
    },
    setDraft: (draft: { text: string } | null) => shown.push(draft?.text ?? "none"),
    showDraft: () => shown.push("panel"),
  } as unknown as Editor;
  const reveal = createReveal({ session, editor, revealed, say: () => {}, onShown: () => {} });
  await session.openNext(null, false);
  await settle();
  return { ...made, shown, reveal };
}

describe("a draft that is held back", () => {
  it("leaves the box empty, and the submit says so", async () => {
    const { desk, session, kernel, type } = await started();
    expect([desk.text, session.current?.isHeldBack]).toEqual(["", true]);
    type("by ear");
    session.submit();
    await settle();
    expect(kernel.submits[0]).toMatchObject({ text: "by ear", draft: null, blank: true });
  });

  it("comes into the empty box when asked for, and the submit names it", async () => {
    const { desk, session, kernel, shown, reveal } = await started();
    expect(reveal()).toBe(true);
    expect([desk.text, shown]).toEqual(["draft of s0", ["draft of s0"]]);
    expect(reveal()).toBe(false);
    session.submit();
    await settle();
    expect(kernel.submits[0]).toMatchObject({ text: "draft of s0", draft: "d-s0", blank: true });
  });

  it("stands beside what was typed when asked for later", async () => {
    const { desk, session, kernel, shown, reveal, type } = await started();
    type("half");
    reveal();
    expect([desk.text, shown]).toEqual(["half", ["draft of s0", "panel"]]);
    session.submit();
    await settle();
    expect(kernel.submits[0]).toMatchObject({ draft: "d-s0", blank: true });
  });

  it("stays on the screen once it was there, also for a segment that is opened again", async () => {
    const { desk, session, reveal } = await started();
    reveal();
    await session.open("s1", { isJump: true });
    expect(desk.text).toBe("");
    await session.open("s0", { isJump: true });
    expect([desk.text, session.current?.isHeldBack]).toEqual(["draft of s0", false]);
  });

  it("is remembered by the browser, whatever else lies there", () => {
    new Revealed("p").add("s7");
    expect([new Revealed("p").has("s7"), new Revealed("q").has("s7")]).toEqual([true, false]);
    localStorage.setItem("labwidgets.revealed.broken", "{");
    expect(new Revealed("broken").has("s7")).toBe(false);
  });
});

describe("a draft that is not held back", () => {
  it("is in the box, and the submit says that too", async () => {
    const { session, kernel } = makeDesk(2);
    await session.openNext(null, false);
    await settle();
    session.submit();
    await settle();
    expect(kernel.submits[0]).toMatchObject({ draft: "d-s0", blank: false });
  });
});
