import type { LabelSettings } from "../core/protocol";
import type { Scope } from "../core/scope";
import { h } from "../ui/dom";
import { chordText, helpContent } from "./help";
import { createHints, type Hints } from "./hints";
import { createPanel, type Panel, readable } from "./panel";
import { createSkipMenu, type SkipMenu } from "./skip_menu";
import type { TopBar } from "./top_bar";

export interface Overlays {
  /** In the order in which they lie over each other. */
  readonly roots: HTMLElement[];
  readonly skipMenu: SkipMenu;
  readonly guidelines: Panel;
  readonly help: Panel;
  readonly hints: Hints;
  /** Closes what lies on top; false where nothing is open. */
  closeTop(): boolean;
}

export interface OverlayParts {
  settings: LabelSettings;
  mac: boolean;
  top: TopBar;
  onSkip: (reason: string) => void;
  onSkipClosed: () => void;
}

/** All that lies over the work until it is put away: menus, panels, hints. */
export function createOverlays(scope: Scope, parts: OverlayParts): Overlays {
  const { settings, mac, top } = parts;
  const skipMenu = createSkipMenu(scope, settings.skip_reasons, {
    onChoose: parts.onSkip,
    onClose: parts.onSkipClosed,
  });
  const expanded = (button: HTMLElement) => ({
    onToggle: (isOpen: boolean) => button.setAttribute("aria-expanded", String(isOpen)),
  });
  const guidelines = createPanel(
    scope,
    "Guidelines",
    readable(settings.guidelines),
    expanded(top.guidelinesButton),
  );
  const again = h("button", { type: "button" }, "Show the three hints again");
  const help = createPanel(
    scope,
    "Keys",
    [...helpContent(settings.keys, mac), again],
    expanded(top.helpButton),
  );
  const hints = createHints(scope, {
    play: `${chordText("play_pause", settings.keys, mac)} plays and pauses, while you type.`,
    submit: `${chordText("submit_next", settings.keys, mac)} saves and goes on to the next.`,
    keys: "All keys: ? or F1. You never need the mouse.",
  });
  scope.listen(again, "click", () => {
    help.toggle(false);
    hints.restart();
  });

  return {
    roots: [skipMenu.root, guidelines.root, help.root, hints.root],
    skipMenu,
    guidelines,
    help,
    hints,
    closeTop() {
      if (skipMenu.isOpen) skipMenu.close();
      else if (help.isOpen) help.toggle(false);
      else if (guidelines.isOpen) guidelines.toggle(false);
      else return false;
      return true;
    },
  };
}
