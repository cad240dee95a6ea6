import { Emitter } from "../core/emitter";
import type { Scope } from "../core/scope";
import { areaHeight, ROW_PX, rowsInSight, topThatShows } from "../labeller/row_window";
import { MARKS, type Mark } from "../labeller/words";
import { formatTime } from "../player/ruler";
import { freshId, h, setAttribute, setText } from "../ui/dom";
import { type Filter, filtered, NO_FILTER } from "./filter";
import { setColour } from "./palette";
import type { Region, Regions } from "./regions";
import type { Speakers } from "./speakers";

export interface RowListParts {
  regions: () => Regions;
  speakers: () => Speakers;
  isReady: () => boolean;
  shownOf: (row: Region) => { mark: Mark; text: string };
  /** The row that sounds while it plays on. */
  onOpen: (segment: string) => void;
}

interface Row {
  root: HTMLElement;
  sign: HTMLElement;
  time: HTMLElement;
  speaker: HTMLElement;
  text: HTMLElement;
  region: Region | null;
}

export type RowList = ReturnType<typeof createRowList>;

/** The segments as rows, of which only those in sight exist. */
export function createRowList(scope: Scope, parts: RowListParts) {
  const events = new Emitter<{ rows: [] }>();
  const base = freshId("row");
  const area = h("div", { class: "lw-rows", role: "presentation" });
  const none = h("p", { class: "lw-none", role: "status", hidden: true });
  const root = h(
    "div",
    { class: "lw-list lw-s-list", role: "listbox", tabindex: 0, "aria-label": "Segments" },
    area,
    none,
  );
  const pool: Row[] = [];
  let filter: Filter = NO_FILTER;
  let rows: readonly Region[] = [];
  let view_px = 0;
  let row_px = ROW_PX;
  let active = 0;
  let current: string | null = null;
  let sounding: string | null = null;

  const box = () => ({ n_rows: rows.length, view_px, row_px });
  const emptyWords = () => {
    if (!parts.isReady()) return "Reading the segments …";
    if (parts.regions().all.length > 0) return "Nothing matches the filter and the search.";
    return "No segments yet. Draw one on the waveform, or run project.segment() in a cell.";
  };
  const render = () => {
    none.hidden = rows.length > 0;
    if (!none.hidden) setText(none, emptyWords());
    area.style.height = `${areaHeight(box())}px`;
    const { first, last } = view_px > 0 ? rowsInSight(root.scrollTop, box()) : { first: 0, last: -1 };
    while (pool.length < last - first + 1) pool.push(createRow(area));
    pool.forEach((row, slot) => {
      const region = rows[first + slot];
      row.root.hidden = first + slot > last || !region;
      if (!row.root.hidden && region) fill(row, region, first + slot);
    });
    const isActiveHere = active >= first && active <= last && rows.length > 0;
    setAttribute(root, "aria-activedescendant", isActiveHere ? `${base}-${active}` : null);
  };
  const fill = (row: Row, region: Region, index: number) => {
    row.region = region;
    const { mark, text } = parts.shownOf(region);
    const { root: element, sign, time, speaker } = row;
    element.style.transform = `translateY(${index * row_px}px)`;
    element.id = `${base}-${index}`;
    setAttribute(element, "aria-posinset", index + 1);
    setAttribute(element, "aria-setsize", rows.length);
    setAttribute(element, "data-active", index === active);
    setAttribute(element, "aria-selected", String(region.segment === current));
    setAttribute(element, "data-sounding", region.segment === sounding);
    setAttribute(element, "data-mark", mark);
    setText(sign, MARKS[mark].sign);
    setAttribute(sign, "aria-label", MARKS[mark].name);
    setText(time, formatTime(region.start_s, 1));
    setColour(speaker, parts.speakers().colourOf(region.speaker));
    setText(speaker, region.speaker ?? "");
    setText(row.text, text || " ");
    const length_s = (region.end_s - region.start_s).toFixed(1);
    const flags = region.flags.length ? ` · ${region.flags.join(", ")}` : "";
    setAttribute(
      element,
      "title",
      `${region.speaker ?? "no name"} · ${length_s} s · ${MARKS[mark].name}${flags}`,
    );
  };
  const refresh = () => {
    rows = filtered(parts.regions().all, filter);
    active = Math.min(active, Math.max(0, rows.length - 1));
    render();
    events.emit("rows");
  };
  const move = (index: number) => {
    active = Math.min(Math.max(0, index), Math.max(0, rows.length - 1));
    root.scrollTop = topThatShows(active, root.scrollTop, box());
    render();
  };

  scope.listen(root, "scroll", render, { passive: true });
  scope.listen(root, "keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const page = Math.max(1, Math.floor(view_px / row_px) - 1);
    const targets: Record<string, number> = {
      ArrowUp: active - 1,
      ArrowDown: active + 1,
      PageUp: active - page,
      PageDown: active + page,
      Home: 0,
      End: rows.length - 1,
    };
    const target = targets[event.key];
    const row = rows[active];
    if (target !== undefined) move(target);
    else if ((event.key === "Enter" || event.key === " ") && row) parts.onOpen(row.segment);
    else return;
    event.preventDefault();
  });
  scope.listen(root, "click", (event) => {
    const row = pool.find(({ root: element }) => element.contains(event.target as Node));
    if (!row?.region) return;
    active = rows.indexOf(row.region);
    parts.onOpen(row.region.segment);
  });
  scope.onResize(root, (rect) => {
    const { first, last } = rowsInSight(root.scrollTop, box());
    // What was looked at stays in sight.
    const isKept = view_px === 0 || (active >= first && active <= last);
    view_px = rect.height;
    if (isKept) move(active);
    else render();
  });

  return {
    root,
    render,
    refresh,
    get rows() {
      return rows;
    },
    get filter() {
      return filter;
    },
    setFilter(next: Filter) {
      filter = next;
      refresh();
      const at = rows.findIndex(({ segment }) => segment === current);
      move(Math.max(0, at));
    },
    /** The open row, brought into sight. */
    setCurrent(segment: string | null) {
      current = segment;
      const at = rows.findIndex((row) => row.segment === segment);
      if (at >= 0) move(at);
      else render();
    },
    setSounding(segment: string | null) {
      if (segment === sounding) return;
      sounding = segment;
      render();
    },
    setScale(ui: number) {
      row_px = Math.round(ROW_PX * ui);
      move(active);
    },
    onRows: (listener: () => void) => events.on("rows", listener),
  };
}

function createRow(area: HTMLElement): Row {
  const sign = h("span", { class: "lw-sign", role: "img" });
  const time = h("span", { class: "lw-s-start" });
  const speaker = h("span", { class: "lw-s-who", dir: "auto" });
  const text = h("span", { class: "lw-text", dir: "auto" });
  const root = h("div", { class: "lw-row", role: "option" }, sign, time, speaker, text);
  area.append(root);
  return { root, sign, time, speaker, text, region: null };
}
