import type { EditorContent } from "../core/parts";
import type { Scope } from "../core/scope";
import type { EntryKey, Reason } from "../keep/entry";
import type { Seat } from "../keep/seat";

/** Text and flags of a segment, typed and not submitted. */
export interface Edit {
  segment: string;
  /** Of the entry that keeps it. */
  id: string;
  content: EditorContent;
  flags: string[];
  /** The revision of the thread that it was typed on. */
  base_revision: number;
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
  /** The name under which the shelf has it. */
  key(segment: string, id: string): EntryKey;
  /** Texts that the browser did not keep. */
  readonly n_loose: number;
}

const SOON_MS = 600;

export function createKeeper(scope: Scope, seat: Seat): Keeper {
  const { owner, view, tab } = seat;
  const loose = new Set<string>();
  let waiting: (() => Edit | null) | null = null;
  let stopTimer = () => {};
  let last: Promise<unknown> = Promise.resolve();

  const key = (segment: string, id: string) => ({ ...owner, segment, id });
  const note = (id: string, isKept: boolean) => {
    if (isKept) loose.delete(id);
    else loose.add(id);
  };
  const keep = ({ segment, id, ...body }: Edit) => {
    const entry = { ...key(segment, id), view, tab, at_ms: Date.now(), kind: "typed" as const, ...body };
    last = seat.shelf
      .then((shelf) => shelf.write({ put: [entry] }))
      .then(
        () => note(id, true),
        () => note(id, false),
      );
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
      last = seat.shelf.then((shelf) => shelf.write({ remove: [key(segment, id)] })).catch(() => {});
    },
    flush,
    cancel,
    async settled() {
      await last;
    },
    key,
    get n_loose() {
      return loose.size;
    },
  };
}
