import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SubmitRequest } from "../../src/core/protocol";
import { Scope } from "../../src/core/scope";
import { createMemoryOutbox, type Refusal } from "../../src/labeller/outbox";
import { FakeKernel, settle } from "./fakes";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function submission(event_id: string, segment = "s0", base_revision = 0): SubmitRequest {
  const rest = { words: [], layers: {}, flags: [], draft: null, listened: [], active_ms: 0, client_at_ms: 0 };
  return { event_id, segment, base_revision, text: `text ${event_id}`, skip_reason: null, ...rest };
}

function make() {
  const kernel = new FakeKernel(5);
  const scope = new Scope();
  const outbox = createMemoryOutbox(scope, kernel.transport);
  const acknowledged: string[] = [];
  const refused: Refusal[] = [];
  outbox.on("acknowledged", (reply) => acknowledged.push(reply.event_id));
  outbox.on("refused", (refusal) => refused.push(refusal));
  return { kernel, scope, outbox, acknowledged, refused };
}

it("sends again with the same event id, and stores it once, when the answer was lost", async () => {
  const { kernel, outbox, acknowledged } = make();
  kernel.losesAnswer = true;
  outbox.put(submission("e1"));
  await settle();
  expect(outbox.state).toEqual({ n_pending: 1, n_failures: 1, reason: "no answer" });
  await vi.advanceTimersByTimeAsync(600);
  expect(acknowledged).toEqual(["e1"]);
  expect(kernel.submits.map(({ event_id }) => event_id)).toEqual(["e1"]);
});

it("waits longer from failure to failure", async () => {
  const { kernel, outbox } = make();
  kernel.failures = ["store", "store", "store"];
  outbox.put(submission("e1"));
  await settle();
  await vi.advanceTimersByTimeAsync(500);
  expect(outbox.state.n_failures).toBe(2);
  await vi.advanceTimersByTimeAsync(900);
  expect(outbox.state.n_failures).toBe(2);
  await vi.advanceTimersByTimeAsync(100);
  expect(outbox.state.n_failures).toBe(3);
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

it("sends at once when the kernel is back", async () => {
  const { kernel, outbox, acknowledged } = make();
  kernel.alive = false;
  outbox.put(submission("e1"));
  await settle();
  expect(acknowledged).toEqual([]);
  kernel.setAlive(true);
  await settle();
  expect(acknowledged).toEqual(["e1"]);
});

it("hands a refused text back as it was last, and forgets it", async () => {
  const { kernel, outbox, refused } = make();
  kernel.failures = ["bad_text"];
  outbox.put(submission("e1"));
  outbox.put(submission("e2"));
  await settle();
  expect(refused.map(({ submission: sent, code }) => [sent.text, code])).toEqual([["text e2", "bad_text"]]);
  expect(outbox.state.n_pending).toBe(0);
});

it("keeps what fails for a reason it does not know", async () => {
  const { kernel, outbox, refused } = make();
  kernel.failures = ["internal"];
  outbox.put(submission("e1"));
  await settle();
  expect(refused).toEqual([]);
  expect(outbox.state.n_pending).toBe(1);
});

it("is silent once its view is gone", async () => {
  const { kernel, scope, outbox } = make();
  kernel.failures = ["store"];
  outbox.put(submission("e1"));
  await settle();
  scope.dispose();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(kernel.submits).toEqual([]);
});
