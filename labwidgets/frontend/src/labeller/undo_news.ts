import type { Pages } from "./pages";
import type { Session } from "./session";
import { count } from "./words";

/** After a step through submitted segments: what is open now, and what has become of it. */
export function sayWhereUndoLed(session: Session, pages: Pages, say: (text: string) => void): void {
  const wanted = session.here;
  const stop = session.on("opened", (current) => {
    stop();
    if (current.segment !== wanted) return;
    const at = pages.indexOf(current.segment);
    const place = at === null ? "a segment" : `no. ${count(at + 1)}`;
    const mine = session.ledger.submission(current.segment);
    if (!mine) return say(`Forward to ${place}.`);
    const state = mine.skip_reason === null ? "submitted" : "skipped";
    say(`Back at ${place}. It stays ${state} as it is until you submit it again.`);
  });
}
