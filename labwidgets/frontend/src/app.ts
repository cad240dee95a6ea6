/** The heavy part of the page: loaded once, by the first widget that needs it. */
import type { App, MountContext, MountKind, WidgetKind } from "./core/mount";
import { Scope } from "./core/scope";
import { createEditor, mountEditor } from "./editor";
import { mountExplorer } from "./explorer/mount";
import { mountLabeller } from "./labeller/labeller";
import { mountPlayer } from "./player/mount";
import { createPlayer } from "./player/player";

const KINDS: Record<WidgetKind, MountKind> = {
  player: mountPlayer,
  editor: mountEditor,
  labeller: (scope, context) => mountLabeller(scope, { ...context, createPlayer, createEditor }),
  explorer: mountExplorer,
};

export const mount: App["mount"] = (kind: string, context: MountContext) => {
  const build = KINDS[kind as WidgetKind];
  if (!build) throw new Error(`Unknown kind of widget "${kind}"; known: ${Object.keys(KINDS).join(", ")}.`);
  const scope = new Scope();
  try {
    build(scope, context);
  } catch (error) {
    scope.dispose();
    throw error;
  }
  return () => scope.dispose();
};
