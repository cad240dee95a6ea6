import type { Scope } from "../core/scope";
import type { Owner } from "../keep/entry";
import { joinEstate } from "../keep/estate";
import { createKept, left } from "./kept_panel";
import type { TopBar } from "./top_bar";
import type { Work } from "./work";

export interface Safekeeping {
  readonly root: HTMLElement;
  /** Takes over what other views left, and opens the first segment. */
  join(): Promise<void>;
  /** False where nothing is open. */
  close(): boolean;
}

export interface SafekeepingParts {
  work: Pick<Work, "ready" | "session" | "seat" | "keeper" | "outbox" | "transport">;
  top: Pick<TopBar, "setMore" | "keptButton">;
  onClosed: () => void;
}

/** Ties what is kept of unsaved edits to the page: who comes before, what is said of it, and the end of the page. */
export function createSafekeeping(scope: Scope, { work, top, onClosed }: SafekeepingParts): Safekeeping {
  const { ready, session, seat, keeper, outbox, transport } = work;
  const { panel } = createKept(scope, {
    seat,
    project_id: ready.project_id,
    n_mine: () => outbox.n_pending + session.n_kept,
    onTake: (other) => takeOver(work, other),
    onDelete: () => session.deleteAll(),
    onMore: top.setMore,
    onToggle(isOpen) {
      top.keptButton.setAttribute("aria-expanded", String(isOpen));
      if (!isOpen && !document.activeElement?.closest(".lw")) onClosed();
    },
  });
  scope.listen(top.keptButton, "click", () => panel.toggle());

  let mayAsk = true;
  const askToStay = () => {
    // Whoever has unsaved edits in the browser alone would lose them to its tidying up.
    const isAlone = outbox.n_pending + session.n_kept > 0 && !transport.alive;
    if (!mayAsk || !isAlone) return;
    mayAsk = false;
    void navigator.storage?.persist?.().catch(() => {});
  };
  scope.add(transport.onLink(askToStay));
  scope.listen(window, "beforeunload", (event) => {
    if (keeper.n_loose + outbox.n_loose > 0) event.preventDefault();
  });

  return {
    root: panel.root,
    async join() {
      await joinEstate(scope, seat, {
        isDead: () => transport.link === "gone",
        isShown: () => panel.root.isConnected,
        give: () => session.give(),
        take: (entries) => session.take(entries),
        hasTyped: (segment) => session.isKept(segment),
      });
      const found = await keeper.adopt(ready.kept ?? []);
      if (scope.disposed) return;
      session.take(found);
      session.start();
    },
    close() {
      if (!panel.isOpen) return false;
      panel.toggle(false);
      return true;
    },
  };
}

/** Brings what a person typed in another copy of the project into this one. */
async function takeOver({ seat, session }: Pick<Work, "seat" | "session">, other: Owner): Promise<void> {
  const { owner, view, tab } = seat;
  const moved = (await left(seat, other))
    .filter(({ segment }) => !session.isKept(segment))
    .map((entry) => ({ ...entry, ...owner, view, tab }));
  const shelf = await seat.shelf;
  await shelf.write({ put: moved, remove: moved.map((entry) => ({ ...entry, ...other })) });
  session.take(moved);
}
