import type { ColumnPayload, ErrorRowPayload, RowQueryPayload } from "../core/protocol_errors";
import type { Scope } from "../core/scope";
import { areaHeight, ROW_PX, rowsInSight, squeeze, topThatShows } from "../labeller/row_window";
import { freshId, h, setAttribute, setText } from "../ui/dom";
import type { Rows } from "./rows";
import { columnName, shownValue, VERDICTS } from "./words";

export interface TableParts {
  rows: Rows;
  columns: readonly ColumnPayload[];
  /** Null: the row is still on its way. */
  onChoose: (row: ErrorRowPayload | null) => void;
  onSort: (column: string) => void;
}

export interface Table {
  readonly root: HTMLElement;
  readonly active: number;
  /** Makes a row the active one, in sight, and opens it as soon as it is there. */
  go(index: number): void;
  /** Back to the first row, for a new query. */
  reset(): void;
  /** How many rows make a page. */
  readonly pageRows: number;
  focus(): void;
}

interface Line {
  root: HTMLElement;
  mark: HTMLElement;
  cells: HTMLElement[];
}

const MARK = 0;

/** A table of any length: only the rows in sight exist. */
export function createTable(scope: Scope, { rows, columns, onChoose, onSort }: TableParts): Table {
  const base = freshId("error");
  const heads = columns.map((column) => createHead(column));
  const head = h(
    "div",
    { class: "lw-x-head", role: "row" },
    h("span", { class: "lw-x-mark", role: "columnheader", "aria-label": "Mark" }),
    ...heads.map(({ root }) => root),
  );
  const area = h("div", { class: "lw-x-area", role: "presentation" });
  const none = h("p", { class: "lw-none", hidden: true }, "No row matches the filters and the search.");
  const label = { role: "grid", tabindex: 0, "aria-label": "Errors", "aria-colcount": columns.length + 1 };
  const body = h("div", { class: "lw-x-body", role: "rowgroup" }, area, none);
  const root = h("div", { class: "lw-x-table", ...label }, head, body);
  root.style.setProperty("--lw-x-columns", columns.map(widthOf).join(" "));
  const narrow = columns.filter((column) => !isMinor(column)).map(narrowOf);
  root.style.setProperty("--lw-x-narrow", narrow.join(" "));
  const pool: Line[] = [];
  let top_px = 0;
  let view_px = 0;
  let active = 0;
  let ownScroll: number | null = null;
  let isWaiting = true;

  const box = () => ({ n_rows: rows.total ?? 0, view_px, row_px: ROW_PX });

  const scrollTo = (next_px: number) => {
    top_px = Math.min(Math.max(0, next_px), Math.max(0, box().n_rows * ROW_PX - view_px));
    const scroll_px = Math.round(top_px / squeeze(box()));
    if (Math.abs(body.scrollTop - scroll_px) >= 1) {
      ownScroll = scroll_px;
      body.scrollTop = scroll_px;
    }
    render();
  };

  const openWhenThere = () => {
    const row = isWaiting ? rows.row(active) : null;
    if (!row) return;
    isWaiting = false;
    onChoose(row);
  };
  const awaitRow = () => {
    isWaiting = true;
    if (!rows.row(active)) onChoose(null);
  };

  const render = () => {
    none.hidden = rows.total !== 0;
    area.style.height = `${areaHeight(box())}px`;
    setAttribute(root, "aria-rowcount", (rows.total ?? -2) + 1);
    setAttribute(root, "aria-busy", String(rows.total === null));
    // At once: who sees no answer to a click clicks again, which is the other way round.
    showSort(rows.query);
    if (rows.total === null || view_px === 0) {
      rows.want(0, 0);
      return;
    }
    const { first, last } = rowsInSight(top_px, box());
    const shift_px = squeeze(box()) > 1 ? body.scrollTop - top_px : 0;
    while (pool.length < last - first + 1) pool.push(createLine(area, columns.length));
    pool.forEach((line, slot) => {
      const index = first + slot;
      line.root.hidden = index > last;
      if (index > last) return;
      line.root.style.transform = `translateY(${index * ROW_PX + shift_px}px)`;
      line.root.id = `${base}-${index}`;
      line.root.dataset.index = String(index);
      setAttribute(line.root, "aria-rowindex", index + 2);
      setAttribute(line.root, "aria-selected", String(index === active));
      fill(line, rows.row(index));
    });
    const isInSight = active >= first && active <= last;
    setAttribute(root, "aria-activedescendant", isInSight ? `${base}-${active}` : null);
    rows.want(first, Math.max(first, last));
    openWhenThere();
  };

  const fill = (line: Line, row: ErrorRowPayload | null) => {
    const verdict = VERDICTS.find(({ mark }) => mark === row?.values.mark);
    setText(line.mark, verdict?.sign ?? "");
    setAttribute(line.mark, "aria-label", verdict?.name ?? null);
    setAttribute(line.mark, "title", verdict?.name ?? null);
    columns.forEach((column, at) => {
      const cell = line.cells[at];
      if (!cell) return;
      const value = row?.values[column.name];
      setText(cell, row ? shownValue(column, value) : at === MARK ? "…" : "");
      setAttribute(cell, "data-kind", column.kind);
      setAttribute(cell, "data-minor", isMinor(column));
      const isWrong = column.measure === "wer" && typeof value === "number" && value > 0;
      setAttribute(cell, "data-wrong", isWrong);
      if (isWrong) cell.style.setProperty("--lw-x-share", String(Math.min(1, value)));
    });
  };

  const showSort = ({ sort, descending }: RowQueryPayload) => {
    columns.forEach((column, at) => {
      const one = heads[at];
      if (!one) return;
      const isSorted = column.name === sort;
      setAttribute(one.root, "aria-sort", isSorted ? (descending ? "descending" : "ascending") : "none");
      setText(one.sign, isSorted ? (descending ? "▼" : "▲") : "");
    });
  };

  const go = (index: number) => {
    active = Math.min(Math.max(0, index), Math.max(0, box().n_rows - 1));
    awaitRow();
    scrollTo(topThatShows(active, top_px, box()));
  };

  scope.listen(body, "scroll", () => {
    const scroll_px = body.scrollTop;
    const isOwn = ownScroll !== null && Math.abs(scroll_px - ownScroll) < 1.5;
    ownScroll = null;
    if (isOwn) return;
    top_px = scroll_px * squeeze(box());
    render();
  });
  scope.listen(body, "wheel", (event) => {
    // On a squeezed table one notch would jump over many rows.
    if (squeeze(box()) === 1 || event.ctrlKey) return;
    event.preventDefault();
    scrollTo(top_px + event.deltaY * (event.deltaMode === 1 ? ROW_PX : 1));
  });
  scope.listen(area, "click", (event) => {
    const line = (event.target as Element).closest<HTMLElement>(".lw-x-row");
    if (line) go(Number(line.dataset.index));
    root.focus({ preventScroll: true });
  });
  heads.forEach(({ button }, at) => {
    scope.listen(button, "click", () => onSort(columns[at]?.name ?? "row"));
  });
  scope.onResize(body, (rect) => {
    view_px = rect.height;
    scrollTo(top_px);
  });
  rows.on("change", render);

  return {
    root,
    get active() {
      return active;
    },
    go,
    reset() {
      active = 0;
      awaitRow();
      top_px = 0;
      body.scrollTop = 0;
      render();
    },
    get pageRows() {
      return Math.max(1, Math.floor(view_px / ROW_PX) - 1);
    },
    focus: () => root.focus({ preventScroll: true }),
  };
}

