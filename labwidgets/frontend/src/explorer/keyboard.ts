import type { Verdict } from "../core/protocol_errors";
import type { Scope } from "../core/scope";
import type { Detail } from "./detail";
import type { Table } from "./table";
import { VERDICTS } from "./words";

export interface KeyParts {
  table: Table;
  detail: Detail;
  nRows: () => number;
  search: HTMLInputElement;
  onSame: () => void;
  onCharts: () => void;
}

/** What the keys do, for the line at the foot. */
export const KEY_HINTS: readonly [string, string][] = [
  ["↑ ↓", "rows"],
  ["← →", "differences"],
  ["Space", "whole"],
  ["W", "word"],
  ["C", "words around"],
  ["1–4", "mark"],
  ["0", "unmark"],
  ["E", "mend"],
  ["F", "same confusion"],
  ["/", "search"],
  ["H", "charts"],
];

/** All of the work by keys; within a field only those that leave or save it. */
export function bindKeys(scope: Scope, root: HTMLElement, parts: KeyParts): void {
  const { table, detail, search } = parts;
  scope.listen(root, "keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target as HTMLElement;
    if (detail.isMending && target.closest(".lw-x-mend")) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void detail.save();
      else if (event.key === "Escape") detail.leave();
      else return;
      event.preventDefault();
      return;
    }
    if (event.key === "Escape") {
      if (!detail.leave()) table.focus();
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest("input, select, textarea, .cm-content")) {
      if (event.key === "Enter" && target === search) table.focus();
      return;
    }
    const isButton = target.closest("button") !== null;
    if (isButton && (event.key === "Enter" || event.key === " ")) return;
    // What is typed for a reference that is not open yet marks nothing and filters nothing.
    if (detail.isAboutToMend && event.key.length === 1) return event.preventDefault();
    const act = actionOf(event, parts);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function actionOf(event: KeyboardEvent, parts: KeyParts): (() => void) | null {
  const { table, detail, search } = parts;
  const verdict = verdictOf(event);
  if (verdict !== undefined) return () => void detail.mark(verdict);
  const actions: Record<string, () => void> = {
    ArrowDown: () => table.go(table.active + 1),
    ArrowUp: () => table.go(table.active - 1),
    PageDown: () => table.go(table.active + table.pageRows),
    PageUp: () => table.go(table.active - table.pageRows),
    Home: () => table.go(0),
    End: () => table.go(parts.nRows() - 1),
    Enter: () => detail.step(1, true),
    ArrowRight: () => detail.step(1, !event.shiftKey),
    ArrowLeft: () => detail.step(-1, !event.shiftKey),
    " ": detail.playWhole,
    w: detail.playWord,
    c: detail.playAround,
    e: detail.mend,
    f: parts.onSame,
    h: parts.onCharts,
    "/": () => search.focus(),
  };
  return actions[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}

/** Undefined where the key is no mark. */
function verdictOf(event: KeyboardEvent): Verdict | null | undefined {
  const digit = /^(?:Digit|Numpad)([0-4])$/.exec(event.code)?.[1] ?? /^[0-4]$/.exec(event.key)?.[0];
  if (digit === undefined || event.shiftKey) return undefined;
  return VERDICTS[Number(digit) - 1]?.mark ?? null;
}
