import type { SubmitReply } from "../core/protocol";
import type { Reason } from "./entry";

/** What views of one owner tell each other, over all tabs of the browser. The edits themselves lie on the shelf. */
export type Notice =
  /** A view came. */
  | { kind: "hello" }
  /** A view whose kernel is gone hands over all that it has; "left" follows. */
  | { kind: "giving" }
  /** A view went. */
  | { kind: "left" }
  /** Something new is on the shelf. */
  | { kind: "put" }
  /** A submit is in the kernel's store. */
  | { kind: "saved"; reply: SubmitReply }
  /** The kernel did not take a submit: it lies on the shelf as typed text under the same id. */
  | { kind: "refused"; id: string; reason: Reason }
  /** Who is there? Every view answers "here". */
  | { kind: "who" }
  | { kind: "here" };

export type Sender = { from: string };

export interface Channel {
  post(notice: Notice): void;
  /** Returns its own undo. What this view posts itself does not come back. */
  on(listener: (notice: Notice & Sender) => void): () => void;
  close(): void;
}

/**
 * The channel of one view; it reaches all others of the same name. Pages without the right to one hear nothing of
 * each other: what one leaves is then found on the shelf, a little later.
 */
export function openChannel(name: string, view: string): Channel {
  try {
    return wrap(new BroadcastChannel(name), view);
  } catch {
    return { post: () => {}, on: () => () => {}, close: () => {} };
  }
}

function wrap(channel: BroadcastChannel, view: string): Channel {
  const listeners = new Set<(notice: Notice & Sender) => void>();
  channel.onmessage = ({ data }: MessageEvent<Notice & Sender>) => {
    for (const listener of [...listeners]) listener(data);
  };
  return {
    post: (notice) => channel.postMessage({ ...notice, from: view }),
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      listeners.clear();
      channel.close();
    },
  };
}