/** What a narrow page can do without. */
function isMinor({ name, measure }: ColumnPayload): boolean {
  return !measure && name !== "reference" && name !== "source" && name !== "id";
}

function widthOf({ name, kind, measure }: ColumnPayload): string {
  if (name === "reference") return "minmax(0, 1fr)";
  if (measure) return "minmax(64px, 110px)";
  return kind === "number" ? "64px" : "minmax(48px, 150px)";
}

/** The text has what the others leave. */
function narrowOf({ name, measure }: ColumnPayload): string {
  if (name === "reference") return "minmax(0, 1fr)";
  return measure ? "58px" : "minmax(40px, 96px)";
}

function createHead(column: ColumnPayload) {
  const sign = h("span", { class: "lw-x-sort", "aria-hidden": "true" });
  const name = columnName(column);
  const text = h("span", { class: "lw-x-name" }, name);
  const button = h("button", { type: "button", title: `Sort by ${name}` }, text, sign);
  const root = h(
    "span",
    {
      role: "columnheader",
      "data-kind": column.kind,
      "data-column": column.name,
      "data-minor": isMinor(column),
    },
    button,
  );
  return { root, button, sign };
}

function createLine(area: HTMLElement, n_columns: number): Line {
  const mark = h("span", { class: "lw-x-mark", role: "gridcell" });
  const cells = Array.from({ length: n_columns }, () => h("span", { role: "gridcell", dir: "auto" }));
  const root = h("div", { class: "lw-x-row", role: "row" }, mark, ...cells);
  area.append(root);
  return { root, mark, cells };
}
