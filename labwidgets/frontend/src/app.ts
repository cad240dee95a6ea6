/** The heavy part of the page: loaded once, by the first widget that needs it. */
import type { App, MountContext, MountKind, WidgetKind } from "./core/mount";
import { Scope } from "./core/scope";
import { mountEditor } from "./editor";
import { mountPlayer } from "./player/mount";

const KINDS: Partial<Record<WidgetKind, MountKind>> = { player: mountPlayer, editor: mountEditor };

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
