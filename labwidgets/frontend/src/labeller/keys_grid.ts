import type { Action } from "../core/parts";
import type { Scope } from "../core/scope";
import { h } from "../ui/dom";
import { chordKeys, GROUPS, nameOf, type Shown } from "./help";
import { type Clash, placeNote, type Rebinding, type Settlement, type Slot } from "./rebinding";

const PAGE_ROWS = 10;

/** By how many rows, and by how many keys within a row, an arrow goes. */
const MOVES: Record<string, [rows: number, keys: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-PAGE_ROWS, 0],
  PageDown: [PAGE_ROWS, 0],
  Home: [Number.NEGATIVE_INFINITY, 0],
  End: [Number.POSITIVE_INFINITY, 0],
};

/** All actions with their keys, to see and to change: a grid of buttons with one stop for Tab. */
export function createKeysGrid(scope: Scope, rebinding: Rebinding, settings: Shown): HTMLElement {
  const { bindings } = rebinding;
  const root = h("table", { class: "lw-keys", role: "grid", "aria-label": "Keys" });
  let active: Slot = { action: "play_pause", chord: bindings.chords("play_pause")[0] ?? null };

  const button = (slot: Slot) => {
    const { action, chord } = slot;
    const name = rebinding.nameOf(action);
    const { recording } = rebinding;
    const isOn = recording?.action === action && recording.chord === chord;
    const label =
      chord === null ? `Add keys: ${name}` : `${rebinding.words(chord)}: ${name}${placeNote(chord)}`;
    const face = isOn ? ["press keys …"] : chord === null ? ["+"] : chordKeys(chord, bindings.mac);
    return h(
      "button",
      {
        type: "button",
        class: "lw-chord",
        tabindex: -1,
        "aria-label": isOn ? `Press the new keys: ${name}` : label,
        "data-action": action,
        "data-chord": chord,
        "data-recording": isOn,
      },
      ...face,
    );
  };
  const rowOf = (action: Action) => {
    const slots: Slot[] = bindings.chords(action).map((chord) => ({ action, chord }));
    const cell = h("td", {}, ...[...slots, { action, chord: null }].map(button));
    const row = h("tr", {}, cell, h("th", { scope: "row" }, rebinding.nameOf(action)));
    const { clash } = rebinding;
    return clash?.action === action ? [row, clashRow(rebinding, clash)] : [row];
  };
  const bodyOf = ([title, actions]: [string, Action[]]) => {
    const shown = actions.filter((action) => nameOf(action, settings) !== null);
    return h(
      "tbody",
      { "aria-label": title },
      h("tr", {}, h("th", { colspan: 2, scope: "rowgroup" }, title)),
      ...shown.flatMap(rowOf),
    );
  };

  const buttonRows = () =>
    [...root.querySelectorAll("tr")]
      .map((row) => [...row.querySelectorAll<HTMLElement>(".lw-chord")])
      .filter((row) => row.length > 0);
  const slotOf = (element: HTMLElement): Slot => ({
    action: element.dataset.action as Action,
    chord: element.dataset.chord ?? null,
  });
  const activeButton = () => {
    const all = buttonRows().flat();
    const ofAction = all.filter((each) => each.dataset.action === active.action);
    return ofAction.find((each) => slotOf(each).chord === active.chord) ?? ofAction[0] ?? all[0];
  };
  const activate = (element: HTMLElement | undefined) => {
    if (!element) return;
    for (const each of root.querySelectorAll(".lw-chord[tabindex='0']")) each.setAttribute("tabindex", "-1");
    element.setAttribute("tabindex", "0");
    active = slotOf(element);
  };
  const render = () => {
    const hadFocus = root.contains(document.activeElement);
    root.replaceChildren(...GROUPS.map(bodyOf));
    activate(activeButton());
    if (!hadFocus) return;
    const choice = root.querySelector<HTMLElement>(".lw-clash button");
    (choice ?? activeButton())?.focus();
  };
  const move = ([by_rows, by_keys]: [number, number]) => {
    const rows = buttonRows();
    const here = activeButton();
    const y = rows.findIndex((row) => here && row.includes(here));
    const row = rows[Math.min(Math.max(0, y + by_rows), rows.length - 1)] ?? [];
    const x = (here && rows[y]?.indexOf(here)) ?? 0;
    row[Math.min(Math.max(0, x + by_keys), row.length - 1)]?.focus();
  };

  scope.listen(root, "click", (event) => {
    const pressed = (event.target as HTMLElement).closest<HTMLElement>("button");
    const how = pressed?.dataset.settle;
    if (how) rebinding.settle(how as Settlement);
    else if (pressed?.matches(".lw-chord")) {
      activate(pressed);
      pressed.focus();
      rebinding.start(active);
    }
  });
  scope.listen(root, "focusin", (event) => {
    const element = event.target as HTMLElement;
    if (element.matches(".lw-chord")) activate(element);
  });
  scope.listen(root, "focusout", (event) => {
    const next = event.relatedTarget;
    if (rebinding.recording && next instanceof Node && !root.contains(next)) rebinding.cancel();
  });
  scope.listen(root, "keydown", (event) => {
    const isPlain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!isPlain || !(event.target as HTMLElement).matches(".lw-chord")) return;
    const by = MOVES[event.key];
    if (by) move(by);
    else if (event.key === "Delete" || event.key === "Backspace") rebinding.remove(active);
    else return;
    event.preventDefault();
  });
  rebinding.on("change", render);
  render();
  return root;
}

function clashRow(rebinding: Rebinding, { action, chord, wanted, owner }: Clash): HTMLElement {
  const choice = (how: Settlement, text: string) => h("button", { type: "button", "data-settle": how }, text);
  const name = rebinding.nameOf(owner);
  const group = h(
    "div",
    { class: "lw-clash", role: "group", "aria-label": "These keys are taken" },
    h("p", {}, `${rebinding.words(wanted)} does something already: ${name}.`),
    rebinding.bindings.mayLose(owner, wanted) && choice("take", `Take them for: ${rebinding.nameOf(action)}`),
    chord !== null && choice("swap", "Swap the two"),
    choice("leave", "Leave it"),
  );
  return h("tr", {}, h("td", { colspan: 2 }, group));
}
