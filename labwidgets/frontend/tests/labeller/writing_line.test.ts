// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEditor } from "../../src/editor/editor";
import type { TypingHelp } from "../../src/labeller/typing_help";
import { createWritingLine } from "../../src/labeller/writing_line";
import { makeDesk, settle } from "./fakes";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function started(scripts: string[] = []) {
  const { scope, session, kernel } = makeDesk(3);
  kernel.language = "hi";
  const help = { root: document.createElement("span"), isOpen: false };
  const editor = createEditor(scope, { low_confidence: 0.5, tags: [] });
  const line = createWritingLine(scope, { editor, session, scripts, typing: help as unknown as TypingHelp });
  session.on("opened", ({ content }) => editor.load(content, { duration_s: 5, language: "hi" }));
  await session.openNext(null, false);
  await settle();
  return { line, editor, session, help };
}

describe("the line under the text", () => {
  it("speaks of a draft in the wrong script as soon as it is opened", async () => {
    const { line } = await started();
    expect(line.textContent).toBe("⚠ 3 words in Latin; Hindi is written in Devanagari.");
  });

  it("waits for a pause while somebody types, and then goes", async () => {
    const { line, editor } = await started();
    editor.replay([{ kind: "selectAll" }, { kind: "insert", text: "मेरा [noise]" }]);
    expect(line.textContent).toContain("3 words");
    vi.advanceTimersByTime(1_000);
    expect(line.textContent).toBe("");
  });

  it("waits for a word under way to become one", async () => {
    const { line, editor, help } = await started();
    editor.replay([{ kind: "selectAll" }, { kind: "insert", text: "मेरा nam" }]);
    help.isOpen = true;
    vi.advanceTimersByTime(5_000);
    expect(line.textContent).toContain("3 words");
    help.isOpen = false;
    vi.advanceTimersByTime(1_000);
    expect(line.textContent).toContain("1 word in Latin");
  });

  it("says nothing of scripts that the project lets in", async () => {
    const { line } = await started(["Latn"]);
    expect(line.textContent).toBe("");
  });
});
