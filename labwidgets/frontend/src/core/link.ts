import type { WidgetModel } from "./comm";
import type { Scope } from "./scope";

/** alive: answers; away: the line is down and may come back; gone: this comm never answers again. */
export type LinkState = "alive" | "away" | "gone";

interface Signal<Value> {
  connect(slot: (sender: unknown, value: Value) => void): unknown;
  disconnect(slot: (sender: unknown, value: Value) => void): unknown;
}

interface Kernel {
  statusChanged?: Signal<string>;
  connectionStatusChanged?: Signal<string>;
  disposed?: Signal<unknown>;
}

const GONE_STATUSES = new Set(["dead", "restarting", "autorestarting", "terminating"]);

/**
 * Tells when the kernel behind a model goes and comes. The model's own events leave out a kernel that dies and
 * is restarted by the server (status "autorestarting"), so the kernel of JupyterLab's manager is watched too;
 * hosts without one (VS Code, Colab) have the model's events only.
 */
export function watchLink(scope: Scope, model: WidgetModel, set: (state: LinkState) => void): void {
  const onGone = () => set("gone");
  // anywidget calls listeners with the view as `this`: the only way to the model behind its proxy.
  const onCommLive = function (this: { model?: { comm_live?: boolean } } | undefined) {
    if (this?.model?.comm_live === false) set("gone");
  };
  listen(scope, model, "comm:close", onGone);
  listen(scope, model, "destroy", onGone);
  listen(scope, model, "comm_live_update", onCommLive);

  const kernel = (model.widget_manager as { kernel?: Kernel } | undefined)?.kernel;
  if (!kernel) return;
  connect(scope, kernel.statusChanged, (status) => {
    if (GONE_STATUSES.has(status)) set("gone");
  });
  connect(scope, kernel.connectionStatusChanged, (status) => set(status === "connected" ? "alive" : "away"));
  connect(scope, kernel.disposed, onGone);
}

function listen(scope: Scope, model: WidgetModel, name: string, listener: () => void): void {
  model.on(name, listener);
  scope.add(() => model.off(name, listener));
}

function connect<Value>(scope: Scope, signal: Signal<Value> | undefined, run: (value: Value) => void): void {
  if (!signal) return;
  const slot = (_sender: unknown, value: Value) => run(value);
  signal.connect(slot);
  scope.add(() => signal.disconnect(slot));
}
