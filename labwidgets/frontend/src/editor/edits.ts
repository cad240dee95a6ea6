import { type ChangeSpec, EditorSelection, Transaction, type TransactionSpec } from "@codemirror/state";

/** True for what takes edits back or does them again: it restores what was allowed once. */
export function isHistory(transaction: Transaction): boolean {
  return transaction.isUserEvent("undo") || transaction.isUserEvent("redo");
}

/** The same edit with other changes; the caret goes behind them. */
export function withChanges(transaction: Transaction, changes: ChangeSpec): TransactionSpec {
  const { startState, effects, scrollIntoView } = transaction;
  const set = startState.changes(changes);
  const userEvent = transaction.annotation(Transaction.userEvent);
  return {
    changes: set,
    selection: EditorSelection.cursor(set.mapPos(startState.selection.main.head, 1)),
    effects,
    scrollIntoView,
    ...(userEvent ? { userEvent } : {}),
  };
}
