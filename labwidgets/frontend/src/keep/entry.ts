import type { EditorContent } from "../core/parts";
import type { SubmitRequest } from "../core/protocol";

/** Whose edits: one person in one project. Nothing of one owner is ever read for another. */
export interface Owner {
  /** The project's id and the place of its store: copies share the id. */
  project: string;
  annotator: string;
}

export interface EntryKey extends Owner {
  segment: string;
  /** Of a submit its event id; of typed text an id that it has until it is submitted or given up. */
  id: string;
}

/** Why the kernel did not take a submit; it will never take it as it is. */
export interface Reason {
  code: string;
  message: string;
  details: Record<string, unknown>;
}

/** Typed and not submitted, or handed back by the kernel. */
export interface Typed {
  kind: "typed";
  content: EditorContent;
  flags: string[];
  /** The revision of the thread that it was typed on. */
  base_revision: number;
  /** The draft that was on the screen when it was typed; missing where none was. */
  draft?: string | null;
  /** The segment was open when this was written. */
  isOpen: boolean;
  reason: Reason | null;
}

/** Submitted and not acknowledged. */
export interface Submitted {
  kind: "submit";
  submission: SubmitRequest;
  /** The event id of a submit of the same thread that this one was made on top of, and whose revision is not known yet. */
  after: string | null;
}

/** An edit that is not in the kernel's store. */
export type Entry<Body extends Typed | Submitted = Typed | Submitted> = EntryKey & {
  /** The view that has it on its screen or waits for its answer. */
  view: string;
  /** The browser tab of that view. */
  tab: string;
  /** The clock of the browser, to show and to prefer the newer of two texts; never relied on. */
  at_ms: number;
} & Body;

export function isTyped(entry: Entry): entry is Entry<Typed> {
  return entry.kind === "typed";
}

export function isSubmit(entry: Entry): entry is Entry<Submitted> {
  return entry.kind === "submit";
}

/** The submit `id` and all that were made on top of it, oldest first. */
export function chainOf(entries: readonly Entry[], id: string): Entry<Submitted>[] {
  const submits = entries.filter(isSubmit);
  const chain: Entry<Submitted>[] = [];
  let next = submits.find((entry) => entry.id === id);
  while (next && !chain.includes(next)) {
    chain.push(next);
    const { id: last } = next;
    next = submits.find((entry) => entry.after === last);
  }
  return chain;
}
