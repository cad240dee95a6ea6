/** The heavy part of the page: loaded once, by the first widget that needs it. */
import type { App, MountContext, MountKind, WidgetKind } from "./core/mount";
import { Scope } from "./core/scope";
import { createEditor, mountEditor } from "./editor";
import { mountExplorer } from "./explorer/mount";
import { mountLabeller } from "./labeller/labeller";
import { mountPlayer } from "./player/mount";
import { createPlayer } from "./player/player";
import { mountRecorder } from "./recorder/load";
import { mountSegments } from "./segments/mount";

const KINDS: Record<WidgetKind, MountKind> = {
  player: mountPlayer,
  editor: mountEditor,
  labeller: (scope, context) => mountLabeller(scope, { ...context, createPlayer, createEditor }),
  explorer: mountExplorer,
  segments: (scope, context) => mountSegments(scope, { ...context, createEditor }),
  recorder: mountRecorder,
};

export const mount: App["mount"] = (kind, context) => {
  let scope = new Scope();
  const build = (wanted: string, at?: MountContext["at"]) => {
    const make = KINDS[wanted as WidgetKind];
    if (!make)
      throw new Error(`Unknown kind of widget "${wanted}"; known: ${Object.keys(KINDS).join(", ")}.`);
    const show: MountContext["show"] = (next, place) => {
      scope.dispose();
      scope = new Scope();
      // A recording that was left for another leads back to where the first one was opened from.
      build(next, { ...place, from: next === wanted ? (at?.from ?? next) : (wanted as WidgetKind) });
    };
    // What the kernel had kept for this person was taken over by the first view: by now it may be submitted.
    const later = at && { at, ready: { ...context.ready, kept: [] } };
    make(scope, { ...context, show, ...later });
  };
  try {
    build(kind);
  } catch (error) {
    scope.dispose();
    throw error;
  }
  return () => scope.dispose();
};
