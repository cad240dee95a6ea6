import type { SidePayload, UtteranceReply } from "../core/protocol_errors";
import type { Scope } from "../core/scope";
import { h, setAttribute, setText } from "../ui/dom";
import { blocksOf, type Stack } from "./stacks";
import { percent } from "./words";

export interface Chosen {
  stack: Stack;
  /** The models of the stack's cells, in order. */
  models: string[];
}

export interface Alignment {
  readonly root: HTMLElement;
  show(reply: UtteranceReply): void;
  /** The word chosen last; null where none is. */
  readonly chosen: Chosen | null;
  /** Chooses the next (1) or previous (-1) word, or difference; null beyond the last. */
  step(by: 1 | -1, onlyDifferences: boolean): Chosen | null;
}

const SAYS = {
  hit: "as in the reference",
  substitution: "heard otherwise",
  deletion: "left out",
  insertion: "added",
  none: "",
};

/** The reference over what each model heard, word under word; differences have a sign and a shape of their own. */
export function createAlignment(scope: Scope, onPlay: (chosen: Chosen) => void): Alignment {
  const blocksRoot = h("div", { class: "lw-x-blocks" });
  const note = h("p", { class: "lw-x-note", hidden: true });
  const root = h("div", { class: "lw-x-alignment" }, blocksRoot, note);
  let words: { element: HTMLElement; chosen: Chosen }[] = [];
  let at = -1;

  const choose = (next: number): Chosen | null => {
    const found = words[next];
    if (!found) return null;
    const before = words[at];
    if (before) setAttribute(before.element, "aria-current", null);
    at = next;
    setAttribute(found.element, "aria-current", "true");
    found.element.scrollIntoView({ block: "nearest" });
    return found.chosen;
  };
  scope.listen(root, "click", (event) => {
    const element = (event.target as Element).closest(".lw-x-stack");
    const found = choose(words.findIndex((word) => word.element === element));
    if (found) onPlay(found);
  });

  return {
    root,
    get chosen() {
      return words[at]?.chosen ?? null;
    },
    show(reply) {
      words = [];
      at = -1;
      const blocks = blocksOf(reply.sides).map(({ models, stacks }) => {
        const made = stacks.map((stack) => {
          const chosen = { stack, models };
          const element = stackElement(chosen);
          words.push({ element, chosen });
          return element;
        });
        return h(
          "div",
          { class: "lw-x-block" },
          labels(models, reply.sides),
          h("div", { class: "lw-x-stacks" }, ...made),
        );
      });
      setAttribute(root, "lang", reply.language === "und" ? null : reply.language);
      blocksRoot.replaceChildren(...blocks);
      const said = timesWords(words.map(({ chosen }) => chosen.stack));
      note.hidden = said === null;
      setText(note, said ?? "");
    },
    step(by, onlyDifferences) {
      let next = at < 0 && by < 0 ? words.length - 1 : at + by;
      while (words[next] && onlyDifferences && !words[next]?.chosen.stack.differs) next += by;
      return choose(next);
    },
  };
}

/** What to know of the times of words; null where all were measured, or nothing sounds. */
export function timesWords(stacks: readonly Stack[]): string | null {
  const timed = stacks.filter(({ spans }) => spans.length);
  const estimated = timed.filter((stack) => stack.estimated);
  if (!estimated.length) return null;
  if (estimated.length === timed.length)
    return "No model measured when the words sound: their times are estimated from their lengths.";
  return "Dotted line: the time of the word is estimated from its neighbours.";
}

function labels(models: readonly string[], sides: readonly SidePayload[]): HTMLElement {
  return h(
    "div",
    { class: "lw-x-labels" },
    h("span", {}, "reference"),
    ...models.map((model) => {
      const side = sides.find((one) => one.model === model);
      const rate = side?.wer == null ? "" : percent(side.wer);
      return h("span", { title: side?.text ?? "" }, h("span", {}, model), h("b", {}, rate));
    }),
  );
}

function stackElement({ stack, models }: Chosen): HTMLElement {
  const cells = stack.cells.map(({ op, text }) =>
    h("span", { class: "lw-x-cell", "data-op": op }, op === "deletion" ? "—" : (text ?? "·")),
  );
  const said = stack.cells.map(({ op, text }, at) =>
    op === "none" ? "" : `${models[at]}: ${text ?? "nothing"}, ${SAYS[op]}`,
  );
  const when = stack.estimated ? "its time is estimated" : "";
  const name = [stack.reference ?? "nothing in the reference", ...said, when].filter(Boolean).join("; ");
  return h(
    "button",
    {
      type: "button",
      tabindex: -1,
      class: "lw-x-stack",
      "data-differs": stack.differs,
      "data-estimated": stack.estimated,
      "aria-label": name,
    },
    h(
      "span",
      { class: "lw-x-cell lw-x-reference", "data-gap": stack.reference === null },
      stack.reference ?? "·",
    ),
    ...cells,
  );
}
