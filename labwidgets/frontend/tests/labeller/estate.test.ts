// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryShelf } from "../../src/keep/memory_shelf";
import { FakeBrowser } from "../keep/fakes";
import { type DeskOptions, FakeKernel, makeDesk, settle } from "./fakes";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const texts = (kernel: FakeKernel) => kernel.submits.map(({ text }) => text);

async function started(browser: FakeBrowser, options: DeskOptions = {}) {
  const made = makeDesk(4, { browser, ...options });
  void made.join();
  await settle();
  await vi.advanceTimersByTimeAsync(250);
  await settle();
  return made;
}

/** A view whose kernel died with one submit on its way and one text half typed. */
async function died(browser: FakeBrowser, options: DeskOptions = {}) {
  const made = await started(browser, options);
  made.kernel.setAlive(false);
  made.type("submitted too late");
  made.session.submit();
  await settle();
  made.type("half a");
  return made;
}

describe("after a kernel's death", () => {
  it("a new view saves what was on its way, once, and opens what was half typed", async () => {
    const browser = new FakeBrowser();
    const old = await died(browser);
    const next = await started(browser);
    expect(texts(next.kernel)).toEqual(["submitted too late"]);
    expect([next.session.current?.segment, next.desk.text, next.session.n_kept]).toEqual(["s1", "half a", 1]);
    expect([old.session.phase.kind, old.session.n_kept, old.outbox.n_pending]).toEqual(["moved", 0, 0]);
    next.session.submit();
    await settle();
    expect(texts(next.kernel)).toEqual(["submitted too late", "half a"]);
    expect(await browser.shelf.census()).toEqual([]);
  });

  it("so does one that comes when the old view is gone", async () => {
    const browser = new FakeBrowser();
    const old = await died(browser);
    old.scope.dispose();
    await settle();
    const next = await started(browser);
    expect([texts(next.kernel), next.desk.text]).toEqual([["submitted too late"], "half a"]);
  });

  it("so does one after an hour", async () => {
    const browser = new FakeBrowser();
    await died(browser);
    await vi.advanceTimersByTimeAsync(3_600_000);
    const next = await started(browser);
    expect([texts(next.kernel), next.desk.text]).toEqual([["submitted too late"], "half a"]);
  });

  it("a view beside it whose kernel lives saves what was on its way", async () => {
    const browser = new FakeBrowser();
    const old = await started(browser);
    const beside = await started(browser);
    old.kernel.setAlive(false);
    old.type("late");
    old.session.submit();
    await settle();
    expect(texts(beside.kernel)).toEqual(["late"]);
    expect(old.outbox.n_pending).toBe(0);
  });
});

describe("a page that ends without a word", () => {
  it("has written what was typed within a second", async () => {
    const browser = new FakeBrowser();
    const old = await started(browser, { tab: "one" });
    old.type("half");
    await vi.advanceTimersByTimeAsync(500);
    old.type("half a");
    await vi.advanceTimersByTimeAsync(500);
    browser.kill(old.seat.view);
    old.seat.presence.leave();
    const next = await started(browser, { tab: "one" });
    expect([next.session.current?.segment, next.desk.text]).toEqual(["s0", "half a"]);
  });

  it("writes the last strokes when the page is hidden or left", async () => {
    const browser = new FakeBrowser();
    const old = await started(browser);
    old.type("last stroke");
    window.dispatchEvent(new Event("pagehide"));
    await settle();
    expect((await browser.shelf.all(old.seat.owner)).length).toBe(1);
  });

  it("finds its own texts again though another tab is open, which waits half a minute for the rest", async () => {
    const browser = new FakeBrowser();
    const [one, two] = [await started(browser, { tab: "one" }), await started(browser, { tab: "two" })];
    await one.session.open("s3");
    one.type("typed in the first tab");
    await vi.advanceTimersByTimeAsync(25_000);
    browser.kill(one.seat.view);
    one.seat.presence.leave();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(two.session.n_kept).toBe(0);
    const again = await started(browser, { tab: "one" });
    expect([again.session.current?.segment, again.desk.text]).toEqual(["s3", "typed in the first tab"]);
  });

  it("leaves its texts to the other tab when it does not come back", async () => {
    const browser = new FakeBrowser();
    const [one, two] = [await started(browser, { tab: "one" }), await started(browser, { tab: "two" })];
    await one.session.open("s3");
    one.type("typed in the first tab");
    await vi.advanceTimersByTimeAsync(1_000);
    browser.kill(one.seat.view);
    one.seat.presence.leave();
    two.type("busy here");
    await vi.advanceTimersByTimeAsync(60_000);
    expect([two.desk.text, two.session.isKept("s3")]).toEqual(["busy here", true]);
  });
});

