/** One undo for text and boundaries together. Knows neither the page nor the kernel. */
import type { EditorContent } from "../core/parts";
import { type Edit, renamed } from "./edits";

export type Step =
  | { kind: "edit"; edit: Edit; typed: readonly TypedText[] }
  /** All that was typed into a segment between two other steps. */
  | { kind: "text"; segment: string; before: EditorContent; after: EditorContent };

/** A text that was not submitted when its segment went. */
export interface TypedText {
  segment: string;
  content: EditorContent;
}

const MOST = 500;

export class History {
  private past: Step[] = [];
  private future: Step[] = [];

  push(step: Step): void {
    this.past.push(step);
    if (this.past.length > MOST) this.past.shift();
    this.future = [];
  }

  /** Something else was done: what was taken back does not come again. */
  forgetFuture(): void {
    this.future = [];
  }

  /** A step that can be done again before those that can already. */
  pushFuture(step: Step): void {
    this.future.push(step);
  }

  undo(): Step | null {
    const step = this.past.pop() ?? null;
    if (step) this.future.push(step);
    return step;
  }

  /** The step to do again, and where its new self goes: segments that were made anew have new ids. */
  redo(): Step | null {
    return this.future.pop() ?? null;
  }

  /** `step` was done again. */
  redone(step: Step, ids: ReadonlyMap<string, string> = new Map()): void {
    if (ids.size > 0) this.future = this.future.map((one) => withIds(one, ids));
    this.past.push(step);
  }

  /** The kernel did not take a change: nothing that touches these segments can be taken back or done again. */
  drop(segments: ReadonlySet<string>): void {
    const isFree = (step: Step) =>
      step.kind === "text"
        ? !segments.has(step.segment)
        : ![...step.edit.before, ...step.edit.after].some(({ segment }) => segments.has(segment));
    this.past = this.past.filter(isFree);
    this.future = this.future.filter(isFree);
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }
}

function withIds(step: Step, ids: ReadonlyMap<string, string>): Step {
  if (step.kind === "text") return { ...step, segment: ids.get(step.segment) ?? step.segment };
  const typed = step.typed.map((one) => ({ ...one, segment: ids.get(one.segment) ?? one.segment }));
  return { ...step, edit: renamed(step.edit, ids), typed };
}
