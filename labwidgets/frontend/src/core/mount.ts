import type { WidgetModel } from "./comm";
import type { ReadyReply } from "./protocol";
import type { Scope } from "./scope";
import type { Transport } from "./transport";

/** What each kind of widget gets to build its view with. `ready` is the kernel's answer to the first message. */
export interface MountContext {
  el: HTMLElement;
  transport: Transport;
  ready: ReadyReply;
  model: WidgetModel;
  /** Puts another view in the place of this one. */
  show: (kind: WidgetKind, at: Place) => void;
  /** Of a view that came in the place of another: what it opens first, and what was there. */
  at?: Place & { from: WidgetKind };
}

/** What a view opens first. */
export interface Place {
  segment: string | null;
  recording?: string | null;
}

/** Builds one view; all that it acquires belongs to `scope`. */
export type MountKind = (scope: Scope, context: MountContext) => void;

export const WIDGET_KINDS = ["player", "editor", "labeller", "explorer", "segments", "recorder"] as const;
export type WidgetKind = (typeof WIDGET_KINDS)[number];

/** What `app.js` exports. */
export interface App {
  /** Returns the cleanup of the view. */
  mount(kind: string, context: Omit<MountContext, "show">): () => void;
}
