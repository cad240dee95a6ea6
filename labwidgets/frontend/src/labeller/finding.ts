import type { Suggestion } from "../core/parts";
import type { Scope } from "../core/scope";
import { createFindPanel } from "../find/panel";
import { createHitSound } from "../find/sound";
import type { Work } from "./work";

/** Longer selections are no words to look for. */
const MOST_CHARACTERS = 200;

export interface Finding {
  readonly root: HTMLElement;
  /** On what is selected in the text, else on what is offered, if anything is. */
  open(offered: Suggestion | null): void;
  /** False where it is not open. */
  close(): boolean;
}

/** Find and replace within the labeller: silent beside the player, and the open segment follows what it changes. */
export function createFinding(
  scope: Scope,
  work: Pick<Work, "transport" | "settings" | "preferences" | "player" | "editor" | "session" | "cache">,
  page: { focusText: () => void; say: (text: string) => void },
): Finding {
  const { transport, settings, preferences, player, editor, session, cache } = work;
  const reload = (segments: readonly string[]) => {
    for (const segment of segments) {
      cache.forget(segment);
      session.ledger.forgetSubmission(segment);
    }
    const { current } = session;
    // What is being typed stays, whatever became of the draft below it.
    if (!current || current.isDirty || !segments.includes(current.segment)) return;
    void session.open(current.segment, { play: false });
  };
  const panel = createFindPanel(scope, {
    transport,
    sound: createHitSound(scope, transport, settings, preferences),
    preferences,
    onOpen: () => player.pause(),
    onClose: page.focusText,
    onPlay: () => player.pause(),
    onShow(segment) {
      void session.open(segment, { isJump: true });
      page.focusText();
    },
    onMended: reload,
    say: page.say,
  });
  const selected = () => {
    const selection = editor.root.contains(document.activeElement) ? document.getSelection() : null;
    const text = selection?.toString().trim() ?? "";
    return text.length <= MOST_CHARACTERS ? text : "";
  };
  return {
    root: panel.root,
    open(offered) {
      const text = selected();
      if (text || !offered) panel.open(text);
      else panel.open(offered.wrong, offered.right);
    },
    close() {
      if (!panel.isOpen) return false;
      panel.close();
      return true;
    },
  };
}
