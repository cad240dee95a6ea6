/** What every widget instance carries: the way to the kernel, and the loader of the rest. */
import { createCommTransport, type WidgetModel } from "./core/comm";
import { sayHello } from "./core/hello";
import { loadApp } from "./core/loader";
import { playableMimes } from "./core/mimes";
import type { MountContext } from "./core/mount";
import { PROTOCOL_VERSION } from "./core/protocol";
import { Scope } from "./core/scope";

declare const APP_HASH: string;

const PATIENCE_MS = 5_000;
const WAITING =
  "Waiting for the kernel. It is busy with another cell, or it is gone: then run this cell again.";
const OTHER_VERSION =
  "This page and the kernel have different versions of labwidgets. Restart the kernel, reload the page and run the cell again.";

interface RenderProps {
  model: WidgetModel;
  el: HTMLElement;
}

function render({ model, el }: RenderProps): () => void {
  const scope = new Scope();
  const transport = createCommTransport(scope, model);
  const root = document.createElement("div");
  const line = statusLine();
  el.replaceChildren(line.root);

  const start = async () => {
    const attempt = scope.child();
    line.show("Opening …");
    attempt.timeout(() => line.show(WAITING), PATIENCE_MS);
    try {
      const hello = { version: PROTOCOL_VERSION, codecs: playableMimes() };
      const ready = await sayHello(attempt, transport, hello);
      attempt.dispose();
      if (ready.version !== PROTOCOL_VERSION) throw new Error(OTHER_VERSION);
      line.show("Loading the view …");
      const app = await loadApp(transport, APP_HASH);
      if (scope.disposed) return;
      el.replaceChildren(root);
      const context: Omit<MountContext, "show"> = { el: root, transport, ready, model };
      scope.add(app.mount(String(model.get("kind")), context));
    } catch (error) {
      attempt.dispose();
      if (scope.disposed) return;
      el.replaceChildren(line.root);
      const reason = error instanceof Error ? error.message : String(error);
      line.show(`The view could not be opened. ${reason}`, () => void start());
    }
  };
  void start();
  return () => scope.dispose();
}

function statusLine() {
  const root = document.createElement("div");
  root.setAttribute("role", "status");
  root.style.cssText =
    "padding: 8px; font: var(--jp-ui-font-size1, 13px) var(--jp-ui-font-family, system-ui, sans-serif); color: var(--jp-ui-font-color1, CanvasText)";
  const show = (text: string, retry?: () => void) => {
    root.replaceChildren(text);
    if (!retry) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Try again";
    button.style.cssText = "margin-inline-start: 8px; font: inherit";
    button.onclick = retry;
    root.append(button);
  };
  return { root, show };
}

export default { render };
