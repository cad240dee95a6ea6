import "fake-indexeddb/auto";
import { deleteDB } from "idb";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DATABASE, openBrowserShelf } from "../../src/keep/browser_shelf";
import type { Entry, Owner, Submitted, Typed } from "../../src/keep/entry";
import { MemoryShelf } from "../../src/keep/memory_shelf";
import { claim, type Shelf } from "../../src/keep/shelf";

const ME: Owner = { project: "corpus", annotator: "me" };

function typed(id: string, changes: Partial<Entry<Typed>> = {}): Entry<Typed> {
  const content = { text: `नमस्ते ${id}`, words: [], layers: {} };
  const body = { kind: "typed" as const, content, flags: [], base_revision: 0, isOpen: false, reason: null };
  return { ...ME, segment: "s0", id, view: "v1", tab: "t1", at_ms: 0, ...body, ...changes };
}

function submit(id: string, after: string | null = null): Entry<Submitted> {
  const rest = { words: [], layers: {}, flags: [], draft: null, listened: [], active_ms: 0, client_at_ms: 0 };
  const submission = { event_id: id, segment: "s0", base_revision: 0, text: id, skip_reason: null, ...rest };
  return { ...ME, segment: "s0", id, view: "v1", tab: "t1", at_ms: 0, kind: "submit", submission, after };
}

const ids = async (shelf: Shelf, owner = ME) => (await shelf.all(owner)).map(({ id }) => id).sort();

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each([
  ["of the browser", () => openBrowserShelf(1_000)],
  ["of the page", async () => new MemoryShelf()],
] as const)("the shelf %s", (_name, open: () => Promise<Shelf>) => {
  afterEach(() => deleteDB(DATABASE));

  it("gives back what was put on it, whole", async () => {
    const shelf = await open();
    await shelf.write({ put: [typed("a"), submit("b", "a")] });
    expect(await shelf.all(ME)).toEqual([typed("a"), submit("b", "a")]);
  });

  it("replaces an entry of the same key, and puts and removes at once", async () => {
    const shelf = await open();
    await shelf.write({ put: [typed("a")] });
    await shelf.write({ put: [typed("a", { flags: ["noise"] })] });
    expect((await shelf.all(ME)).map((entry) => entry.kind === "typed" && entry.flags)).toEqual([["noise"]]);
    await shelf.write({ put: [submit("b")], remove: [typed("a")] });
    expect(await ids(shelf)).toEqual(["b"]);
  });

  it("keeps people, projects and names that begin alike apart, and counts them", async () => {
    const shelf = await open();
    const others = [
      { project: "corpus", annotator: "me2" },
      { project: "corpus2", annotator: "me" },
      { project: "corpus", annotator: "m" },
    ];
    await shelf.write({ put: [typed("a"), ...others.map((owner, n) => typed(`o${n}`, owner))] });
    expect(await ids(shelf)).toEqual(["a"]);
    const held = (await shelf.census()).map(({ project, annotator, n }) => [project, annotator, n].join(" "));
    expect(held.sort()).toEqual(["corpus m 1", "corpus me 1", "corpus me2 1", "corpus2 me 1"]);
  });

  it("does what is decided on all that is there, in the order of the calls", async () => {
    const shelf = await open();
    void shelf.write({ put: [submit("a"), submit("b", "a")] });
    await shelf.update(ME, (entries) => ({
      remove: entries.filter(({ id }) => id === "a"),
      put: entries.filter(({ id }) => id === "b").map((entry) => ({ ...entry, view: "v2" })),
    }));
    expect((await shelf.all(ME)).map(({ id, view }) => [id, view])).toEqual([["b", "v2"]]);
  });

  it("gives an entry to one of two that claim it at the same time", async () => {
    const shelf = await open();
    await shelf.write({ put: [typed("a")] });
    const take = (view: string) =>
      claim(shelf, ME, { view, tab: view, isFree: (entry) => entry.view === "v1" });
    const [first, second] = await Promise.all([take("v2"), take("v3")]);
    expect([first.map(({ view }) => view), second]).toEqual([["v2"], []]);
  });
});

describe("a browser", () => {
  it("that clears its data is written to anew", async () => {
    const shelf = await openBrowserShelf(1_000);
    await shelf.write({ put: [typed("a")] });
    await deleteDB(DATABASE);
    await shelf.write({ put: [typed("b")] });
    expect(await ids(shelf)).toEqual(["b"]);
  });

  it("that refuses to store says so at once", async () => {
    vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw new DOMException("no", "SecurityError");
    });
    await expect(openBrowserShelf(1_000)).rejects.toThrow("no");
  });

  it("that never answers is waited for no longer than a moment", async () => {
    const Silent = IDBOpenDBRequest as unknown as new () => IDBOpenDBRequest;
    vi.spyOn(indexedDB, "open").mockImplementation(() => new Silent());
    await expect(openBrowserShelf(50)).rejects.toThrow("does not open");
  });
});