describe("a view that the host left behind", () => {
  it("never takes what a view in the page comes for", async () => {
    const browser = new FakeBrowser();
    const old = await died(browser, { tab: "one" });
    browser.kill(old.seat.view);
    old.seat.presence.leave();
    const unseen = makeDesk(4, { browser, tab: "one" });
    unseen.desk.isShown = false;
    void unseen.join();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(unseen.session.n_kept).toBe(0);
    const next = await started(browser, { tab: "one" });
    expect(next.desk.text).toBe("half a");
    expect([...texts(unseen.kernel), ...texts(next.kernel)]).toEqual(["submitted too late"]);
  });

  it("hands over what it had when it was in the page", async () => {
    const browser = new FakeBrowser();
    const old = await started(browser);
    old.type("half a");
    old.desk.isShown = false;
    const next = await started(browser);
    expect([next.desk.text, old.session.phase.kind]).toEqual(["half a", "moved"]);
  });

  it("takes over once the host has put it into the page", async () => {
    const browser = new FakeBrowser();
    const old = await died(browser);
    old.scope.dispose();
    await settle();
    const next = makeDesk(4, { browser });
    next.desk.isShown = false;
    void next.join();
    await vi.advanceTimersByTimeAsync(1_000);
    next.desk.isShown = true;
    await vi.advanceTimersByTimeAsync(500);
    expect(next.desk.text).toBe("half a");
  });
});

describe("the same work in two views", () => {
  it("shows both texts to the one that submits second", async () => {
    const browser = new FakeBrowser();
    const kernel = new FakeKernel(4);
    const [one, two] = [await started(browser, { kernel }), await started(browser, { kernel })];
    one.type("one");
    two.type("two");
    two.session.submit({ stay: true });
    await settle();
    one.session.submit({ stay: true });
    await settle();
    expect(one.session.ledger.refusals.get("s0")?.details.stored_text).toBe("two");
    one.session.resolve("mine");
    await settle();
    expect(texts(kernel)).toEqual(["two", "one"]);
  });

  it("shows what the other saved where nothing was typed", async () => {
    const browser = new FakeBrowser();
    const kernel = new FakeKernel(4);
    const [one, two] = [await started(browser, { kernel }), await started(browser, { kernel })];
    one.type("one");
    one.session.submit();
    await settle();
    expect([two.session.current?.segment, two.desk.text]).toEqual(["s0", "one"]);
  });

  it("is adopted one text of a segment at a time, and both are saved in the end", async () => {
    const browser = new FakeBrowser();
    const kernel = new FakeKernel(4);
    const one = await started(browser, { kernel });
    const two = await started(browser, { kernel });
    one.type("one");
    await vi.advanceTimersByTimeAsync(1_000);
    two.type("two");
    await vi.advanceTimersByTimeAsync(1_000);
    for (const made of [one, two]) {
      browser.kill(made.seat.view);
      made.seat.presence.leave();
    }
    const next = await started(browser, { kernel });
    expect(next.desk.text).toBe("two");
    next.session.submit();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(next.session.isKept("s0")).toBe(true);
    await next.session.open("s0");
    expect(next.desk.text).toBe("one");
    next.session.submit();
    await settle();
    next.session.resolve("mine");
    await settle();
    expect(texts(kernel)).toEqual(["two", "one"]);
  });
});

