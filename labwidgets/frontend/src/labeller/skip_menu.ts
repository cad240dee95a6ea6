import type { Scope } from "../core/scope";
import { createMenu, type Menu } from "../ui/menu";

/** Why a segment is skipped. */
export function createSkipMenu(
  scope: Scope,
  reasons: readonly string[],
  events: { onChoose: (reason: string) => void; onClose: () => void },
): Menu {
  return createMenu(scope, {
    title: "Skip because …",
    items: reasons.map((text) => ({ text })),
    className: "lw-menu",
    onChoose: (at) => events.onChoose(reasons[at] ?? ""),
    onClose: events.onClose,
  });
}
