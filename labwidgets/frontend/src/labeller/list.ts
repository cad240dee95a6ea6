import type { QueueRowPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { freshId, h, setAttribute, setText } from "../ui/dom";
import type { Pages } from "./pages";
import { areaHeight, ROW_PX, rowsInSight, squeeze, topThatShows } from "./row_window";
import { count, MARKS, type Mark, span } from "./words";

export interface ListParts {
  pages: Pages;
  marksOf: (row: QueueRowPayload) => { mark: Mark; flagged: boolean; text: string; isHeldBack: boolean };
  onOpen: (segment: string) => void;
}

export interface SegmentList {
  readonly root: HTMLElement;
  render(): void;
  /** Brings a row into sight and makes it the one that the arrow keys start from. */
  reveal(index: number): void;
  /** Rows grow and shrink with the type. */
  setScale(ui: number): void;
}

interface Row {
  root: HTMLElement;
  sign: HTMLElement;
  flag: HTMLElement;
  number: HTMLElement;
  length: HTMLElement;
  text: HTMLElement;
  index: number;
}

/** A list of any length: only the rows in sight exist. */
export function createList(scope: Scope, { pages, marksOf, onOpen }: ListParts): SegmentList {
  const base = freshId("row");
  const area = h("div", { class: "lw-rows", role: "presentation" });
  const none = h("p", { class: "lw-none", hidden: true }, "Nothing matches the filter and the search.");
  const label = { role: "listbox", tabindex: 0, "aria-label": "Segments" };
  const root = h("div", { class: "lw-list", ...label }, area, none);
  const pool: Row[] = [];
  let top_px = 0;
  let view_px = 0;
  let row_px = ROW_PX;
  let active = 0;
  let ownScroll: number | null = null;

  const box = () => ({ n_rows: pages.total ?? 0, view_px, row_px });

  const goTo = (next_px: number) => {
    const max_px = Math.max(0, box().n_rows * row_px - view_px);
    top_px = Math.min(Math.max(0, next_px), max_px);
    const scroll_px = Math.round(top_px / squeeze(box()));
    if (Math.abs(root.scrollTop - scroll_px) >= 1) {
      ownScroll = scroll_px;
      root.scrollTop = scroll_px;
    }
    render();
  };

  const render = () => {
    const n_rows = box().n_rows;
    none.hidden = pages.total !== 0;
    area.style.height = `${areaHeight(box())}px`;
    root.style.setProperty("--lw-digits", String(count(n_rows).length));
    if (n_rows === 0 || view_px === 0) {
      for (const row of pool) row.root.hidden = true;
      pages.want(0, 0);
      return;
    }
    const { first, last } = rowsInSight(top_px, box());
    const shift_px = root.scrollTop - top_px;
    while (pool.length < last - first + 1) pool.push(createRow(area));
    pool.forEach((row, slot) => {
      const index = first + slot;
      row.root.hidden = index > last;
      if (index <= last) fill(row, index, index * row_px + (squeeze(box()) > 1 ? shift_px : 0));
    });
    setAttribute(
      root,
      "aria-activedescendant",
      active >= first && active <= last ? `${base}-${active}` : null,
    );
    pages.want(first, last);
  };

  const fill = (row: Row, index: number, y_px: number) => {
    const data = pages.row(index);
    row.index = index;
    row.root.style.transform = `translateY(${y_px}px)`;
    row.root.id = `${base}-${index}`;
    setAttribute(row.root, "aria-posinset", index + 1);
    setAttribute(row.root, "aria-setsize", pages.total ?? -1);
    setText(row.number, count(index + 1));
    setAttribute(row.root, "data-active", index === active);
    const shown = data ? marksOf(data) : null;
    setAttribute(row.root, "aria-selected", String(shown?.mark === "current"));
    setAttribute(row.root, "data-mark", shown?.mark ?? "unknown");
    setText(row.sign, shown ? MARKS[shown.mark].sign : "");
    setAttribute(row.sign, "aria-label", shown ? MARKS[shown.mark].name : null);
    setText(row.flag, shown?.flagged ? "!" : "");
    setAttribute(row.flag, "aria-label", shown?.flagged ? "flagged" : null);
    setAttribute(row.flag, "aria-hidden", shown?.flagged ? null : "true");
    setText(row.length, data ? span(data.duration_s) : "");
    setText(row.text, shown ? shown.text : "…");
    setAttribute(row.text, "data-held", shown?.isHeldBack ?? false);
    const tip =
      shown && data
        ? `${MARKS[shown.mark].name}${data.flags.length ? ` · ${data.flags.join(", ")}` : ""}`
        : null;
    setAttribute(row.root, "title", tip);
  };

  const onScroll = () => {
    const scroll_px = root.scrollTop;
    if (ownScroll !== null && Math.abs(scroll_px - ownScroll) < 1.5) {
      ownScroll = null;
      return;
    }
    ownScroll = null;
    top_px = scroll_px * squeeze(box());
    render();
  };

  const move = (index: number) => {
    active = Math.min(Math.max(0, index), Math.max(0, box().n_rows - 1));
    goTo(topThatShows(active, top_px, box()));
  };

  const openRow = (index: number) => {
    const row = pages.row(index);
    if (row) onOpen(row.segment);
  };

  scope.listen(root, "scroll", onScroll, { passive: true });
  scope.listen(root, "wheel", (event) => {
    // On a squeezed list one notch would jump over many rows.
    if (squeeze(box()) === 1 || event.ctrlKey) return;
    event.preventDefault();
    goTo(top_px + event.deltaY * (event.deltaMode === 1 ? row_px : 1));
  });
  scope.listen(root, "keydown", (event) => {
    const page = Math.max(1, Math.floor(view_px / row_px) - 1);
    const targets: Record<string, number> = {
      ArrowUp: active - 1,
      ArrowDown: active + 1,
      PageUp: active - page,
      PageDown: active + page,
      Home: 0,
      End: box().n_rows - 1,
    };
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const target = targets[event.key];
    if (target !== undefined) move(target);
    else if (event.key === "Enter" || event.key === " ") openRow(active);
    else return;
    event.preventDefault();
  });
  scope.listen(root, "click", (event) => {
    const row = pool.find(({ root: element }) => element.contains(event.target as Node));
    if (!row) return;
    active = row.index;
    openRow(row.index);
  });
  scope.onResize(root, (rect) => {
    const wasHidden = view_px === 0;
    view_px = rect.height;
    if (wasHidden) move(active);
    else render();
  });
  scope.add(pages.on("change", render));

  return {
    root,
    render,
    reveal(index) {
      move(index);
    },
    setScale(ui) {
      const before_px = row_px;
      row_px = Math.round(ROW_PX * ui);
      goTo((top_px * row_px) / before_px);
    },
  };
}

function createRow(area: HTMLElement): Row {
  const sign = h("span", { class: "lw-sign", role: "img" });
  const flag = h("span", { class: "lw-flag", role: "img" });
  const number = h("span", { class: "lw-number" });
  const length = h("span", { class: "lw-length" });
  const text = h("span", { class: "lw-text", dir: "auto" });
  const root = h("div", { class: "lw-row", role: "option" }, sign, number, length, flag, text);
  area.append(root);
  return { root, sign, flag, number, length, text, index: -1 };
}
