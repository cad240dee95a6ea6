import type { Scope } from "../core/scope";
import { type Banner, createBanner } from "./banner";
import { createFooter, type Footer } from "./footer";
import { chordText } from "./help";
import type { Work } from "./work";

export interface HandingIn {
  readonly banner: Banner;
  readonly footer: Footer;
  /** Hands the open segment in without a text. */
  skip(reason: string): void;
  /** Asks why, where the project has reasons. */
  openSkip(): void;
}

export interface HandingInParts {
  work: Pick<Work, "session" | "settings" | "bindings">;
  focusText: () => void;
  /** To those who hear the page. */
  announce: (text: string) => void;
  openSkipMenu: () => void;
  submit: () => void;
}

/** How a segment leaves the page: submitted, skipped, or refused and settled. */
export function createHandingIn(scope: Scope, parts: HandingInParts): HandingIn {
  const { session, settings, bindings } = parts.work;
  const skip = (reason: string) => {
    if (session.submit({ skip_reason: reason })) parts.announce(`Skipped: ${reason}.`);
    parts.focusText();
  };
  const openSkip = () => {
    if (session.phase.kind !== "open") return;
    if (settings.skip_reasons.length === 0) skip("other");
    else parts.openSkipMenu();
  };
  const banner = createBanner(scope, {
    onMine: () => session.resolve("mine"),
    onStored: () => session.resolve("stored"),
    onOpen: (segment) => void session.open(segment, { play: false, isJump: true }),
    onDiscard: (segment) => session.discard(segment),
  });
  const footer = createFooter(scope, {
    flags: settings.flags,
    chord: (action) => chordText(action, bindings.keys, bindings.mac),
    onFlag: (flag) => session.toggleFlag(flag),
    onSkip: openSkip,
    onSubmit() {
      parts.submit();
      parts.focusText();
    },
  });
  bindings.onChange(footer.showChords);
  return { banner, footer, skip, openSkip };
}
