/** Height of a row of the list at the usual size of type, px. */
export const ROW_PX = 26;
/** Browsers stop laying out somewhere above this. */
const MAX_PX = 8_000_000;
const EXTRA_ROWS = 6;
/** What comes next is seen too. */
const MARGIN_ROWS = 6;

export interface ScrollBox {
  n_rows: number;
  view_px: number;
  row_px: number;
}

/** Height of the scrolled area, px: true for small lists, squeezed for huge ones. */
export function areaHeight({ n_rows, row_px }: ScrollBox): number {
  return Math.min(n_rows * row_px, MAX_PX);
}

/** How many px of the true list one px of the scroll bar stands for. */
export function squeeze(box: ScrollBox): number {
  const area_px = areaHeight(box) - box.view_px;
  if (area_px <= 0) return 1;
  return Math.max(1, (box.n_rows * box.row_px - box.view_px) / area_px);
}

/** The rows in sight at a distance from the list's true top, with some to spare; `last` is included. */
export function rowsInSight(top_px: number, box: ScrollBox): { first: number; last: number } {
  const first = Math.max(0, Math.floor(top_px / box.row_px) - EXTRA_ROWS);
  const last = Math.min(box.n_rows - 1, Math.ceil((top_px + box.view_px) / box.row_px) + EXTRA_ROWS);
  return { first, last };
}

/** The nearest distance from the true top that shows a row, not quite at the edge. */
export function topThatShows(index: number, top_px: number, box: ScrollBox): number {
  const max_px = Math.max(0, box.n_rows * box.row_px - box.view_px);
  const margin_px = Math.min(MARGIN_ROWS * box.row_px, box.view_px / 3);
  const lowest = (index + 1) * box.row_px + margin_px - box.view_px;
  const highest = index * box.row_px - margin_px;
  const wanted = lowest > highest ? highest : Math.min(Math.max(top_px, lowest), highest);
  return Math.min(Math.max(0, wanted), max_px);
}
