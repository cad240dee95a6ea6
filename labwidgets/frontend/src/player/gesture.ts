import type { Scope } from "../core/scope";

/**
 * Runs once, after the next key or click anywhere on the page: the moment a browser lets sound start. After it,
 * so that a handler of that same key can do more than just start the sound.
 */
export function onNextGesture(scope: Scope, doc: Document, run: () => void): () => void {
  const life = scope.child();
  const once = () => {
    life.dispose();
    scope.timeout(run, 0);
  };
  for (const type of ["pointerdown", "keydown", "touchend"]) {
    life.listen(doc, type, once, { capture: true });
  }
  return () => life.dispose();
}
