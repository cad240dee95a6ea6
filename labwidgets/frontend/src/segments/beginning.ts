import type { Scope } from "../core/scope";
import type { Safekeeping } from "../labeller/safekeeping";
import type { Following } from "./following";
import { refusedChanges } from "./refusing";
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
  const { scope, work, following, top, kept } = parts;
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
  recordingDoc.on("refused", (parcels, failure) => refusedChanges(parts, parcels, failure));
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
