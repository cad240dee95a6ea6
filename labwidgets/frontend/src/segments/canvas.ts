import type { Scope } from "../core/scope";

/** A canvas as sharp as the screen; `draw` runs once a frame at most, and only when something asked for it. */
export interface Sheet {
  readonly canvas: HTMLCanvasElement;
  ask(): void;
}

export function createSheet(
  scope: Scope,
  canvas: HTMLCanvasElement,
  size: () => { width_px: number; height_px: number },
  draw: (context: CanvasRenderingContext2D) => void,
): Sheet {
  let isAsked = false;
  const render = () => {
    isAsked = false;
    const { width_px, height_px } = size();
    if (!(width_px > 0) || !(height_px > 0)) return;
    const ratio = canvas.ownerDocument.defaultView?.devicePixelRatio ?? 1;
    const [width, height] = [Math.round(width_px * ratio), Math.round(height_px * ratio)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    canvas.style.height = `${height_px}px`;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context);
  };
  return {
    canvas,
    ask() {
      if (isAsked || scope.disposed) return;
      isAsked = true;
      const frame = scope.child();
      frame.frames(() => {
        frame.dispose();
        render();
      });
    },
  };
}
