import type { Failure } from "../labeller/retry";
import type { Session } from "../labeller/session";
import type { RecordingDocument } from "./document";
import type { Parcel } from "./queue";
import { LEAST_S } from "./regions";
import type { Undoing } from "./undoing";

export interface RefusingParts {
  work: { session: Session; recordingDoc: RecordingDocument };
  undoing: Undoing;
  say: (text: string) => void;
}

/** The kernel did not take changes: the rows are as before, and no text is lost with them. */
export function refusedChanges(
  { work, undoing, say }: RefusingParts,
  parcels: readonly Parcel[],
  { message }: Failure,
): void {
  const { session, recordingDoc } = work;
  const { regions } = recordingDoc;
  const rows = parcels.flatMap(({ edit }) => [...edit.before, ...edit.after]);
  undoing.history.drop(new Set(rows.map(({ segment }) => segment)));
  bringBack(session, parcels);
  const lost = rows.find(({ segment }) => segment === session.here && regions.get(segment) === null);
  if (lost) {
    const near = regions.at(lost.start_s + LEAST_S) ?? regions.from(lost.start_s) ?? regions.all.at(-1);
    if (near) void session.open(near.segment, { play: false, isJump: true });
    else void session.openNext(null, false);
  }
  // Texts typed into what is no more are shown until somebody has copied or discarded them.
  void recordingDoc.read().then(() => {
    const gone = rows.filter(({ segment }) => recordingDoc.regions.get(segment) === null);
    for (const { segment } of gone) session.unsaved.strand(segment, message);
  });
  const n = parcels.length === 1 ? "A change was" : `${parcels.length} changes were`;
  say(`${n} not accepted and taken back: ${message}`);
}

/** Texts that went with segments which did not go after all. */
function bringBack(session: Session, parcels: readonly Parcel[]): void {
  const typed = parcels.flatMap((parcel) => (parcel.kind === "change" ? (parcel.typed ?? []) : []));
  for (const { segment, content } of typed) {
    if (!session.isKept(segment)) session.unsaved.restore(segment, content);
  }
}
