/**
 * Where a further text is cut when the main text of its segment is: words go with those that they stand for.
 * `labwidgets/store/cut_layers.py` does the same in the kernel; `tests/layer_cuts.json` tests both.
 */
import { alignWords } from "../editor/diff";
import { UNSPACED } from "../editor/scripts";

export interface LayerCut {
  /** Index of the first letter behind the cut. */
  at: number;
  /** Words that are not known to belong to one side: they stand for words on both, or for none beside the cut. */
  astride: string;
}

interface Unit {
  from: number;
  to: number;
  key: string;
}

/** Words of two texts that differ, between those that are the same. */
interface Run {
  first: number;
  last: number;
  low: number;
  high: number;
  isSame: boolean;
}

const WORD = /[^\s\u200b]+/gu;
const MARKS = /[\p{P}\p{S}]/gu;

export function cutLayer(text: string, at: number, layer: string): LayerCut {
  const [before, behind] = [unitsOf(text), unitsOf(layer)];
  const n_left = before.filter(({ to }) => to <= at).length;
  if (n_left === 0 && before.length > 0) return { at: 0, astride: "" };
  if (n_left === before.length) return { at: layer.length, astride: "" };
  const { place, low, high } = placeOf(runsOf(before, behind), n_left);
  const astride = low < high ? layer.slice(behind[low]?.from, behind[high - 1]?.to) : "";
  return { at: behind[place]?.from ?? layer.length, astride };
}

export type Layers = Record<string, string>;

/** Cuts further texts where the main one is cut; `astride`: what to tell people of words that are not sure. */
export function cutLayers(
  text: string,
  at: number,
  layers: Layers,
): { sides: [Layers, Layers]; astride: string[] } {
  const sides: [Layers, Layers] = [{}, {}];
  const astride: string[] = [];
  for (const [name, layer] of Object.entries(layers)) {
    const cut = cutLayer(text, at, layer);
    sides[0][name] = layer.slice(0, cut.at).trim();
    sides[1][name] = layer.slice(cut.at).trim();
    if (cut.astride) astride.push(`“${cut.astride}” in ${name}`);
  }
  return { sides, astride };
}

/** How many words of the layer stand before the cut, and which of them are not sure. */
function placeOf(runs: readonly Run[], n_left: number): { place: number; low: number; high: number } {
  for (const { first, last, low, high, isSame } of runs) {
    if (first === last && first === n_left) return { place: high, low, high };
    if (first >= n_left) return { place: low, low: 0, high: 0 };
    if (n_left >= last) continue;
    const n = last - first;
    if (isSame || n === high - low) return { place: low + n_left - first, low: 0, high: 0 };
    return { place: low + Math.floor(((n_left - first) / n) * (high - low) + 0.5), low, high };
  }
  return { place: runs.at(-1)?.high ?? 0, low: 0, high: 0 };
}

function runsOf(before: readonly Unit[], behind: readonly Unit[]): Run[] {
  const runs: Run[] = [];
  let [i, j] = [0, 0];
  const keys = (units: readonly Unit[]) => units.map(({ key }) => key);
  for (const { kind } of alignWords(keys(before), keys(behind))) {
    const isSame = kind === "same";
    let run = runs.at(-1);
    if (run?.isSame !== isSame) {
      run = { first: i, last: i, low: j, high: j, isSame };
      runs.push(run);
    }
    if (kind !== "inserted") run.last = ++i;
    if (kind !== "deleted") run.high = ++j;
  }
  return runs;
}

/** Words, or signs where words are not divided; mere punctuation goes with what is before. */
function unitsOf(text: string): Unit[] {
  const units: Unit[] = [];
  for (const { 0: run, index } of text.matchAll(WORD)) {
    let open: Unit | null = null;
    let from = index;
    for (const sign of run) {
      const to = from + sign.length;
      if (open && !UNSPACED.test(sign)) open.to = to;
      else {
        const unit: Unit = { from, to, key: "" };
        units.push(unit);
        open = UNSPACED.test(sign) ? null : unit;
      }
      from = to;
    }
  }
  for (const unit of units) unit.key = text.slice(unit.from, unit.to).toLowerCase().replace(MARKS, "");
  return units.filter(({ key }) => key);
}