it("never shows one person's text to another", async () => {
  const browser = new FakeBrowser();
  const old = await died(browser, { annotator: "ravi" });
  old.scope.dispose();
  await settle();
  const next = await started(browser, { annotator: "asha" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect([texts(next.kernel), next.session.n_kept, next.desk.text]).toEqual([[], 0, "draft of s0"]);
  expect(await browser.shelf.census()).toEqual([{ project: "corpus", annotator: "ravi", n: 2 }]);
});

it("gives everything up when told to, and shows what is stored again", async () => {
  const browser = new FakeBrowser();
  const at = await started(browser);
  await at.session.open("s2");
  at.type("not wanted");
  await at.session.open("s0");
  at.kernel.setAlive(false);
  at.type("on its way");
  at.session.submit({ stay: true });
  at.type("nor this");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await browser.shelf.census()).toMatchObject([{ n: 3 }]);
  at.kernel.setAlive(true);
  at.kernel.failures = ["store"];
  await at.session.deleteAll();
  await settle();
  expect([await browser.shelf.census(), at.session.n_kept, at.outbox.n_pending]).toEqual([[], 0, 0]);
  expect([at.session.current?.segment, at.desk.text]).toEqual(["s0", "draft of s0"]);
});

it("names the draft that a kept text began with, though its segment is an audit by now", async () => {
  const browser = new FakeBrowser();
  const old = await started(browser);
  const { segment } = old.session.current ?? { segment: "" };
  old.type(`draft of ${segment}, mended`);
  await vi.advanceTimersByTimeAsync(2_000);
  old.scope.dispose();
  await settle();
  const kernel = new FakeKernel(3);
  kernel.hasDrafts = false;
  const next = await started(browser, { kernel });
  await next.session.open(segment, { isJump: true });
  expect(next.desk.text).toBe(`draft of ${segment}, mended`);
  next.session.submit();
  await settle();
  expect(kernel.submits.at(-1)).toMatchObject({ segment, draft: `d-${segment}`, blank: false });
});

it("brings a refused text back after a reload, with the reason", async () => {
  const browser = new FakeBrowser();
  const kernel = new FakeKernel(4);
  const old = await started(browser, { kernel });
  kernel.failures = ["bad_segment"];
  old.type("for a segment that is gone");
  old.session.submit();
  await settle();
  browser.kill(old.seat.view);
  old.seat.presence.leave();
  const next = await started(browser, { kernel });
  expect(next.session.ledger.refusals.get("s0")).toMatchObject({
    code: "bad_segment",
    submission: { text: "for a segment that is gone" },
  });
  next.session.discard("s0");
  await settle();
  expect([next.session.ledger.refusals.size, await browser.shelf.census()]).toEqual([0, []]);
});

describe("where the browser keeps nothing", () => {
  const nothing = () => new FakeBrowser(new MemoryShelf("page"));

  it("what is typed goes to the kernel every two seconds, and is there after a reload", async () => {
    const kernel = new FakeKernel(4);
    const old = await started(nothing(), { kernel });
    await old.session.open("s2");
    old.type("half");
    await vi.advanceTimersByTimeAsync(1_000);
    expect([old.keeper.n_loose, old.keeper.n_copied]).toEqual([1, 0]);
    old.type("half a");
    await vi.advanceTimersByTimeAsync(3_000);
    expect([old.keeper.n_loose, old.keeper.n_copied]).toEqual([0, 1]);
    const next = await started(nothing(), { kernel });
    expect([next.session.current?.segment, next.desk.text]).toEqual(["s2", "half a"]);
    next.session.submit();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([texts(kernel), kernel.kept.size, next.keeper.n_copied]).toEqual([["half a"], 0, 0]);
  });

  it("nothing that is submitted comes back as typed", async () => {
    const kernel = new FakeKernel(4);
    const at = await started(nothing(), { kernel });
    at.type("typed");
    await vi.advanceTimersByTimeAsync(800);
    at.session.submit();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([texts(kernel), kernel.kept.size]).toEqual([["typed"], 0]);
  });

  it("views of one page hand over to each other as ever", async () => {
    const browser = nothing();
    const old = await died(browser);
    old.scope.dispose();
    await settle();
    const next = await started(browser);
    expect([texts(next.kernel), next.desk.text]).toEqual([["submitted too late"], "half a"]);
  });

  it("a browser that does keep takes over from the kernel", async () => {
    const kernel = new FakeKernel(4);
    const old = await started(nothing(), { kernel });
    old.type("typed in an embedded page");
    await vi.advanceTimersByTimeAsync(3_000);
    const next = await started(new FakeBrowser(), { kernel });
    await vi.advanceTimersByTimeAsync(3_000);
    expect([next.desk.text, kernel.kept.size, next.keeper.n_copied]).toEqual([
      "typed in an embedded page",
      0,
      0,
    ]);
  });

  it("what the kernel will never keep is said to be in the page only", async () => {
    const kernel = new FakeKernel(4);
    const at = await started(nothing(), { kernel });
    kernel.keepFailure = "bad_segment";
    at.type("for a segment that is gone");
    await vi.advanceTimersByTimeAsync(60_000);
    expect([at.keeper.n_loose, kernel.asked.filter((name) => name === "keep").length]).toEqual([1, 1]);
  });
});
