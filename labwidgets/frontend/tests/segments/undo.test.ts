import { describe, expect, it } from "vitest";
import {
  again,
  assign,
  create,
  type Edit,
  type Making,
  merge,
  remove,
  rename,
  retime,
  split,
} from "../../src/segments/edits";
import { History } from "../../src/segments/history";
import { LEAST_S, type Region, Regions, reversed } from "../../src/segments/regions";
import { seeded } from "../editor/making";
import { region } from "./making";

const DURATION_S = 100;
const N_RUNS = 150;
const N_STEPS = 25;

function making(): Making {
  let n = 0;
  return { recording: "rec", duration_s: DURATION_S, newId: () => `id${++n}`, now_ms: () => 0 };
}

/** What people see: ids of segments that were made anew differ. */
function seen(regions: Regions): unknown[] {
  return regions.all.map(({ start_s, end_s, speaker, text }) => [start_s, end_s, speaker, text]);
}

function randomEdit(made: Making, regions: Regions, random: () => number): Edit | null {
  const pick = regions.all[Math.floor(random() * regions.all.length)];
  const at_s = random() * (DURATION_S - 5);
  const kind = Math.floor(random() * 7);
  if (kind === 0 || !pick) return create(made, [at_s, at_s + 1 + random()], { channel: -1, speaker: "spk1" });
  if (kind === 1) return retime(made, pick, [at_s, at_s + 2], null);
  const middle_s = (pick.start_s + pick.end_s) / 2;
  const texts: [string, string] = [pick.text.slice(0, 3), pick.text.slice(3)];
  const sides = texts.map((text) => ({ text, words: [] })) as [never, never];
  if (kind === 2) return pick.end_s - pick.start_s > 3 * LEAST_S ? split(made, pick, middle_s, sides) : null;
  const next = regions.all[regions.indexOf(pick.segment) + 1];
  if (kind === 3)
    return next ? merge(made, [pick, next], { text: `${pick.text} ${next.text}`, words: [] }) : null;
  if (kind === 4) return remove(made, [pick]);
  if (kind === 5) return assign(made, [pick], `spk${1 + Math.floor(random() * 3)}`);
  return pick.speaker ? rename(made, regions.all, pick.speaker, `spk${1 + Math.floor(random() * 4)}`) : null;
}

describe("one undo for all changes of segments", () => {
  it("goes back to the start and forth to the end, whatever was done", () => {
    for (let run = 0; run < N_RUNS; run += 1) {
      const random = seeded(run);
      const made = making();
      const history = new History();
      let regions = Regions.of([
        region("a", 1, 6, { text: "one two" }),
        region("b", 7, 9, { speaker: "spk2" }),
      ]);
      const states = [seen(regions)];
      for (let n = 0; n < N_STEPS; n += 1) {
        const edit = randomEdit(made, regions, random);
        if (!edit) continue;
        regions = regions.swap(edit);
        history.push({ kind: "edit", edit, typed: [] });
        states.push(seen(regions));
      }
      // Back, some of the way forth and back again, in a random walk, then to both ends.
      let at = states.length - 1;
      const back = () => {
        const step = history.undo();
        if (step?.kind !== "edit") return false;
        regions = regions.swap(reversed(step.edit));
        at -= 1;
        expect(seen(regions), `run ${run}, step ${at}`).toEqual(states[at]);
        return true;
      };
      const forth = () => {
        const step = history.redo();
        if (step?.kind !== "edit") return false;
        const { edit, ids } = again(made, step.edit);
        history.redone({ ...step, edit }, ids);
        regions = regions.swap(edit);
        at += 1;
        expect(seen(regions), `run ${run}, step ${at}`).toEqual(states[at]);
        return true;
      };
      for (let n = 0; n < 2 * N_STEPS; n += 1) (random() < 0.6 ? back : forth)();
      while (back());
      expect(at).toBe(0);
      while (forth());
      expect(at).toBe(states.length - 1);
      expect(new Set(regions.all.map(({ segment }) => segment)).size).toBe(regions.all.length);
    }
  });

  it("never uses the id of a segment twice", () => {
    const made = making();
    const edit = split(made, region("a", 0, 4), 2, null);
    const next = again(made, edit).edit;
    const ids = (one: Edit) => one.change.pieces.map(({ segment }) => segment);
    expect(ids(next).filter((id) => ids(edit).includes(id))).toEqual([]);
    expect(next.change.segments).toEqual(["a"]);
    expect(next.after.map(({ segment }: Region) => segment)).toEqual(ids(next));
  });

  it("forgets what touches a change that the kernel refused", () => {
    const made = making();
    const history = new History();
    const [a, b] = [region("a", 0, 4), region("b", 5, 6)];
    const edit = split(made, a, 2, null);
    history.push({ kind: "edit", edit, typed: [] });
    history.push({ kind: "edit", edit: retime(made, b, [5, 7], null), typed: [] });
    history.drop(new Set(["a"]));
    expect(history.undo()?.kind).toBe("edit");
    expect(history.undo()).toBeNull();
  });
});
