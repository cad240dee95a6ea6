import type { SubmitRequest } from "../core/protocol";
import type { Transport } from "../core/transport";
import type { EntryKey } from "../keep/entry";
import type { Outbox } from "../labeller/outbox";
import type { ChangeQueue } from "./queue";

/** Settles once the kernel has the segment, or its change was given up. */
function born(queue: ChangeQueue, segment: string): Promise<void> {
  if (!queue.isUnborn(segment)) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = queue.on("change", () => {
      if (queue.isUnborn(segment)) return;
      stop();
      resolve();
    });
  });
}

/** A transport that asks for a segment once the kernel has it. */
export function withBornSegments(transport: Transport, queue: ChangeQueue): Transport {
  const request: Transport["request"] = async (name, payload, options) => {
    if (name === "segment") await born(queue, (payload as { segment: string }).segment);
    return transport.request(name, payload, options);
  };
  return Object.setPrototypeOf({ request }, transport) as Transport;
}

/** An outbox that holds submits of segments which the kernel does not have yet. */
export function withHeldSubmits(
  outbox: Outbox,
  queue: ChangeQueue,
  revision: (segment: string) => number,
): Outbox {
  const held = new Map<string, SubmitRequest>();
  const put = (submission: SubmitRequest, replaces: EntryKey | null = null) => {
    const { segment, event_id } = submission;
    if (!queue.isUnborn(segment)) return outbox.put(submission, replaces);
    held.set(event_id, submission);
    void born(queue, segment).then(() => {
      if (!held.delete(event_id)) return;
      const base_revision = Math.max(submission.base_revision, revision(segment));
      outbox.put({ ...submission, base_revision }, replaces);
    });
  };
  const extra = {
    put,
    newest: (segment: string) =>
      [...held.values()].findLast((one) => one.segment === segment) ?? outbox.newest(segment),
    deleteAll() {
      const segments = [...held.values()].map(({ segment }) => segment);
      held.clear();
      return [...segments, ...outbox.deleteAll()];
    },
    get n_pending() {
      return outbox.n_pending + held.size;
    },
  };
  return Object.setPrototypeOf(extra, outbox) as Outbox;
}
