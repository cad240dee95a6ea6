// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeDesk, settle } from "./fakes";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function started(n: number) {
  const made = makeDesk(n);
  await made.session.openNext(null, false);
  await settle();
  return made;
}

describe("going on", () => {
  it("opens the first open segment with its draft", async () => {
    const { session, desk } = await started(3);
    expect(session.current?.segment).toBe("s0");
    expect(desk.text).toBe("draft of s0");
  });

  it("fetches the next two ahead, and only those", async () => {
    const { prefetched } = await started(5);
    expect(prefetched).toEqual(["c-s1", "c-s2"]);
  });

  it("moves on without waiting for the acknowledgement", async () => {
    const { session, kernel, opened } = await started(5);
    kernel.alive = false;
    session.submit();
    await settle();
    expect(opened).toEqual(["s0", "s1"]);
    expect(kernel.submits).toEqual([]);
  });

  it("carries the layers with the text: kept, submitted, and back again", async () => {
    const { session, desk, kernel, type } = await started(3);
    desk.layers = { plain: "first" };
    type("First.");
    await session.open("s1", { isJump: true });
    expect(desk.layers).toEqual({});
    await session.open("s0", { isJump: true });
    expect([desk.text, desk.layers]).toEqual(["First.", { plain: "first" }]);
    session.submit();
    await settle();
    expect(kernel.submits[0]?.layers).toEqual({ plain: "first" });
    await session.open("s0", { isJump: true });
    expect(desk.layers).toEqual({ plain: "first" });
  });

  it("never comes back to what it just submitted, however late the kernel learns of it", async () => {
    const { session, opened } = await started(6);
    for (let n = 0; n < 5; n += 1) {
      session.submit();
      await settle();
    }
    expect(opened).toEqual(["s0", "s1", "s2", "s3", "s4", "s5"]);
  });

  it("says that nothing is left, and wraps to what was left out before", async () => {
    const { session } = await started(3);
    await session.open("s2", { isJump: true });
    session.submit();
    await settle();
    expect(session.current?.segment).toBe("s0");
    session.submit();
    await settle();
    session.submit();
    await settle();
    expect(session.phase.kind).toBe("finished");
    expect(session.current).toBeNull();
  });

  it("says so at once when the project is empty", async () => {
    const { session } = await started(0);
    expect(session.phase.kind).toBe("finished");
  });

  it("stays when asked to, and submits again on the new revision", async () => {
    const { session, kernel, type } = await started(3);
    type("one");
    session.submit({ stay: true });
    await settle();
    type("two");
    session.submit({ stay: true });
    await settle();
    expect(session.current?.segment).toBe("s0");
    expect(kernel.stored.get("s0")).toMatchObject({ text: "two", revision: 2, skip_reason: null });
  });

  it("sends a skip with its reason and the text as it stands", async () => {
    const { session, kernel, type } = await started(2);
    type("half a");
    session.submit({ skip_reason: "noise" });
    await settle();
    expect(kernel.submits[0]).toMatchObject({ text: "half a", skip_reason: "noise" });
  });

  it("does not submit while the next segment is on its way", async () => {
    const { session, kernel } = await started(3);
    void session.open("s2");
    expect(session.submit()).toBe(false);
    await settle();
    expect(kernel.submits).toEqual([]);
  });

  it("opens the segment asked for last, when answers come late", async () => {
    const { session } = await started(5);
    void session.open("s3");
    void session.open("s4");
    await settle();
    expect(session.current?.segment).toBe("s4");
  });
});

describe("text that was not submitted", () => {
  it("is kept for its segment, and comes back with it", async () => {
    const { session, desk, type } = await started(3);
    type("typed here");
    await session.open("s1", { isJump: true });
    expect(session.isKept("s0")).toBe(true);
    expect(session.n_kept).toBe(1);
    await session.open("s0", { isJump: true });
    expect(desk.text).toBe("typed here");
    expect(session.n_kept).toBe(1);
  });

  it("keeps flags too", async () => {
    const { session, kernel } = await started(3);
    session.toggleFlag("noise");
    await session.open("s1", { isJump: true });
    await session.open("s0", { isJump: true });
    session.submit();
    await settle();
    expect(kernel.submits[0]?.flags).toEqual(["noise"]);
  });
});

describe("undo across submits", () => {
  it("opens the segment submitted last with its text, and redo goes forward again", async () => {
    const { session, desk, type } = await started(4);
    type("mine");
    session.submit();
    await settle();
    expect(session.undoSubmit()).toBe(true);
    await settle();
    expect([session.current?.segment, desk.text]).toEqual(["s0", "mine"]);
    expect(session.redoSubmit()).toBe(true);
    await settle();
    expect(session.current?.segment).toBe("s1");
  });

  it("submits the reopened segment as its next revision", async () => {
    const { session, kernel, type } = await started(4);
    session.submit();
    await settle();
    session.undoSubmit();
    await settle();
    type("better");
    session.submit();
    await settle();
    expect(kernel.stored.get("s0")).toMatchObject({ text: "better", revision: 2 });
    expect(session.current?.segment).toBe("s1");
  });

  it("has nothing to go back to at the start", async () => {
    const { session } = await started(2);
    expect(session.undoSubmit()).toBe(false);
  });
});

