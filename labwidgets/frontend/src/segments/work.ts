import { newUuid } from "../core/ids";
import { type Preferences, preferencesOf } from "../core/memory";
import type { MountContext } from "../core/mount";
import type { Action, Editor, Span, Suggester } from "../core/parts";
import type { LabelSettings, ReadyReply, RecordingReply } from "../core/protocol";
import type { Scope } from "../core/scope";
import { labelsOf } from "../editor/pill";
import { projectKey, type Seat, takeSeat } from "../keep/seat";
import { Bindings } from "../labeller/bindings";
import { chordText } from "../labeller/help";
import { createKeeper, type Keeper } from "../labeller/keeper";
import { createLayers, type LayerControls } from "../labeller/layers";
import { Options } from "../labeller/options";
import { createOutbox, type Outbox } from "../labeller/outbox";
import { SegmentCache } from "../labeller/segments";
import { Session } from "../labeller/session";
import { TypingHelp } from "../labeller/typing_help";
import { type WatchedTransport, watch } from "../labeller/waiting";
import { isMac } from "../ui/keys";
import { RecordingDocument } from "./document";
import type { Making } from "./edits";
import { withBornSegments, withHeldSubmits } from "./gate";
import { browserStorage, openParcelShelf } from "./parcels";
import { ChangeQueue, type ParcelShelf } from "./queue";
import type { Region } from "./regions";
import { RowTurns } from "./turns";

export interface SegmentsContext extends MountContext {
  createEditor: (scope: Scope, settings: LabelSettings, suggester: Suggester) => Editor;
}

/** What the segment editor works with, whatever it looks like. */
export interface SegmentWork {
  readonly ready: ReadyReply;
  readonly recording: RecordingReply;
  readonly settings: LabelSettings;
  readonly options: Options;
  readonly bindings: Bindings;
  readonly preferences: Preferences;
  readonly transport: WatchedTransport;
  readonly editor: Editor;
  readonly layers: LayerControls;
  readonly typing: TypingHelp;
  readonly seat: Seat;
  readonly outbox: Outbox;
  readonly keeper: Keeper;
  readonly cache: SegmentCache;
  readonly session: Session;
  readonly shelf: ParcelShelf;
  readonly queue: ChangeQueue;
  readonly recordingDoc: RecordingDocument;
  readonly making: Making;
}

export interface Outside {
  /** The rows of the list. */
  rows: () => readonly Region[];
  /** What of the open segment was heard. */
  heard: () => Span[];
}

/** Text, queue, outbox and the session that ties them, for one recording. */
export function createSegmentWork(
  scope: Scope,
  context: SegmentsContext,
  recording: RecordingReply,
  outside: Outside,
): SegmentWork {
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
  const labels = labelsOf(settings.tags);
  const help = { chordOf, labels, suggester: typing };
  const { editor, layers } = createLayers(scope, main, settings.layers, help);
  const project = projectKey(ready);
  const seat = takeSeat({ project, annotator: ready.annotator }, newUuid);
  const owner = JSON.stringify([project, ready.annotator, recording.recording]);
  const shelf = openParcelShelf(owner, browserStorage());
  const queue = new ChangeQueue(scope, {
    transport,
    shelf,
    version: (segment) => recordingDoc.version(segment),
    isBusy: (segments) => segments.some((segment) => outbox.newest(segment) !== null),
  });
  const recordingDoc = new RecordingDocument(scope, { recording: recording.recording, transport, queue });
  const revision = (segment: string) => recordingDoc.regions.get(segment)?.revision ?? 0;
  const outbox = withHeldSubmits(createOutbox(scope, seat, transport), queue, revision);
  const keeper = createKeeper(scope, seat, transport);
  const cache = new SegmentCache(scope, withBornSegments(transport, queue), 1);
  const session = new Session({
    outbox,
    keeper,
    cache,
    ahead: (isTaken) => new RowTurns({ cache, rows: outside.rows, isTaken }),
    desk: {
      content: () => editor.content,
      heard: outside.heard,
      now: () => Date.now(),
      newId: newUuid,
    },
  });
  const making: Making = {
    recording: recording.recording,
    duration_s: recording.duration_s,
    newId: newUuid,
    now_ms: () => Date.now(),
  };
  return {
    ready,
    recording,
    settings,
    options,
    bindings,
    preferences,
    transport,
    editor,
    layers,
    typing,
    seat,
    outbox,
    keeper,
    cache,
    session,
    shelf,
    queue,
    recordingDoc,
    making,
  };
}
