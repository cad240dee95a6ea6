import type { Scope } from "../core/scope";
import { noteUnsaved, unsavedElsewhere } from "../keep/elsewhere";
import type { Entry, Owner } from "../keep/entry";
import type { Seat } from "../keep/seat";
import type { Shelf } from "../keep/shelf";
import { h } from "../ui/dom";
import { createPanel, type Panel } from "./panel";
import { edits } from "./status";

export interface KeptParts {
  seat: Seat;
  project_id: string;
  /** Edits of this view that are not saved, the open one included. */
  n_mine: () => number;
  /** Takes over what was typed in another copy of the project. */
  onTake: (other: Owner) => Promise<void>;
  /** Gives up everything of this person that is not saved. */
  onDelete: () => Promise<void>;
  /** Says in the top bar that there is more than the state tells; null for nothing. */
  onMore: (text: string | null) => void;
  onToggle: (isOpen: boolean) => void;
}

export interface Kept {
  readonly panel: Panel;
}

const LOOK_EVERY_MS = 5_000;

interface Holdings {
  kind: Shelf["kind"];
  n_mine: number;
  copies: (Owner & { n: number })[];
  others: { annotator: string; n: number }[];
  ports: { url: string; n: number }[];
}

/** Says what is kept where and of whom, and what can be done about it. */
export function createKept(scope: Scope, parts: KeptParts): Kept {
  const body = h("div", { class: "lw-kept", tabindex: -1 });
  const panel = createPanel(scope, "What is kept, and where", [body], {
    onToggle(isOpen) {
      if (isOpen) void look();
      parts.onToggle(isOpen);
    },
  });
  let noted = -1;
  let shown = "";

  const look = async () => {
    const found = await holdings(parts).catch(() => null);
    if (!found || scope.disposed) return;
    const total = found.n_mine + [...found.copies, ...found.others].reduce((sum, { n }) => sum + n, 0);
    if (total !== noted) noteUnsaved(parts.project_id, found.kind === "browser" ? total : 0);
    noted = total;
    const n_more = [...found.copies, ...found.others, ...found.ports].reduce((sum, { n }) => sum + n, 0);
    parts.onMore(n_more > 0 ? `+${n_more} kept` : null);
    const next = JSON.stringify(found);
    if (panel.isOpen && next !== shown) {
      const hadFocus = body.contains(document.activeElement);
      body.replaceChildren(...content(found));
      if (hadFocus) body.focus({ preventScroll: true });
    }
    shown = panel.isOpen ? next : "";
  };

  const button = (text: string, run: () => void) => {
    const made = h("button", { type: "button" }, text);
    scope.listen(made, "click", run);
    return made;
  };
  const again = () => void look();
  const content = (found: Holdings) => [
    h("p", {}, placeWords(found.kind)),
    ...mineLines(found.n_mine),
    ...found.copies.flatMap((copy) => [
      h(
        "p",
        {},
        `${edits(copy.n)} of yours ${copy.n === 1 ? "was" : "were"} made in another copy of this project, or before it was moved.`,
      ),
      h(
        "p",
        {},
        button("Take over here", () => void parts.onTake(copy).then(again)),
      ),
    ]),
    ...found.others.map(({ annotator, n }) =>
      h(
        "p",
        {},
        `${edits(n)} of ${annotator} ${n === 1 ? "is" : "are"} kept too: to be saved when ${annotator} opens the labeller here. Nobody else is shown the text.`,
      ),
    ),
    ...found.ports.map(({ url, n }) =>
      h(
        "p",
        {},
        `${edits(n)} ${n === 1 ? "lies" : "lie"} under another address, ${url}: start Jupyter on that port and run the cell there.`,
      ),
    ),
  ];
  const mineLines = (n: number) => {
    if (n === 0) return [h("p", {}, "Nothing of yours waits to be saved or submitted.")];
    const line = h("p", {});
    const ask = () => {
      const first = button(`Delete ${edits(n)} …`, sure);
      line.replaceChildren(first);
      return first;
    };
    const sure = () => {
      const keep = button("Keep", () => ask().focus());
      const remove = button("Delete for good", () => void parts.onDelete().then(again));
      line.replaceChildren(`${n === 1 ? "It is" : "They are"} nowhere else. `, remove, " ", keep);
      keep.focus();
    };
    ask();
    return [
      h("p", {}, `${edits(n)} of yours ${n === 1 ? "is" : "are"} not saved or not submitted yet.`),
      line,
    ];
  };
  scope.interval(again, LOOK_EVERY_MS);
  scope.timeout(again, 500);
  return { panel };
}

function placeWords(kind: Shelf["kind"]): string {
  if (kind === "browser") {
    return "What you type lies in this browser within a second, what you submit before it is sent; each leaves it once the project has it on disk. In a private window it lasts as long as the window.";
  }
  return "This browser keeps nothing here (a private window, or a page inside another). What you type goes to the project every 2 s. A submit that the kernel has not taken yet is in this page only: leave the page open until it says saved.";
}

async function holdings({ seat, project_id, n_mine }: KeptParts): Promise<Holdings> {
  const shelf = await seat.shelf;
  const here = (await shelf.census()).filter(({ project }) => project.startsWith(`${project_id}@`));
  const { project, annotator } = seat.owner;
  const copies = here.filter((one) => one.annotator === annotator && one.project !== project);
  const others = new Map<string, number>();
  for (const one of here) {
    if (one.annotator !== annotator) others.set(one.annotator, (others.get(one.annotator) ?? 0) + one.n);
  }
  return {
    kind: shelf.kind,
    n_mine: n_mine(),
    copies: await Promise.all(
      copies.map(async (copy) => ({ ...copy, n: (await left(seat, copy)).length })),
    ).then((found) => found.filter(({ n }) => n > 0)),
    others: [...others].map(([name, n]) => ({ annotator: name, n })),
    ports: unsavedElsewhere(project_id),
  };
}

/** What no living view of another copy has on its screen. */
export async function left({ shelf, presence }: Seat, other: Owner): Promise<Entry[]> {
  const alive = await presence.alive();
  return (await (await shelf).all(other)).filter(({ view }) => !alive.has(view));
}
