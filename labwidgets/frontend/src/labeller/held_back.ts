import { recall, remember } from "../core/memory";
import type { Editor } from "../core/parts";
import type { SegmentReply } from "../core/protocol";
import type { Current } from "./current";
import type { Session } from "./session";

const MOST = 500;

/** Drafts that were held back and came onto the screen all the same: they stay there, also after a reload. */
export class Revealed {
  private readonly known: Set<string>;

  constructor(private readonly project_id: string) {
    this.known = new Set(read(recall(this.name)));
  }

  private get name(): string {
    return `revealed.${this.project_id}`;
  }

  has(segment: string): boolean {
    return this.known.has(segment);
  }

  add(segment: string): void {
    this.known.add(segment);
    remember(this.name, JSON.stringify([...this.known].slice(-MOST)));
  }
}

/** What the box starts with once the draft is no longer held back. */
export function draftContent({ draft }: SegmentReply): Pick<SegmentReply, "text" | "words" | "layers"> {
  return { text: draft?.text ?? "", words: draft?.words ?? [], layers: {} };
}

export interface RevealParts {
  session: Session;
  editor: Editor;
  revealed: Revealed;
  say: (text: string) => void;
  onShown: (current: Current) => void;
}

/** Brings the draft that is held back onto the screen: into the box while that is empty; false where none is. */
export function createReveal({ session, editor, revealed, say, onShown }: RevealParts): () => boolean {
  return () => {
    const { current } = session;
    if (!current?.isHeldBack || editor.composing) return false;
    const { reply } = current.loaded;
    current.isHeldBack = false;
    revealed.add(current.segment);
    editor.setDraft(reply.draft);
    if (editor.content.text === "") {
      current.content = draftContent(reply);
      editor.load(current.content, { duration_s: reply.clip.duration_s, language: reply.language });
      say("The draft is in the box.");
    } else {
      editor.showDraft(true);
      say("The draft stands beside what you typed.");
    }
    onShown(current);
    return true;
  };
}

function read(text: string | null): string[] {
  try {
    const found: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(found) ? found.filter((one): one is string => typeof one === "string") : [];
  } catch {
    // Somebody else's entry, or a broken one: nothing was revealed.
    return [];
  }
}
