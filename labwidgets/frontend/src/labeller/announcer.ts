import { h } from "../ui/dom";
import type { Current } from "./current";
import type { Pages } from "./pages";
import type { Session } from "./session";
import type { Status } from "./status";
import { count, span } from "./words";

/** Enough for a screen reader to read what came at once. */
const KEPT = 6;

export interface Announcer {
  readonly root: HTMLElement;
  say(text: string): void;
  /** How the saving stands: told when there is trouble, and when it is over. */
  status(status: Status): void;
}

/** Tells in words, for those who hear the page, what others see change on it. */
export function createAnnouncer(session: Session, pages: Pages): Announcer {
  const root = h("div", { class: "lw-hidden", role: "log", "aria-live": "polite", "aria-label": "News" });
  let flags: readonly string[] = [];
  let told = "";

  const say = (text: string) => {
    root.append(h("p", {}, text));
    while (root.childElementCount > KEPT) root.firstElementChild?.remove();
  };
  session.on("opened", (current) => {
    flags = current.flags;
    say(openedWords(current, pages.indexOf(current.segment), pages.total));
  });
  session.on("marks", () => {
    const now = session.current?.flags ?? flags;
    const changed = [...now, ...flags].filter((flag) => now.includes(flag) !== flags.includes(flag));
    flags = now;
    for (const flag of changed) say(`Flag ${flag} ${now.includes(flag) ? "on" : "off"}.`);
  });

  return {
    root,
    say,
    status({ tone, text }) {
      // Numbers that count up are no news.
      const news = text.replace(/\d+/g, "");
      if (news === told) return;
      told = news;
      if (tone !== "calm") say(text);
    },
  };
}

/** "Segment 2 of 600, 6.2 s, draft: repetition." */
export function openedWords(current: Current, at: number | null, total: number | null): string {
  const { reply } = current.loaded;
  const place = at === null ? "Segment" : `Segment ${count(at + 1)} of ${count(total ?? at + 1)}`;
  const parts = [place, span(reply.clip.duration_s)];
  const alarms = reply.draft?.alarms.map((alarm) => alarm.replaceAll("_", " ")) ?? [];
  if (reply.opinion) parts.push(reply.opinion.skip_reason === null ? "done before" : "skipped before");
  else if (current.isHeldBack) parts.push("the draft is held back");
  else if (reply.draft) parts.push(alarms.length > 0 ? `draft with ${alarms.join(" and ")}` : "draft");
  else parts.push("no draft");
  if (current.flags.length > 0) parts.push(`flagged ${current.flags.join(" and ")}`);
  if (reply.audio_error) parts.push("its audio cannot be read");
  return `${parts.join(", ")}.`;
}
