import type { Action } from "../core/parts";
import type { KeyPresets } from "../core/protocol";
import type { Scope } from "../core/scope";
import { h } from "../ui/dom";
import type { Menu } from "../ui/menu";
import type { Bindings } from "./bindings";
import { chordText, type Shown } from "./help";
import { createHints, type Hints } from "./hints";
import { createKeysPanel } from "./keys_panel";
import type { Options } from "./options";
import { createOptionsForm } from "./options_form";
import { createPanel, type Panel, readable } from "./panel";
import { Rebinding } from "./rebinding";
import { createSkipMenu } from "./skip_menu";
import type { TopBar } from "./top_bar";

export interface Overlays {
  /** In the order in which they lie over each other. */
  readonly roots: HTMLElement[];
  readonly skipMenu: Menu;
  readonly guidelines: Panel;
  readonly help: Panel;
  readonly hints: Hints;
  readonly rebinding: Rebinding;
  /** Closes what lies on top; false where nothing is open. */
  closeTop(): boolean;
}

export interface OverlayParts {
  options: Options;
  bindings: Bindings;
  /** What the keys are shown for; default: the settings. */
  shown?: Shown;
  fetchPresets: () => Promise<KeyPresets>;
  top: Pick<TopBar, "guidelinesButton" | "helpButton">;
  onSkip: (reason: string) => void;
  onSkipClosed: () => void;
}

/** All that lies over the work until it is put away: menus, panels, hints. */
export function createOverlays(scope: Scope, parts: OverlayParts): Overlays {
  const { options, bindings, top } = parts;
  const { settings } = options;
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
  const shown = parts.shown ?? settings;
  const rebinding = new Rebinding(bindings, shown);
  const keys = createKeysPanel(scope, {
    rebinding,
    settings: shown,
    fetchPresets: parts.fetchPresets,
  });
  const help = createPanel(
    scope,
    "Keys and options",
    [...keys.content, h("h3", {}, "For me"), createOptionsForm(scope, options), h("p", {}, again)],
    {
      onToggle(isOpen) {
        top.helpButton.setAttribute("aria-expanded", String(isOpen));
        if (isOpen) keys.open();
        else rebinding.cancel();
      },
    },
  );
  const chord = (action: Action) => chordText(action, bindings.keys, bindings.mac);
  const hints = createHints(scope, {
    play: () => `${chord("play_pause")} plays and pauses, while you type.`,
    submit: () => `${chord("submit_next")} saves and goes on to the next.`,
    keys: () => `All keys, to see and to change: ${chord("help")} or the ? above. You never need the mouse.`,
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
    rebinding,
    closeTop() {
      if (skipMenu.isOpen) skipMenu.close();
      else if (help.isOpen && rebinding.cancel()) return true;
      else if (help.isOpen) help.toggle(false);
      else if (guidelines.isOpen) guidelines.toggle(false);
      else return false;
      return true;
    },
  };
}
