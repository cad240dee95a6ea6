import type { TagPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { createMenu, type Menu } from "../ui/menu";

const SPOKEN = { event: "sound", filler: "filler", foreign: "words in" } as const;

/** The tags to choose from, below the text. */
export function createTagPalette(
  scope: Scope,
  tags: readonly TagPayload[],
  events: { onChoose: (tag: TagPayload) => void; onClose: () => void },
): Menu {
  return createMenu(scope, {
    title: "Tag …",
    items: tags.map(({ kind, label, key }) => ({ text: label, key, name: `${SPOKEN[kind]}: ${label}` })),
    className: "lw-tags",
    onChoose(at) {
      const tag = tags[at];
      if (tag) events.onChoose(tag);
    },
    onClose: events.onClose,
  });
}
