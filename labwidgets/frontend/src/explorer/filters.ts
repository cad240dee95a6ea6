import type {
  ColumnPayload,
  ConditionKind,
  ConditionPayload,
  RowQueryPayload,
} from "../core/protocol_errors";
import type { Scope } from "../core/scope";
import { h } from "../ui/dom";
import { columnName, conditionWords, VERDICTS } from "./words";

const TYPING_MS = 250;

export interface FilterParts {
  columns: readonly ColumnPayload[];
  onChange: (change: Partial<RowQueryPayload>) => void;
  onNotice: (text: string) => void;
  /** A chip went with the focus on it. */
  onLeave: () => void;
}

export interface Filters {
  readonly root: HTMLElement;
  readonly search: HTMLInputElement;
  show(query: RowQueryPayload): void;
}

/** The search, the filters as chips, and the way to add one. */
export function createFilters(scope: Scope, { columns, onChange, onNotice, onLeave }: FilterParts): Filters {
  const search = h("input", {
    type: "search",
    class: "lw-x-search",
    placeholder: "Search texts",
    "aria-label": "Search texts and ids",
  });
  const chips = h("div", { class: "lw-x-chips", role: "group", "aria-label": "Filters" });
  const form = createForm(columns);
  const root = h("div", { class: "lw-x-filters" }, search, form.root, chips);
  let query: RowQueryPayload | null = null;
  let typing = () => {};

  scope.listen(search, "input", () => {
    typing();
    typing = scope.timeout(() => onChange({ search: search.value }), TYPING_MS);
  });
  scope.listen(form.root, "submit", (event) => {
    event.preventDefault();
    const made = form.made();
    if (typeof made === "string") onNotice(made);
    else if (query) onChange({ where: [...query.where, made] });
  });
  scope.listen(chips, "click", (event) => {
    const at = (event.target as Element).closest<HTMLElement>("button[data-at]")?.dataset.at;
    if (at === undefined || !query) return;
    if (at === "confusion") onChange({ confusion: null });
    else onChange({ where: query.where.filter((_, place) => String(place) !== at) });
    onLeave();
  });

  return {
    root,
    search,
    show(next) {
      query = next;
      const made = next.where.map((one, at) => {
        const column = columns.find(({ name }) => name === one.column);
        return chip(column ? conditionWords(one, column) : one.column, String(at));
      });
      if (next.confusion) {
        const [model, reference, heard] = next.confusion;
        made.push(chip(`${model}: ${reference || "nothing"} → ${heard || "nothing"}`, "confusion"));
      }
      chips.replaceChildren(...made);
      chips.hidden = made.length === 0;
    },
  };
}

function chip(words: string, at: string): HTMLElement {
  const attributes = {
    type: "button",
    class: "lw-x-chip",
    "data-at": at,
    "aria-label": `Take away: ${words}`,
  };
  return h(
    "button",
    attributes,
    h("span", { dir: "auto" }, words),
    h("span", { "aria-hidden": "true" }, " ×"),
  );
}

const KINDS: readonly [ConditionKind, string][] = [
  ["at_least", "≥"],
  ["below", "<"],
  ["is", "is"],
  ["is_not", "is not"],
  ["contains", "has"],
  ["missing", "has none"],
];

function createForm(columns: readonly ColumnPayload[]) {
  const offered = columns.filter(({ name }) => name !== "row");
  const column = h(
    "select",
    { "aria-label": "Column to filter by", class: "lw-x-pick-column" },
    ...offered.map((one) => h("option", { value: one.name }, columnName(one))),
  );
  column.value = offered.find(({ measure }) => measure === "wer")?.name ?? column.value;
  const kind = h(
    "select",
    { "aria-label": "How to filter" },
    ...KINDS.map(([value, text]) => h("option", { value }, text)),
  );
  const value = h("input", { class: "lw-x-value", "aria-label": "Value to filter by", placeholder: "value" });
  const root = h(
    "form",
    { class: "lw-x-form" },
    column,
    kind,
    value,
    h("button", { type: "submit" }, "Filter"),
  );

  const made = (): ConditionPayload | string => {
    const chosen = offered.find(({ name }) => name === column.value);
    const how = kind.value as ConditionKind;
    if (!chosen || how === "missing") return { column: column.value, kind: how, value: null };
    const text = value.value.trim();
    const mark = VERDICTS.find(({ name }) => chosen.name === "mark" && name === text)?.mark;
    if (how === "contains" || chosen.kind === "text") {
      const isOrder = how === "at_least" || how === "below";
      return { column: chosen.name, kind: isOrder ? "contains" : how, value: mark ?? text };
    }
    const number = Number(text.replace("%", "").replace(",", "."));
    if (!text || Number.isNaN(number)) return `${columnName(chosen)} is compared with a number.`;
    return { column: chosen.name, kind: how, value: text.includes("%") ? number / 100 : number };
  };
  return { root, made };
}
