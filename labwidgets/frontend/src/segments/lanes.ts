/** Each speaker has a line of its own under the waveform. Pure. */
import type { Region } from "./regions";
import type { Speaker } from "./speakers";

export interface Lane {
  /** Null: nobody is named. */
  name: string | null;
  /** "2 Anna". */
  label: string;
  colour: number | null;
  top_px: number;
  height_px: number;
}

const LANE_PX = 20;
const LEAST_PX = 11;
/** All lanes together. */
const MOST_PX = 132;

/** Lanes of the speakers that there are, and one for segments without, where there are any. */
export function lanesOf(speakers: readonly Speaker[], regions: readonly Region[], colours: number): Lane[] {
  const used = new Set(regions.map(({ speaker }) => speaker));
  const named = speakers.filter(({ name }) => used.has(name));
  const isNobody = used.has(null) || named.length === 0;
  const n = named.length + Number(isNobody);
  const height_px = Math.min(LANE_PX, Math.max(LEAST_PX, Math.floor(MOST_PX / n)));
  const lanes = named.map(({ name, at }) => ({ name, label: `${at + 1} ${name}`, colour: at % colours }));
  const all = isNobody ? [...lanes, { name: null, label: "no name", colour: null }] : lanes;
  return all.map((lane, at) => ({ ...lane, top_px: at * height_px, height_px }));
}

export function heightOfLanes(lanes: readonly Lane[]): number {
  const last = lanes.at(-1);
  return last ? last.top_px + last.height_px : 0;
}

/** The lane at a height below the first one's top. */
export function laneAt(lanes: readonly Lane[], y_px: number): Lane | null {
  return lanes.find(({ top_px, height_px }) => y_px >= top_px && y_px < top_px + height_px) ?? null;
}
