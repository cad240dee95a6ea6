import { newUuid } from "../core/ids";
import { type Preferences, preferencesOf, recall, remember } from "../core/memory";
import type { MountContext } from "../core/mount";
import type { Action, Editor, Player, Suggester } from "../core/parts";
import type { LabelSettings, QueuePayload, ReadyReply } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { labelsOf } from "../editor/pill";
import { projectKey, type Seat, takeSeat } from "../keep/seat";
import { isMac } from "../ui/keys";
import { Ahead } from "./ahead";
import { Bindings } from "./bindings";
import { chordText } from "./help";
import { createKeeper, type Keeper } from "./keeper";
import { createLayers, type LayerControls } from "./layers";
import { Options } from "./options";
import { createOutbox, type Outbox } from "./outbox";
import { Pages } from "./pages";
import { SegmentCache } from "./segments";
import { Session } from "./session";
import { TypingHelp } from "./typing_help";
import { type WatchedTransport, watch } from "./waiting";
import { FILTER_NAMES, ORDER_NAMES } from "./words";

export interface LabellerContext extends Pick<MountContext, "el" | "transport" | "ready" | "show" | "at"> {
  createPlayer: (
    scope: Scope,
    transport: Transport,
    settings: LabelSettings,
    preferences: Preferences,
  ) => Player;
  createEditor: (scope: Scope, settings: LabelSettings, suggester: Suggester) => Editor;
}

/** What the labeller works with, whatever it looks like. */
export interface Work {
  readonly ready: ReadyReply;
  /** This person's: the project's with own choices on top. */
  readonly settings: LabelSettings;
  readonly options: Options;
  readonly bindings: Bindings;
  readonly preferences: Preferences;
  readonly transport: WatchedTransport;
  readonly player: Player;
  readonly editor: Editor;
  readonly layers: LayerControls;
  readonly typing: TypingHelp;
  readonly pages: Pages;
  readonly seat: Seat;
  readonly outbox: Outbox;
  readonly keeper: Keeper;
  readonly cache: SegmentCache;
  readonly session: Session;
}

/** Sound, text, queue, outbox and the session that ties them. */
export function createWork(scope: Scope, context: LabellerContext): Work {
  const { ready } = context;
  const preferences = preferencesOf(ready.annotator);
  const options = new Options(ready.settings, preferences);
  const { settings } = options;
  const projectKeys = { keys: settings.keys, preset: settings.key_preset };
  const bindings = new Bindings(projectKeys, preferences, isMac(navigator.platform));
  const transport = watch(context.transport, () => performance.now());
  const player = context.createPlayer(scope, transport, settings, preferences);
  const chordOf = (action: Action) => chordText(action, bindings.keys, bindings.mac);
  const typing = new TypingHelp({ transport, options, preferences });
  const main = context.createEditor(scope, settings, typing);
  const labels = labelsOf(settings.tags);
  const help = { chordOf, labels, suggester: typing };
  const { editor, layers } = createLayers(scope, main, settings.layers, help);
  const pages = new Pages(transport, rememberedQuery(ready.project_id));
  const project = projectKey(ready);
  const seat = takeSeat({ project, annotator: ready.annotator }, newUuid);
  const outbox = createOutbox(scope, seat, transport);
  const keeper = createKeeper(scope, seat, transport);
  const cache = new SegmentCache(scope, transport);
  const session = new Session({
    outbox,
    keeper,
    cache,
    ahead: (isTaken) =>
      new Ahead(transport, cache, {
        query: () => pages.query,
        isTaken,
        nTaken: () => outbox.n_pending + 1,
        onPrefetched: (clip) => player.prefetch(clip),
      }),
    desk: {
      content: () => editor.content,
      heard: () => player.heard(),
      now: () => Date.now(),
      newId: newUuid,
    },
  });
  return {
    ready,
    settings,
    options,
    bindings,
    preferences,
    transport,
    player,
    editor,
    layers,
    typing,
    pages,
    seat,
    outbox,
    keeper,
    cache,
    session,
  };
}

export function rememberQuery(project_id: string, query: QueuePayload): void {
  remember(`query.${project_id}`, JSON.stringify({ ...query, search: "" }));
}

function rememberedQuery(project_id: string): QueuePayload {
  const start: QueuePayload = { order: "added", filter: "all", search: "" };
  try {
    const found = JSON.parse(recall(`query.${project_id}`) ?? "{}") as Partial<QueuePayload>;
    const isKnown = (found.order ?? "") in ORDER_NAMES && (found.filter ?? "") in FILTER_NAMES;
    return isKnown ? { ...start, ...found } : start;
  } catch {
    return start;
  }
}