describe("a refusal", () => {
  it("brings the segment back with its text when nothing else is being typed", async () => {
    const { session, kernel, desk, type } = await started(4);
    kernel.failures = ["bad_text"];
    type("bad");
    session.submit();
    await settle();
    expect([session.current?.segment, desk.text]).toEqual(["s0", "bad"]);
    expect(session.ledger.refusals.get("s0")?.code).toBe("bad_text");
  });

  it("waits for the next turn while something else is being typed", async () => {
    const { session, kernel, outbox, type } = await started(4);
    kernel.failures = ["store", "bad_text"];
    type("bad");
    session.submit();
    await settle();
    type("typing on");
    outbox.retry();
    await settle();
    expect(session.current?.segment).toBe("s1");
    session.submit();
    await settle();
    expect(session.current?.segment).toBe("s0");
  });

  it("of a stale text lets mine win on top of the stored one", async () => {
    const { session, kernel, type } = await started(3);
    kernel.stored.set("s0", { text: "theirs", revision: 4, skip_reason: null });
    type("mine");
    session.submit();
    await settle();
    expect(session.ledger.refusals.get("s0")?.details.stored_text).toBe("theirs");
    session.resolve("mine");
    await settle();
    expect(kernel.stored.get("s0")).toMatchObject({ text: "mine", revision: 5 });
    expect(session.ledger.refusals.size).toBe(0);
  });

  it("of a stale text can be settled by taking the stored one", async () => {
    const { session, kernel, desk, type } = await started(3);
    kernel.stored.set("s0", { text: "theirs", revision: 4, skip_reason: null });
    type("mine");
    session.submit();
    await settle();
    session.resolve("stored");
    await settle();
    expect(desk.text).toBe("theirs");
    expect([session.n_kept, session.ledger.refusals.size, kernel.submits.length]).toEqual([0, 0, 0]);
  });
});

describe("a draft that comes late", () => {
  it("goes into an untouched box", async () => {
    const made = makeDesk(2);
    made.kernel.hasDrafts = false;
    await made.session.openNext(null, false);
    made.kernel.hasDrafts = true;
    const seen: boolean[] = [];
    made.session.on("draft", (_, isLoaded) => seen.push(isLoaded));
    await made.session.changed();
    expect(seen).toEqual([true]);
    expect(made.session.current?.content.text).toBe("draft of s0");
  });

  it("never replaces what was typed", async () => {
    const made = makeDesk(2);
    made.kernel.hasDrafts = false;
    await made.session.openNext(null, false);
    made.type("my words");
    made.kernel.hasDrafts = true;
    const seen: boolean[] = [];
    made.session.on("draft", (_, isLoaded) => seen.push(isLoaded));
    await made.session.changed();
    expect(seen).toEqual([false]);
    expect(made.desk.text).toBe("my words");
  });
});

describe("a draft that is taken back, since its segment became an audit", () => {
  it("leaves an untouched box, and is no longer fetched ahead", async () => {
    const { session, desk, kernel } = await started(3);
    expect(desk.text).toBe("draft of s0");
    kernel.hasDrafts = false;
    await session.changed(true);
    await settle();
    expect([session.current?.content.text, session.current?.loaded.reply.draft]).toEqual(["", null]);
    session.submit();
    await settle();
    expect(kernel.submits[0]?.draft).toBe(null);
    expect(session.current?.content.text).toBe("");
  });

  it("stays where somebody types, and is told with the submit", async () => {
    const made = await started(2);
    made.type("my words");
    made.kernel.hasDrafts = false;
    await made.session.changed(true);
    expect(made.desk.text).toBe("my words");
    made.session.submit();
    await settle();
    expect(made.kernel.submits[0]?.draft).not.toBe(null);
  });

  it("does not reload a segment that still has its own", async () => {
    const { session } = await started(2);
    const before = session.current;
    await session.changed(true);
    expect(session.current).toBe(before);
  });
});

it("adds up listening and work over several visits of a segment", async () => {
  const { session, desk, kernel } = await started(3);
  session.meter.note(0);
  session.meter.note(4_000);
  desk.heard = [[0, 2]];
  await session.open("s1", { isJump: true });
  await session.open("s0", { isJump: true });
  session.meter.note(6_000);
  desk.heard = [[1, 3]];
  session.submit();
  await settle();
  expect(kernel.submits[0]).toMatchObject({ listened: [[0, 3]], active_ms: 6_000 });
});

it("tries a segment again that could not be opened", async () => {
  const { session, kernel } = await started(5);
  kernel.alive = false;
  await session.open("s4");
  expect(session.phase).toMatchObject({ kind: "failed", segment: "s4" });
  kernel.alive = true;
  session.retry();
  await settle();
  expect(session.current?.segment).toBe("s4");
});
