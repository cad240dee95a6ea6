import type { EditorContent } from "../core/parts";
import type { KeptPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import type { Entry, EntryKey, Reason, Typed } from "../keep/entry";
import type { Seat } from "../keep/seat";
import { createKernelCopy } from "./kernel_copy";

/** Text and flags of a segment, typed and not submitted. */
export interface Edit {
  segment: string;
  /** Of the entry that keeps it. */
  id: string;
  content: EditorContent;
  flags: string[];
  /** The revision of the thread that it was typed on. */
  base_revision: number;
  /** The draft that was on the screen; missing where none was. */
  draft?: string | null;
  /** The segment is the open one. */
  isOpen: boolean;
  /** Why the kernel did not take it, if it was submitted. */
  reason: Reason | null;
}

/** Keeps what is typed and not submitted. */
export interface Keeper {
  /** Something was typed: `read` gives it when it is written, in less than a second. */
  soon(read: () => Edit | null): void;
  /** Writes it now. */
  keep(edit: Edit): void;
  /** Given up. */
  drop(segment: string, id: string): void;
  /** What was to be written soon is written now, or not at all. */
  flush(): void;
  cancel(): void;
  /** Everything that was written so far is on the shelf. */
  settled(): Promise<void>;
  /** It becomes a submit, which takes its place; returns the name under which the shelf has it. */
  submitted(segment: string, id: string): EntryKey;
  /** Takes over what the kernel kept for a page of this person. */
  adopt(kept: readonly KeptPayload[]): Promise<Entry<Typed>[]>;
  /** Texts that nothing but this page has. */
  readonly n_loose: number;
  /** Texts that the kernel keeps, because the browser does not. */
  readonly n_copied: number;
}

const SOON_MS = 600;

export function createKeeper(scope: Scope, seat: Seat, transport: Transport): Keeper {
  const { owner, view, tab } = seat;
  /** Not in the browser's storage. */
  const loose = new Set<string>();
  const copy = createKernelCopy(scope, transport);
  let waiting: (() => Edit | null) | null = null;
  let stopTimer = () => {};
  let last: Promise<unknown> = Promise.resolve();

  const key = (segment: string, id: string) => ({ ...owner, segment, id });
  const keep = (edit: Edit) => {
    const { segment, id, ...body } = edit;
    const entry = { ...key(segment, id), view, tab, at_ms: Date.now(), kind: "typed" as const, ...body };
    last = seat.shelf
      .then(async (shelf) => {
        await shelf.write({ put: [entry] });
        return shelf.kind === "browser";
      })
      .catch(() => false)
      .then((isKept) => {
        if (isKept) {
          loose.delete(id);
          copy.drop(segment);
        } else {
          loose.add(id);
          copy.put(edit);
        }
      });
  };
  const cancel = () => {
    stopTimer();
    waiting = null;
  };
  const flush = () => {
    const edit = waiting?.() ?? null;
    cancel();
    if (edit) keep(edit);
  };
  scope.listen(window, "pagehide", flush);
  scope.listen(document, "visibilitychange", () => document.hidden && flush());

  return {
    soon(read) {
      if (!waiting) stopTimer = scope.timeout(flush, SOON_MS);
      waiting = read;
    },
    keep,
    drop(segment, id) {
      loose.delete(id);
      copy.drop(segment);
      last = seat.shelf.then((shelf) => shelf.write({ remove: [key(segment, id)] })).catch(() => {});
    },
    flush,
    cancel,
    async settled() {
      await last;
    },
    submitted(segment, id) {
      loose.delete(id);
      copy.forget(segment);
      return key(segment, id);
    },
    async adopt(kept) {
      const known = await seat.shelf.then((shelf) => shelf.all(owner)).catch(() => []);
      const ids = new Set(known.map(({ id }) => id));
      const edits = kept.map((one, n) => editOf(one, n === 0));
      for (const { segment, id } of edits) copy.found(segment, id);
      const fresh = edits.filter(({ id }) => !ids.has(id));
      for (const edit of fresh) keep(edit);
      return fresh.map(({ segment, id, ...body }) => ({
        ...{ ...key(segment, id), view, tab, at_ms: Date.now() },
        ...{ kind: "typed", ...body },
      }));
    },
    get n_loose() {
      return [...loose].filter((id) => !copy.has(id)).length;
    },
    get n_copied() {
      return [...loose].filter((id) => copy.has(id)).length;
    },
  };
}

/** The newest is taken for the one that was open. */
function editOf({ segment, edit }: KeptPayload, isNewest: boolean): Edit {
  const { id, base_revision, text, words, layers, flags } = edit;
  const content = { text, words, layers };
  return { segment, id, content, flags, base_revision, isOpen: isNewest, reason: null };
}
