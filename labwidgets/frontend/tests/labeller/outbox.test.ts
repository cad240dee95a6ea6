import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SubmitRequest } from "../../src/core/protocol";
import { Scope } from "../../src/core/scope";
import { isSubmit, isTyped } from "../../src/keep/entry";
import { MemoryShelf } from "../../src/keep/memory_shelf";
import { createOutbox, type Refusal } from "../../src/labeller/outbox";
import { FakeBrowser } from "../keep/fakes";
import { FakeKernel, settle } from "./fakes";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const OWNER = { project: "corpus", annotator: "me" };

function submission(event_id: string, segment = "s0", base_revision = 0): SubmitRequest {
  const rest = { words: [], layers: {}, flags: [], draft: null, listened: [], active_ms: 0, client_at_ms: 0 };
  return { event_id, segment, base_revision, text: `text ${event_id}`, skip_reason: null, ...rest };
}

function make(browser = new FakeBrowser(), view = "view", kernel = new FakeKernel(5)) {
  const scope = new Scope();
  const outbox = createOutbox(scope, browser.seat(OWNER, view), kernel.transport);
  const acknowledged: string[] = [];
  const refused: Refusal[] = [];
  outbox.on("acknowledged", (reply) => acknowledged.push(reply.event_id));
  outbox.on("refused", (refusal) => refused.push(refusal));
  const shelved = async () => (await browser.shelf.all(OWNER)).map(({ id }) => id);
  return { kernel, browser, scope, outbox, acknowledged, refused, shelved };
}

const sent = (kernel: FakeKernel) => kernel.submits.map(({ event_id }) => event_id);

/** A browser whose storage is full. */
class FullShelf extends MemoryShelf {
  override async write(): Promise<void> {
    throw new DOMException("The disk is full.", "QuotaExceededError");
  }
}

describe("one view", () => {
  it("puts a submit on the shelf before it is sent, and takes it out when it is saved", async () => {
    const { kernel, outbox, shelved, acknowledged } = make();
    kernel.hold();
    outbox.put(submission("e1"));
    await settle();
    expect([await shelved(), kernel.asked]).toEqual([["e1"], ["submit"]]);
    kernel.letGo();
    await settle();
    expect([await shelved(), acknowledged, outbox.n_pending]).toEqual([[], ["e1"], 0]);
  });

  it("sends again with the same event id, and stores it once, when the answer was lost", async () => {
    const { kernel, outbox, acknowledged } = make();
    kernel.losesAnswer = true;
    outbox.put(submission("e1"));
    await settle();
    expect(outbox.state(0)).toMatchObject({ n_pending: 1, n_failures: 1, reason: "no answer" });
    await vi.advanceTimersByTimeAsync(600);
    expect([acknowledged, sent(kernel)]).toEqual([["e1"], ["e1"]]);
  });

  it("takes an answer that comes after half a minute, from a kernel that is always so slow", async () => {
    const { kernel, outbox, acknowledged } = make();
    kernel.delay_ms = 30_000;
    outbox.put(submission("e1"));
    await vi.advanceTimersByTimeAsync(29_000);
    expect(outbox.state(29_000)).toMatchObject({ n_pending: 1, n_failures: 1, reason: "no answer in 10 s" });
    await vi.advanceTimersByTimeAsync(1_100);
    expect([acknowledged, sent(kernel), outbox.n_pending]).toEqual([["e1"], ["e1"], 0]);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(acknowledged).toEqual(["e1"]);
  });

  it("waits longer from failure to failure", async () => {
    const { kernel, outbox } = make();
    kernel.failures = ["store", "store", "store"];
    outbox.put(submission("e1"));
    await settle();
    await vi.advanceTimersByTimeAsync(500);
    expect(outbox.state(0).n_failures).toBe(2);
    await vi.advanceTimersByTimeAsync(900);
    expect(outbox.state(0).n_failures).toBe(2);
    await vi.advanceTimersByTimeAsync(100);
    expect(outbox.state(0).n_failures).toBe(3);
  });

  it("sends two submits of a segment in order, the second on the revision of the first", async () => {
    const { kernel, outbox, acknowledged } = make();
    outbox.put(submission("e1"));
    outbox.put(submission("e2"));
    expect(outbox.newest("s0")?.event_id).toBe("e2");
    await settle();
    expect(acknowledged).toEqual(["e1", "e2"]);
    expect(kernel.submits.map(({ base_revision }) => base_revision)).toEqual([0, 1]);
  });

  it("does not let one segment hold up another", async () => {
    const { kernel, outbox, acknowledged } = make();
    kernel.failures = ["store"];
    outbox.put(submission("e1", "s0"));
    outbox.put(submission("e2", "s1"));
    await settle();
    expect(acknowledged).toEqual(["e2"]);
  });

  it("sends nothing for an hour without a kernel, and all of it once when it is back", async () => {
    const { kernel, outbox, acknowledged } = make();
    kernel.setAlive(false);
    outbox.put(submission("e1", "s0"));
    outbox.put(submission("e2", "s1"));
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect([kernel.asked, outbox.n_pending]).toEqual([[], 2]);
    kernel.setAlive(true);
    await settle();
    expect([acknowledged, kernel.asked]).toEqual([
      ["e1", "e2"],
      ["submit", "submit"],
    ]);
  });

  it("hands a refused text back as it was last, and keeps it as typed", async () => {
    const { kernel, browser, outbox, refused } = make();
    kernel.failures = ["bad_text"];
    outbox.put(submission("e1"));
    outbox.put(submission("e2"));
    await settle();
    expect(refused.map(({ submission: { text }, code }) => [text, code])).toEqual([["text e2", "bad_text"]]);
    expect(outbox.n_pending).toBe(0);
    const kept = await browser.shelf.all(OWNER);
    expect(kept.filter(isTyped).map(({ id, content }) => [id, content.text])).toEqual([["e2", "text e2"]]);
    expect(kept.filter(isSubmit)).toEqual([]);
  });

  it("keeps what fails for a reason it does not know", async () => {
    const { kernel, outbox, refused } = make();
    kernel.failures = ["internal"];
    outbox.put(submission("e1"));
    await settle();
    expect([refused, outbox.n_pending]).toEqual([[], 1]);
  });

  it("sends what the browser has no room for, and says that the page alone has it", async () => {
    const { kernel, outbox, acknowledged } = make(new FakeBrowser(new FullShelf()));
    kernel.failures = ["store"];
    outbox.put(submission("e1"));
    await settle();
    expect([outbox.n_pending, outbox.n_loose]).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(600);
    expect([acknowledged, outbox.n_loose]).toEqual([["e1"], 0]);
  });

  it("says so where the browser keeps nothing at all", async () => {
    const { kernel, outbox } = make(new FakeBrowser(new MemoryShelf("page")));
    kernel.failures = ["store"];
    outbox.put(submission("e1"));
    await settle();
    expect(outbox.n_loose).toBe(1);
  });

  it("is silent once it is gone", async () => {
    const { kernel, scope, outbox } = make();
    kernel.failures = ["store"];
    outbox.put(submission("e1"));
    await settle();
    scope.dispose();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(kernel.submits).toEqual([]);
  });
});

