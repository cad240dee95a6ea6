import { loadPart } from "../core/loader";
import type { MountContext, MountKind } from "../core/mount";
import type { Scope } from "../core/scope";

declare const RECORDER_HASH: string;

/** What `recorder.js` exports. */
export interface RecorderPart {
  mount(scope: Scope, context: MountContext): void;
}

/** Few pages record: the view comes when the first one does. */
export const mountRecorder: MountKind = (scope, context) => {
  context.el.replaceChildren("Loading the recorder …");
  loadPart<RecorderPart>(context.transport, "recorder", RECORDER_HASH).then(
    (part) => !scope.disposed && part.mount(scope, context),
    (error: Error) =>
      !scope.disposed && context.el.replaceChildren(`The recorder could not be loaded. ${error.message}`),
  );
};
