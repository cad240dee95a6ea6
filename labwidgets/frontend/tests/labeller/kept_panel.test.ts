// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Scope } from "../../src/core/scope";
import type { Entry, Owner } from "../../src/keep/entry";
import { MemoryShelf } from "../../src/keep/memory_shelf";
import { createKept } from "../../src/labeller/kept_panel";
import { FakeBrowser } from "../keep/fakes";

const PROJECT = "0b9c1f3e";
const HERE: Owner = { project: `${PROJECT}@here`, annotator: "asha" };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function typed(owner: Owner, id: string): Entry {
  const content = { text: `secret of ${owner.annotator}`, words: [], layers: {} };
  const body = { kind: "typed" as const, content, flags: [], base_revision: 0, isOpen: false, reason: null };
  return { ...owner, segment: `s-${id}`, id, view: "gone", tab: "gone", at_ms: 0, ...body };
}

function make({ shelf = new MemoryShelf("browser"), n_mine = 0 } = {}) {
  const scope = new Scope();
  const browser = new FakeBrowser(shelf);
  const more: (string | null)[] = [];
  const calls: string[] = [];
  const { panel } = createKept(scope, {
    seat: browser.seat(HERE, "panel view"),
    project_id: PROJECT,
    n_mine: () => n_mine,
    onTake: async ({ project }) => void calls.push(`take ${project}`),
    onDelete: async () => void calls.push("delete"),
    onMore: (text) => more.push(text),
    onToggle: () => {},
  });
  document.body.replaceChildren(panel.root);
  const open = async () => {
    panel.toggle(true);
    await vi.advanceTimersByTimeAsync(600);
    return panel.root.textContent ?? "";
  };
  const press = (name: string) => {
    const found = [...panel.root.querySelectorAll("button")].find(({ textContent }) => textContent === name);
    if (!found) throw new Error(`no button ${name} in ${panel.root.textContent}`);
    found.click();
  };
  return { scope, shelf, panel, more, calls, open, press };
}

it("says whose edits are kept, and shows no text of anybody", async () => {
  const shelf = new MemoryShelf("browser");
  const ravi = { ...HERE, annotator: "ravi" };
  const stranger = { project: "another@place", annotator: "ravi" };
  await shelf.write({ put: [typed(ravi, "a"), typed(ravi, "b"), typed(stranger, "c")] });
  const { more, open } = make({ shelf });
  const said = await open();
  expect(said).toContain("2 edits of ravi are kept too");
  expect(said).not.toContain("secret");
  expect(more.at(-1)).toBe("+2 kept");
});

it("offers what was typed in another copy of the project", async () => {
  const shelf = new MemoryShelf("browser");
  await shelf.write({ put: [typed({ ...HERE, project: `${PROJECT}@before` }, "a")] });
  const { calls, open, press } = make({ shelf });
  expect(await open()).toContain("1 edit of yours was made in another copy of this project");
  press("Take over here");
  expect(calls).toEqual([`take ${PROJECT}@before`]);
});

it("deletes only after a second word, and keeps the focus inside", async () => {
  const { calls, panel, open, press } = make({ n_mine: 2 });
  expect(await open()).toContain("2 edits of yours are not saved");
  press("Delete 2 edits …");
  expect([calls, document.activeElement?.textContent]).toEqual([[], "Keep"]);
  press("Keep");
  expect(panel.root.contains(document.activeElement)).toBe(true);
  press("Delete 2 edits …");
  press("Delete for good");
  expect(calls).toEqual(["delete"]);
});

it("says what a browser that keeps nothing means", async () => {
  const { open } = make({ shelf: new MemoryShelf("page") });
  expect(await open()).toContain("This browser keeps nothing here");
});
