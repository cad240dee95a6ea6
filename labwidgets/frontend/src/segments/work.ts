import { newUuid } from "../core/ids";
import type { MountContext } from "../core/mount";
import type { Span } from "../core/parts";
import type { RecordingReply } from "../core/protocol";
import type { Scope } from "../core/scope";
import { projectKey } from "../keep/seat";
import { createKeeper, type Keeper } from "../labeller/keeper";
import { createOutbox, type Outbox } from "../labeller/outbox";
import { SegmentCache } from "../labeller/segments";
import { Session } from "../labeller/session";
import { createTools, type Tools, type ToolsContext } from "../labeller/tools";
import { RecordingDocument } from "./document";
import type { Making } from "./edits";
import { withBornSegments, withHeldSubmits } from "./gate";
import { browserStorage, openParcelShelf } from "./parcels";
import { ChangeQueue, type ParcelShelf } from "./queue";
import type { Region } from "./regions";
import { RowTurns } from "./turns";

export type SegmentsContext = MountContext & ToolsContext;

/** What the segment editor works with, whatever it looks like. */
export interface SegmentWork extends Tools {
  readonly recording: RecordingReply;
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
  /** Where the sound of the segments to come begins. */
  expect: (starts_s: readonly number[]) => void;
}

/** Text, queue, outbox and the session that ties them, for one recording. */
export function createSegmentWork(
  scope: Scope,
  context: SegmentsContext,
  recording: RecordingReply,
  outside: Outside,
): SegmentWork {
  const tools = createTools(scope, context);
  const { ready, transport, editor, seat } = tools;
  const owner = JSON.stringify([projectKey(ready), ready.annotator, recording.recording]);
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
    ahead: (isTaken) => new RowTurns({ cache, rows: outside.rows, isTaken, onAhead: outside.expect }),
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
  return { ...tools, recording, outbox, keeper, cache, session, shelf, queue, recordingDoc, making };
}
