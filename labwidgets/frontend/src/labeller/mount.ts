import type { MountKind } from "../core/mount";
import { addStyles } from "../core/styles";
import { createEditor, editorCss } from "../editor";
import { createPlayer } from "../player/player";
import { mountLabeller } from "./labeller";

/** The labeller as a widget: put together from the player and the editor of this package. */
export const mountLabellerWidget: MountKind = (scope, { el, transport, ready }) => {
  addStyles(document, "editor", editorCss);
  mountLabeller(scope, { el, transport, ready, createPlayer, createEditor });
};
