import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import type { Edit } from "./keeper";
import { failureOf, retryDelay_ms } from "./retry";

const EVERY_MS = 2_000;
const AGAIN_MS = 5_000;

/** What is typed goes to the kernel where the browser keeps nothing: the newest of each segment, every 2 s. */
export interface KernelCopy {
  put(edit: Edit): void;
  /** Nothing is left to keep of a segment; asks nothing where nothing was sent. */
  drop(segment: string): void;
  /** It was submitted: the kernel forgets it with the submit. */
  forget(segment: string): void;
  /** The kernel has kept it since before. */
  found(segment: string, edit_id: string): void;
  /** The kernel has this edit, as it stands. */
  has(edit_id: string): boolean;
}

export function createKernelCopy(scope: Scope, transport: Transport): KernelCopy {
  const waiting = new Map<string, Edit | null>();
  /** Ids of the edits that the kernel has, by segment. */
  const there = new Map<string, string>();
  const current = new Set<string>();
  let isTimed = false;

  const schedule = (ms: number) => {
    if (isTimed) return;
    isTimed = true;
    scope.timeout(() => {
      isTimed = false;
      void sendAll();
    }, ms);
  };
  const sendAll = async () => {
    if (!transport.alive) return;
    const all = [...waiting];
    waiting.clear();
    await Promise.all(all.map(([segment, edit]) => send(segment, edit)));
  };
  const send = async (segment: string, edit: Edit | null) => {
    try {
      await transport.request("keep", { segment, edit: edit && payloadOf(edit) });
      if (edit) there.set(segment, edit.id);
      else there.delete(segment);
      if (edit && !waiting.has(segment)) current.add(edit.id);
    } catch (error) {
      // What the kernel will never keep stays with the page, which says so.
      if (retryDelay_ms(failureOf(error).code, 0) === null) return;
      if (!waiting.has(segment)) waiting.set(segment, edit);
      schedule(AGAIN_MS);
    }
  };
  scope.add(transport.onLink((isAlive) => isAlive && waiting.size > 0 && schedule(0)));

  return {
    put(edit) {
      waiting.set(edit.segment, edit);
      current.delete(edit.id);
      schedule(EVERY_MS);
    },
    drop(segment) {
      const id = there.get(segment) ?? waiting.get(segment)?.id;
      if (id) current.delete(id);
      if (there.has(segment)) {
        waiting.set(segment, null);
        schedule(EVERY_MS);
      } else {
        waiting.delete(segment);
      }
    },
    forget(segment) {
      waiting.delete(segment);
      current.delete(there.get(segment) ?? "");
      there.delete(segment);
    },
    found(segment, edit_id) {
      there.set(segment, edit_id);
      current.add(edit_id);
    },
    has: (edit_id) => current.has(edit_id),
  };
}

function payloadOf({ id, base_revision, content, flags }: Edit) {
  const { text, words, layers = {} } = content;
  return { id, base_revision, text, words, layers, flags };
}
