import { Emitter } from "../core/emitter";
import type { Editor, EditorEvents } from "../core/parts";
import type { LayerPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { h } from "../ui/dom";
import { column, Layer, type LayerHelp } from "./layer";

/** While somebody types, the other layers wait for a pause. */
const PATIENCE_MS = 150;

/** What keys do with layers. */
export interface LayerControls {
  /** Goes to the next text and says its name; null where there is one only. */
  next(): string | null;
  /** At the first conflict, of this text or else of any; false where there is none. */
  take(): boolean;
  keep(): boolean;
  /** Writes the text with the caret again from its rule; false where it follows already. */
  follow(): boolean;
}

export interface Layered {
  /** The editor of the main text with all further ones: one content, one history for each text. */
  editor: Editor;
  layers: LayerControls;
}

const NO_LAYERS: LayerControls = {
  next: () => null,
  take: () => false,
  keep: () => false,
  follow: () => false,
};

/** Puts the further texts of a segment beside the main one and lets them follow it. */
export function createLayers(
  scope: Scope,
  main: Editor,
  payloads: readonly LayerPayload[],
  help: LayerHelp,
): Layered {
  if (payloads.length === 0) return { editor: main, layers: NO_LAYERS };
  const emitter = new Emitter<EditorEvents>();
  const layers = payloads.map(
    (payload): Layer =>
      new Layer(scope, payload, help, {
        onTake: () => run(() => layer(payload).take(text())),
        onKeep: () => run(() => layer(payload).keep(text())),
        onFollow: () => run(() => layer(payload).follow(text())),
      }),
  );
  const layer = ({ name }: LayerPayload) => layers.find((one) => one.name === name) as Layer;
  const text = () => main.content.text;
  const here = () => layers.find(({ box }) => box.focused);
  const isComposing = () => main.composing || layers.some(({ box }) => box.composing);

  let cancel = () => {};
  const carry = () => {
    cancel();
    // Nothing is drawn anew under an input method, and no half word is carried.
    if (isComposing() || help.suggester?.isOpen) carrySoon();
    else for (const one of layers) one.refresh(text());
  };
  const carrySoon = () => {
    cancel();
    cancel = scope.timeout(carry, PATIENCE_MS);
  };
  const run = (act: () => boolean): boolean => !isComposing() && act();

  main.on("change", carrySoon);
  for (const one of layers) {
    const { box } = one;
    box.on("restored", (snapshot) => one.refresh(text(), snapshot));
    box.on("change", () => {
      emitter.emit("change");
      carrySoon();
    });
    box.on("notice", (notice) => emitter.emit("notice", notice));
  }
  const head = h("div", { class: "lw-layer-head" }, h("strong", {}, "text"));
  const root = h("div", { class: "lw-layers" }, column(head, main.root), ...layers.map((one) => one.root));

  const conflicting = () => {
    carry();
    return here()?.hasConflict ? here() : layers.find((one) => one.hasConflict);
  };

  const all: Pick<Editor, "root" | "content" | "composing" | "load" | "undo" | "redo" | "on"> = {
    root,
    get content() {
      const content = main.content;
      const texts = layers.map((one) => [one.name, one.textFor(content.text)]);
      return { ...content, layers: Object.fromEntries(texts) as Record<string, string> };
    },
    get composing() {
      return isComposing();
    },
    load(content, clip) {
      cancel();
      main.load(content, clip);
      for (const one of layers) one.load(content.layers?.[one.name] ?? null, text(), clip.language);
    },
    undo: () => (here()?.box ?? main).undo(),
    redo: () => (here()?.box ?? main).redo(),
    on(name, listener) {
      const undos = [main.on(name, listener), emitter.on(name, listener)];
      return () => {
        for (const undo of undos) undo();
      };
    },
  };
  return {
    // In all other things it is the main text.
    editor: Object.setPrototypeOf(all, main) as Editor,
    layers: {
      next() {
        carry();
        const at = layers.findIndex(({ box }) => box.focused) + 1;
        const next = layers[at];
        (next?.box ?? main).focus();
        return next?.name ?? "text";
      },
      take: () => run(() => conflicting()?.take(text()) ?? false),
      keep: () => run(() => conflicting()?.keep(text()) ?? false),
      follow: () => run(() => (here() ?? layers[0])?.follow(text()) ?? false),
    },
  };
}
