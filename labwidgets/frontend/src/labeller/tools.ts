import { newUuid } from "../core/ids";
import { type Preferences, preferencesOf } from "../core/memory";
import type { MountContext } from "../core/mount";
import type { Action, Editor, Suggester } from "../core/parts";
import type { LabelSettings, ReadyReply } from "../core/protocol";
import type { Scope } from "../core/scope";
import { labelsOf } from "../editor/pill";
import { projectKey, type Seat, takeSeat } from "../keep/seat";
import { isMac } from "../ui/keys";
import { Bindings } from "./bindings";
import { chordText } from "./help";
import { createLayers, type LayerControls } from "./layers";
import { Options } from "./options";
import { TypingHelp } from "./typing_help";
import { type WatchedTransport, watch } from "./waiting";

export interface ToolsContext extends Pick<MountContext, "transport" | "ready"> {
  createEditor: (scope: Scope, settings: LabelSettings, suggester: Suggester) => Editor;
}

/** What one person writes with, whatever the sound is: a clip of a queue or a part of a recording. */
export interface Tools {
  readonly ready: ReadyReply;
  /** This person's: the project's with own choices on top. */
  readonly settings: LabelSettings;
  readonly options: Options;
  readonly bindings: Bindings;
  readonly preferences: Preferences;
  readonly transport: WatchedTransport;
  readonly editor: Editor;
  readonly layers: LayerControls;
  readonly typing: TypingHelp;
  /** Where what is unsaved is kept. */
  readonly seat: Seat;
}

export function createTools(scope: Scope, context: ToolsContext): Tools {
  const { ready } = context;
  const preferences = preferencesOf(ready.annotator);
  const options = new Options(ready.settings, preferences);
  const { settings } = options;
  const projectKeys = { keys: settings.keys, preset: settings.key_preset };
  const bindings = new Bindings(projectKeys, preferences, isMac(navigator.platform));
  const transport = watch(context.transport, () => performance.now());
  const chordOf = (action: Action) => chordText(action, bindings.keys, bindings.mac);
  const typing = new TypingHelp({ transport, options, preferences });
  const main = context.createEditor(scope, settings, typing);
  const help = { chordOf, labels: labelsOf(settings.tags), suggester: typing };
  const { editor, layers } = createLayers(scope, main, settings.layers, help);
  const seat = takeSeat({ project: projectKey(ready), annotator: ready.annotator }, newUuid);
  return { ready, settings, options, bindings, preferences, transport, editor, layers, typing, seat };
}
