import type { Scope } from "../core/scope";
import { isForNotebook } from "./keys";

/** JupyterLab and Notebook match no shortcut from an element with it upwards. */
const SUPPRESS = "data-lm-suppress-shortcuts";

/** Keeps keys typed within `root` from the notebook around it, all but those for saving and finding. */
export function keepKeysFromHost(scope: Scope, root: HTMLElement): void {
  let marked: Element | null = null;
  // Notebook 7 matches keys on their way down from the document, some of them against whatever has the focus:
  // only the window comes before, and only on the target itself the attribute comes in time.
  scope.listen(
    root.ownerDocument.defaultView ?? window,
    "keydown",
    (event) => {
      const { target } = event;
      if (!(target instanceof Element) || !root.contains(target)) return;
      // Around the target of the next key it would keep that one from saving.
      if (marked !== target) marked?.removeAttribute(SUPPRESS);
      target.toggleAttribute(SUPPRESS, !isForNotebook(event as KeyboardEvent));
      marked = target;
    },
    { capture: true },
  );
  // JupyterLab does so on their way up, and other hosts know nothing of the attribute.
  for (const type of ["keydown", "keyup", "keypress"] as const) {
    scope.listen(root, type, (event) => {
      if (!isForNotebook(event)) event.stopPropagation();
    });
  }
}
