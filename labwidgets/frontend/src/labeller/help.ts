import type { Action } from "../core/parts";
import { h } from "../ui/dom";
import { chordPieces } from "../ui/keys";

type Group = [title: string, rows: [actions: Action[], text: string][]];

const GROUPS: Group[] = [
  [
    "Listen",
    [
      [["play_pause"], "play or pause, while the caret is in the text"],
      [["play_from_word"], "play from the word at the caret"],
      [["play_segment"], "play the segment or the selection from its start"],
      [["play_before_word"], "play from a little before the word at the caret"],
      [["play_before_pause"], "play from a little before the last pause"],
      [["replay_word"], "the word heard last, once more"],
      [["back", "forward"], "back, forward 1 s"],
      [["slower", "faster"], "slower, faster; the pitch stays"],
      [["loop"], "loop the segment or the selection"],
      [["zoom_in", "zoom_out"], "zoom the waveform in, out"],
      [["louder", "quieter"], "louder, quieter; above 0 dB with a limiter, so that nothing clips"],
      [["toggle_spectrogram"], "show or hide the spectrogram"],
    ],
  ],
  [
    "Correct",
    [
      [["next_doubtful_word"], "next word the model was unsure of, played"],
      [["toggle_draft"], "show or hide the draft and the differences"],
      [["next_layer"], "next text of the segment, where the project has layers"],
      [["take_change", "keep_mine"], "take what the text says now, keep what was written by hand"],
      [["follow_text"], "write a layer again from the text"],
      [["undo"], "undo; at the start of the text's history: back to the segment submitted last"],
      [["redo"], "redo"],
    ],
  ],
  [
    "Decide",
    [
      [["submit_next"], "submit, next, play"],
      [["submit_stay"], "submit and stay"],
      [["skip"], "skip, with a reason by its number"],
      [["flag_1", "flag_9"], "flags, by their numbers"],
    ],
  ],
  [
    "Move",
    [
      [["previous", "next"], "previous, next segment of the list"],
      [["search"], "search"],
      [["toggle_list"], "show or hide the list"],
      [["toggle_guidelines"], "guidelines"],
      [["text_larger", "text_smaller"], "text larger, smaller"],
      [["leave"], "give Tab back to the page until you come back to the text; close what is open"],
      [["help"], "these keys (a lone sign only outside the text)"],
    ],
  ],
];

/** All actions with their keys, in groups. */
export function helpContent(keys: Record<string, string[]>, mac: boolean): HTMLElement[] {
  return GROUPS.map(([title, rows]) =>
    h(
      "section",
      { class: "lw-keys" },
      h("h3", {}, title),
      h("dl", {}, ...rows.flatMap(([actions, text]) => [keysOf(actions, keys, mac), h("dd", {}, text)])),
    ),
  );
}

function keysOf(actions: Action[], keys: Record<string, string[]>, mac: boolean): HTMLElement {
  const term = h("dt");
  actions.forEach((action, at) => {
    if (at > 0) term.append(actions[0] === "flag_1" ? " … " : " ");
    (keys[action] ?? []).forEach((chord, n) => {
      if (n > 0) term.append(" or ");
      term.append(
        h("span", { class: "lw-chord" }, ...chordPieces(chord, mac).map((piece) => h("kbd", {}, piece))),
      );
    });
  });
  if (!term.hasChildNodes()) term.append("no key");
  return term;
}

/** A chord as text, for hints and tips; empty where the action has none. */
export function chordText(action: Action, keys: Record<string, string[]>, mac: boolean): string {
  const chord = keys[action]?.[0];
  return chord ? chordPieces(chord, mac).join("+") : "";
}
