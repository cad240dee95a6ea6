import type { Scope } from "../core/scope";
import type { Safekeeping } from "../labeller/safekeeping";
import type { Following } from "./following";
import { LEAST_S } from "./regions";
import type { SegmentTopBar } from "./top_bar";
import type { Undoing } from "./undoing";
import type { SegmentWork } from "./work";

/** After other views wrote, one look is enough for all of it. */
const REFRESH_MS = 600;
/** What comes this soon after an own change is its echo. */
const ECHO_MS = 5_000;

export interface BeginningParts {
  scope: Scope;
  work: SegmentWork;
  following: Following;
  undoing: Undoing;
  top: SegmentTopBar;
  kept: Safekeeping;
  say: (text: string) => void;
}

/** Reads the segments, takes over what was left unsent, and follows what the kernel tells from then on. */
export async function begin(parts: BeginningParts): Promise<void> {
  const { scope, work, following, undoing, top, kept, say } = parts;
  const { queue, recordingDoc, session, transport, recording, cache } = work;
  let own_ms = Number.NEGATIVE_INFINITY;
  const note = () => {
    own_ms = performance.now();
  };

  queue.on("answered", (parcel, { rows }) => {
    note();
    following.answered(parcel, rows);
  });
  session.on("saved", note);
  recordingDoc.on("refused", (parcels, { message }) => {
    const rows = parcels.flatMap(({ edit }) => [...edit.before, ...edit.after]);
    undoing.history.drop(new Set(rows.map(({ segment }) => segment)));
    const n = parcels.length === 1 ? "A change was" : `${parcels.length} changes were`;
    const { regions } = recordingDoc;
    const lost = rows.find(({ segment }) => segment === session.here && regions.get(segment) === null);
    if (lost) {
      const near = regions.at(lost.start_s + LEAST_S) ?? regions.from(lost.start_s) ?? regions.all.at(-1);
      if (near) void session.open(near.segment, { play: false, isJump: true });
      else void session.openNext(null, false);
    }
    // Texts typed into what never came to be are shown until somebody has copied or discarded them.
    for (const { segment } of rows) if (!regions.get(segment)) session.unsaved.strand(segment, message);
    say(`${n} not accepted and taken back: ${message}`);
  });
  let isDue = false;
  scope.add(
    transport.on("changed", () => {
      if (isDue || performance.now() - own_ms < ECHO_MS) return;
      isDue = true;
      scope.timeout(() => {
        isDue = false;
        void recordingDoc.read();
        void cache.forgetUndrafted().then(() => session.changed());
      }, REFRESH_MS);
    }),
  );
  transport.request("recordings", {}).then(
    ({ payload }) => scope.disposed || top.setRecordings(payload.recordings),
    () => {},
  );
  await recordingDoc.read();
  if (scope.disposed) return;
  queue.adopt();
  const { segment } = recording;
  if (segment !== null && recordingDoc.regions.get(segment)) {
    void session.open(segment, { play: false, isJump: true });
  }
  await kept.join();
}