describe("two views of one person", () => {
  function two(options: { hasLocks?: boolean; kernel?: FakeKernel; other?: FakeKernel } = {}) {
    const { hasLocks = true, kernel = new FakeKernel(5), other = kernel } = options;
    const browser = new FakeBrowser(new MemoryShelf("browser"), hasLocks);
    return [make(browser, "first", kernel), make(browser, "second", other)] as const;
  }

  it("send through one, and each learns what became of its own", async () => {
    const kernel = new FakeKernel(5);
    const other = new FakeKernel(5);
    const [first, second] = two({ kernel, other });
    await settle();
    first.outbox.put(submission("e1", "s0"));
    second.outbox.put(submission("e2", "s1"));
    await settle();
    expect([sent(kernel), sent(other)]).toEqual([["e1", "e2"], []]);
    expect([first.acknowledged, second.acknowledged]).toEqual([["e1"], ["e2"]]);
  });

  it("go on when the tab of the sender ends without a word", async () => {
    const kernel = new FakeKernel(5);
    const other = new FakeKernel(5);
    const [first, second] = two({ kernel, other });
    kernel.hold();
    first.outbox.put(submission("e1"));
    await settle();
    first.browser.kill("first");
    await settle();
    expect(sent(other)).toEqual(["e1"]);
    second.outbox.put(submission("e2", "s1"));
    await settle();
    expect(second.acknowledged).toEqual(["e2"]);
  });

  it("send through the other kernel when one fails", async () => {
    const kernel = new FakeKernel(5);
    const other = new FakeKernel(5);
    const [first] = two({ kernel, other });
    kernel.failures = ["store", "store", "store", "store"];
    first.outbox.put(submission("e1"));
    await settle();
    expect([sent(kernel), sent(other), first.acknowledged]).toEqual([[], ["e1"], ["e1"]]);
    expect(first.outbox.state(0).n_failures).toBe(0);
  });

  it("store each once also where the browser has no locks", async () => {
    const [first, second] = two({ hasLocks: false });
    first.outbox.put(submission("e1", "s0"));
    second.outbox.put(submission("e2", "s1"));
    await settle();
    expect(sent(first.kernel).sort()).toEqual(["e1", "e2"]);
    expect([first.acknowledged, second.acknowledged]).toEqual([["e1"], ["e2"]]);
  });

  it("do not send again what the other had saved while the line was down", async () => {
    const kernel = new FakeKernel(5);
    const other = new FakeKernel(5);
    const [first, second] = two({ kernel, other });
    kernel.hold();
    first.outbox.put(submission("e1"));
    await settle();
    kernel.setAlive(false);
    await settle();
    expect([sent(other), first.acknowledged]).toEqual([["e1"], ["e1"]]);
    const elsewhere: string[] = [];
    first.outbox.on("elsewhere", ({ event_id }) => elsewhere.push(event_id));
    kernel.setAlive(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([kernel.asked, elsewhere, second.outbox.n_pending]).toEqual([["submit"], [], 0]);
  });

  it("are told of a refusal where the text was typed", async () => {
    const kernel = new FakeKernel(5);
    const [first, second] = two({ kernel });
    await settle();
    kernel.failures = ["bad_segment"];
    second.outbox.put(submission("e1"));
    await settle();
    expect([first.refused.length, second.refused.map(({ code }) => code)]).toEqual([0, ["bad_segment"]]);
  });

  it("never send what belongs to another person or project", async () => {
    const browser = new FakeBrowser();
    const me = make(browser, "mine");
    const scope = new Scope();
    const hers = browser.seat({ project: "corpus", annotator: "her" }, "hers");
    const kernel = new FakeKernel(5);
    kernel.setAlive(false);
    createOutbox(scope, hers, kernel.transport).put(submission("e9"));
    me.outbox.put(submission("e1", "s1"));
    await settle();
    expect(sent(me.kernel)).toEqual(["e1"]);
  });
});
