/** Columns of a picture that are fetched at once. */
export const TILE_COLUMNS = 512;
/** 2 ms a column: the window that is measured is ten times as long. */
const MOST_PER_S = 500;

export interface TileSpan {
  /** Columns per second are 2 to the power of half of it. */
  level: number;
  index: number;
  start_s: number;
  end_s: number;
  n_columns: number;
}

/** The coarsest level that has a column for each pixel. Steps keep what is here useful when the width changes. */
export function levelFor(px_per_s: number): number {
  return Math.ceil(2 * Math.log2(Math.min(px_per_s, MOST_PER_S)) - 1e-6);
}

/** The pieces of a clip that a view from `from_s` to `to_s` needs, first to last. */
export function tilesOf(from_s: number, to_s: number, duration_s: number, level: number): TileSpan[] {
  const per_s = 2 ** (level / 2);
  const tile_s = TILE_COLUMNS / per_s;
  const tiles: TileSpan[] = [];
  if (!(duration_s > 0) || !(to_s > from_s)) return tiles;
  const last = Math.ceil(Math.min(to_s, duration_s) / tile_s - 1e-9);
  for (let index = Math.max(0, Math.floor(from_s / tile_s + 1e-9)); index < last; index += 1) {
    const start_s = index * tile_s;
    const end_s = Math.min(duration_s, (index + 1) * tile_s);
    const n_columns = Math.max(1, Math.min(TILE_COLUMNS, Math.round((end_s - start_s) * per_s)));
    tiles.push({ level, index, start_s, end_s, n_columns });
  }
  return tiles;
}
