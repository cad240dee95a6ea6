import type { SidePayload, StepPayload, TimeSpan } from "../core/protocol_errors";

export interface Cell {
  op: StepPayload["op"] | "none";
  /** Null where nothing was said. */
  text: string | null;
}

/** One word of the reference, or a gap between two, with what each model made of it. */
export interface Stack {
  reference: string | null;
  /** When its words sound: as it was measured, else as it was estimated. */
  spans: TimeSpan[];
  /** Nothing measured it. */
  estimated: boolean;
  cells: Cell[];
  /** Whether any model differs here. */
  differs: boolean;
}

export interface Block {
  models: string[];
  stacks: Stack[];
}

/** Models whose references read alike stand in one block, word under word; accepted wordings may differ. */
export function blocksOf(sides: readonly SidePayload[]): Block[] {
  const groups = new Map<string, SidePayload[]>();
  for (const side of sides) {
    const key = JSON.stringify(side.steps.flatMap(({ reference }) => reference ?? []));
    groups.set(key, [...(groups.get(key) ?? []), side]);
  }
  return [...groups.values()].map((group) => ({
    models: group.map(({ model }) => model),
    stacks: stacksOf(group.map(({ steps }) => steps)),
  }));
}

function stacksOf(all: readonly (readonly StepPayload[])[]): Stack[] {
  const slots = all.map(slotsOf);
  const n_words = Math.max(0, ...slots.map(({ words }) => words.length));
  const stacks: Stack[] = [];
  for (let at = 0; at <= n_words; at += 1) {
    const n_extra = Math.max(0, ...slots.map(({ extra }) => extra[at]?.length ?? 0));
    for (let which = 0; which < n_extra; which += 1) {
      stacks.push(stackOf(slots.map(({ extra }) => extra[at]?.[which] ?? null)));
    }
    if (at < n_words) stacks.push(stackOf(slots.map(({ words }) => words[at] ?? null)));
  }
  return stacks;
}

/** Steps by the word of the reference that they belong to, and those that stand before it. */
function slotsOf(steps: readonly StepPayload[]): { words: StepPayload[]; extra: StepPayload[][] } {
  const words: StepPayload[] = [];
  const extra: StepPayload[][] = [[]];
  for (const step of steps) {
    if (step.op === "insertion") extra[words.length]?.push(step);
    else {
      words.push(step);
      extra.push([]);
    }
  }
  return { words, extra };
}

function stackOf(steps: readonly (StepPayload | null)[]): Stack {
  const said = steps.filter((step) => step !== null);
  const measured = said.filter((step) => !step.estimated && spansOf(step).length);
  return {
    reference: said.find(({ reference }) => reference !== null)?.reference ?? null,
    spans: (measured.length ? measured : said).flatMap(spansOf),
    estimated: !measured.length && said.some((step) => spansOf(step).length),
    cells: steps.map((step) => ({ op: step?.op ?? "none", text: step?.hypothesis ?? null })),
    differs: said.some(({ op }) => op !== "hit"),
  };
}

function spansOf({ reference_span, hypothesis_span }: StepPayload): TimeSpan[] {
  return [reference_span, hypothesis_span].filter((span) => span !== null);
}

/** What sounds in a stack: all of its words together. */
export function spanOf({ spans }: Stack): TimeSpan | null {
  if (!spans.length) return null;
  return [Math.min(...spans.map(([start_s]) => start_s)), Math.max(...spans.map(([, end_s]) => end_s))];
}

/** A span with a margin on both sides, within the clip. */
export function widened([start_s, end_s]: TimeSpan, margin_s: number, duration_s: number): TimeSpan {
  return [Math.max(0, start_s - margin_s), Math.min(duration_s, end_s + margin_s)];
}
