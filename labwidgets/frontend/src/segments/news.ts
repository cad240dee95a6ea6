import type { Session } from "../labeller/session";
import type { Status } from "../labeller/status";
import { formatTime } from "../player/ruler";
import { h } from "../ui/dom";
import type { RecordingDocument } from "./document";

/** Enough for a screen reader to read what came at once. */
const KEPT = 6;

export interface News {
  readonly root: HTMLElement;
  say(text: string): void;
  status(status: Status): void;
}

/** Tells in words, for those who hear the page, what others see change on it. */
export function createNews(session: Session, recordingDoc: RecordingDocument): News {
  const root = h("div", { class: "lw-hidden", role: "log", "aria-live": "polite", "aria-label": "News" });
  let told = "";
  const say = (text: string) => {
    root.append(h("p", {}, text));
    while (root.childElementCount > KEPT) root.firstElementChild?.remove();
  };
  session.on("opened", ({ segment }) => {
    const { regions } = recordingDoc;
    const row = regions.get(segment);
    if (!row) return;
    const place = `Segment ${regions.indexOf(segment) + 1} of ${regions.all.length}`;
    const length = `${(row.end_s - row.start_s).toFixed(1)} s at ${formatTime(row.start_s, 0)}`;
    say(`${place}, ${row.speaker ?? "no name"}, ${length}, ${row.state}.`);
  });
  return {
    root,
    say,
    status({ tone, text }) {
      // Numbers that count up are no news.
      const next = text.replace(/\d+/g, "");
      if (next === told) return;
      told = next;
      if (tone !== "calm") say(text);
    },
  };
}
