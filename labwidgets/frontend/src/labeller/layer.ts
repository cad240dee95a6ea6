import type { Action, Suggester } from "../core/parts";
import type { LayerPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { apply, byHand, type Change, type Conflict, exchange, type Merged, merge } from "../editor/carry";
import { createLayerBox, type LayerBox, type Snapshot } from "../editor/layer_box";
import type { Labels } from "../editor/pill";
import { applyRules } from "../editor/rules";
import { type Token, tokenise } from "../editor/tokens";
import { h, setText } from "../ui/dom";

export interface LayerEvents {
  onTake: () => void;
  onKeep: () => void;
  onFollow: () => void;
}

/** What the further texts share with the main one. */
export interface LayerHelp {
  /** The chord of an action as people write it, as it is now; empty where it has none. */
  chordOf: (action: Action) => string;
  /** What tags are called. */
  labels: Labels;
  suggester?: Suggester;
}

/** One further text with its head line: what it follows, what is by hand, what stands against it. */
export class Layer {
  readonly root: HTMLElement;
  readonly box: LayerBox;
  private readonly head: LayerHead;
  private language = "";
  private carried: Token[] = [];
  private conflicts: Conflict[] = [];

  constructor(
    scope: Scope,
    private readonly settings: LayerPayload,
    help: LayerHelp,
    events: LayerEvents,
  ) {
    this.box = createLayerBox(scope, settings.name, help.labels, help.suggester);
    this.head = createHead(scope, settings, help, events);
    this.root = column(this.head.root, h("div", { class: "lw-editor" }, this.box.root));
  }

  get name(): string {
    return this.settings.name;
  }

  get hasConflict(): boolean {
    return this.conflicts.length > 0;
  }

  /** `text` null: it starts from its rule. */
  load(text: string | null, main: string, language: string): void {
    this.language = language;
    this.carried = [];
    const anchor = this.derive(main);
    this.box.load({ anchor, text: text ?? anchor }, language);
    this.refresh(main);
  }

  /** The text as it is once everything of `main` is carried; the box need not show it yet. */
  textFor(main: string): string {
    return this.merged(main, this.box).text;
  }

  /** Carries what changed in `main`, and shows where the two stand. */
  refresh(main: string, from: Snapshot = this.box): void {
    const merged = this.merged(main, from);
    const changes = from === this.box ? merged.changes : exchange(this.box.text, merged.text);
    this.conflicts = merged.conflicts;
    if (merged.changes.length > 0) this.carried = wordsOf(merged.text, merged.changes, this.language);
    if (changes.length > 0 || merged.anchor !== this.box.anchor) this.box.carry(changes, merged.anchor);
    this.show(main);
  }

  /** Takes what the text says at the first conflict; false where there is none. */
  take(main: string): boolean {
    this.refresh(main);
    const [first] = this.conflicts;
    if (first) this.box.change(first.take, apply(this.box.anchor, [first.settle]));
    this.refresh(main);
    return first !== undefined;
  }

  /** Leaves at the first conflict what is by hand. */
  keep(main: string): boolean {
    this.refresh(main);
    const [first] = this.conflicts;
    if (first) this.box.carry([], apply(this.box.anchor, [first.settle]));
    this.refresh(main);
    return first !== undefined;
  }

  /** Writes all of it again from the rule; undo brings the old text back. */
  follow(main: string): boolean {
    const theirs = this.derive(main);
    const [change] = exchange(this.box.text, theirs);
    if (change) this.box.change(change, theirs);
    this.refresh(main);
    return change !== undefined;
  }

  private merged(main: string, { anchor, text }: Snapshot): Merged {
    return merge(anchor, text, this.derive(main), this.language);
  }

  private derive(main: string): string {
    return applyRules(main, this.settings.rule);
  }

  private show(main: string): void {
    const { text } = this.box;
    const hand = byHand(this.box.anchor, text, this.language);
    this.box.mark({ byHand: hand.ranges, carried: this.carried, conflicts: this.conflicts });
    this.carried = [];
    this.head.show({ n_byHand: hand.n, conflicts: this.conflicts, isSame: text === this.derive(main) });
  }
}

/** A box under its head line. */
export function column(head: HTMLElement, box: HTMLElement): HTMLElement {
  return h("div", { class: "lw-layer" }, head, box);
}

function wordsOf(text: string, changes: readonly Change[], language: string): Token[] {
  let shift = 0;
  const spans = changes.map(({ from, to, insert }): Token => {
    const start = from + shift;
    shift += insert.length - (to - from);
    return [start, start + insert.length];
  });
  const isIn = ([from, to]: Token) => spans.some(([start, end]) => start < to && from < end);
  return tokenise(text, language).filter(isIn);
}

interface LayerHead {
  readonly root: HTMLElement;
  show(state: { n_byHand: number; conflicts: readonly Conflict[]; isSame: boolean }): void;
}

function createHead(scope: Scope, layer: LayerPayload, help: LayerHelp, events: LayerEvents): LayerHead {
  const rule = layer.rule.map((name) => name.replaceAll("_", " ")).join(", ") || "a copy of the text";
  const state = h("span", { class: "lw-layer-state" });
  const conflict = h("span", { class: "lw-layer-conflict", role: "status", dir: "auto" });
  const button = (text: string, title: string, action: Action, run: () => void) => {
    const made = h("button", { type: "button", title }, text);
    // Keys can be given anew at any time.
    scope.listen(made, "pointerenter", () => {
      const chord = help.chordOf(action);
      made.title = chord ? `${title} (${chord})` : title;
    });
    // A click keeps the focus where the work is, in the text.
    scope.listen(made, "pointerdown", (event) => event.preventDefault());
    scope.listen(made, "click", run);
    return made;
  };
  const take = button("take", "Take what the text says now", "take_change", events.onTake);
  const keep = button("keep", "Keep what was written by hand", "keep_mine", events.onKeep);
  const follow = button("↺", "Write it again from the text", "follow_text", events.onFollow);
  follow.setAttribute("aria-label", `Write ${layer.name} again from the text`);
  const name = h("strong", { title: `Starts as: ${rule}` }, layer.name);
  const root = h("div", { class: "lw-layer-head" }, name, state, conflict, take, keep, follow);
  return {
    root,
    show({ n_byHand, conflicts, isSame }) {
      const [first] = conflicts;
      const more = conflicts.length > 1 ? ` and ${conflicts.length - 1} more` : "";
      const says = first?.theirs ? `the text says “${first.theirs}”` : "the text has nothing here";
      setText(conflict, first ? `⚠ ${says}${more}` : "");
      for (const part of [take, keep]) part.hidden = !first;
      follow.hidden = isSame;
      const places = n_byHand === 1 ? "1 place by hand" : `${n_byHand} places by hand`;
      setText(state, first ? "" : n_byHand > 0 ? places : "follows the text");
    },
  };
}
