import type { Preferences } from "../core/memory";
import type { Suggestion } from "../core/parts";
import type { HotWordPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { chordText } from "./help";
import { count } from "./words";
import type { Work } from "./work";

/** Saves come in a row; one look behind them is enough. */
const PATIENCE_MS = 300;
const MOST_SEGMENTS = 50;

export interface HotWordControls {
  /** What was taken last in this segment: find and replace begins with it. */
  readonly offered: Suggestion | null;
  take(): void;
  /** Offers the next one never again, to this person in this browser; where there is none, the last one again. */
  dismiss(): void;
  /** To be called behind the view, which puts the text of a segment into the editor. */
  start(): void;
}

export type HotWordParts = Pick<
  Work,
  "ready" | "preferences" | "transport" | "editor" | "session" | "bindings"
>;

/** Offers corrections that were made more than once, in the text and, once one is taken, wherever else it reads so. */
export function createHotWords(
  scope: Scope,
  { ready, preferences, transport, editor, session, bindings }: HotWordParts,
  say: (text: string) => void,
): HotWordControls {
  let offered: Suggestion | null = null;
  let known: readonly HotWordPayload[] = [];
  let mark: string | null = null;
  const dismissed = new Dismissed(preferences, ready.project_id);
  const chord = (action: "take_suggestion" | "find_replace") =>
    chordText(action, bindings.keys, bindings.mac) || "a key of yours";

  const announce = () => {
    const [first] = editor.suggestions;
    if (!first) return;
    const { length } = editor.suggestions;
    const more = length > 1 ? `, and ${length - 1} more` : "";
    say(`Often corrected: “${first.wrong}” → “${first.right}”${more}. ${chord("take_suggestion")} takes it.`);
  };
  const fetch = async () => {
    try {
      const { payload } = await transport.request("hot_words", {});
      if (scope.disposed) return;
      const n = editor.suggestions.length;
      known = payload.hot_words;
      mark = payload.mark;
      editor.setHotWords(dismissed.without(known));
      if (editor.suggestions.length > n) announce();
    } catch {
      // A help that does not come is none; the next change asks anew.
    }
  };
  /** Where else it reads so, told only while its segment is open. */
  const lookElsewhere = async (taken: Suggestion, segment: string | undefined) => {
    const find = { text: taken.wrong, whole_word: true, match_case: false, match_accents: true, own: false };
    const request = { find, after: null, limit: MOST_SEGMENTS };
    const { payload } = await transport.request("find", request);
    const others = payload.found.filter((one) => one.segment !== segment).length;
    if (others === 0 || session.current?.segment !== segment) return;
    const n = payload.after === null ? count(others) : `${count(others)} or more`;
    say(`“${taken.wrong}”: ${n} more in the unreviewed. Find and replace with ${chord("find_replace")}.`);
  };

  let cancel = () => {};
  const fetchSoon = () => {
    cancel();
    cancel = scope.timeout(() => void fetch(), PATIENCE_MS);
  };

  return {
    start() {
      void fetch();
      scope.add(transport.on("changed", ({ hot_words }) => hot_words !== mark && fetchSoon()));
      session.on("opened", () => {
        offered = null;
        announce();
      });
    },
    get offered() {
      return offered;
    },
    take() {
      const taken = editor.takeSuggestion();
      if (!taken) return say("Nothing here was corrected more than once.");
      offered = taken;
      say(`“${taken.wrong}” is “${taken.right}” now.`);
      lookElsewhere(taken, session.current?.segment).catch(() => {});
    },
    dismiss() {
      const { suggestion } = editor;
      const changed = suggestion ? dismissed.add(suggestion.wrong) : dismissed.pop();
      if (changed === null) return say("Nothing here was corrected more than once.");
      editor.setHotWords(dismissed.without(known));
      say(suggestion ? `“${changed}” is not offered again.` : `“${changed}” is offered again.`);
    },
  };
}

/** What one person wants offered no more, kept by this browser for each project. */
class Dismissed {
  private readonly name: string;

  constructor(
    private readonly preferences: Preferences,
    project_id: string,
  ) {
    this.name = `not_hot.${project_id}`;
  }

  without(words: readonly HotWordPayload[]): HotWordPayload[] {
    const gone = new Set(this.all);
    return words.filter(({ wrong }) => !gone.has(folded(wrong)));
  }

  add(wrong: string): string {
    this.all = [...this.all, folded(wrong)];
    return wrong;
  }

  pop(): string | null {
    const { all } = this;
    const last = all.pop() ?? null;
    this.all = all;
    return last;
  }

  private get all(): string[] {
    try {
      const found: unknown = JSON.parse(this.preferences.recall(this.name) ?? "[]");
      return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
    } catch {
      return [];
    }
  }

  private set all(words: readonly string[]) {
    this.preferences.remember(this.name, JSON.stringify(words));
  }
}

function folded(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
