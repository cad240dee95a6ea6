import type { EditorContent } from "../core/parts";
import type { SubmitReply, SubmitRequest } from "../core/protocol";
import { type Entry, isSubmit, isTyped, type Reason, type Typed } from "../keep/entry";
import { type Current, draftOf, type Memory } from "./current";
import type { Edit, Keeper } from "./keeper";
import { Ledger } from "./ledger";
import type { Outbox, Refusal } from "./outbox";

export interface UnsavedParts {
  outbox: Outbox;
  keeper: Keeper;
  /** What stands in the text of the open segment. */
  content: () => EditorContent;
  newId: () => string;
  /** The draft of a segment was held back and came onto the screen all the same. */
  isRevealed?: (segment: string) => boolean;
}

/** What is not in the kernel's store: typed, on its way, refused. Each is kept until it is, or is given up. */
export class Unsaved {
  readonly ledger: Ledger;

  constructor(private readonly parts: UnsavedParts) {
    this.ledger = new Ledger((segment) => parts.isRevealed?.(segment) ?? false);
  }

  memory(segment: string): Memory {
    return this.ledger.memory(segment, this.parts.outbox.newest(segment));
  }

  /** The open text was changed. */
  touch(current: Current): void {
    current.isDirty = true;
    this.parts.keeper.soon(() => (current.isDirty ? this.edit(current, true) : null));
  }

  /** Another segment is opened: what was typed stays. */
  leave(current: Current): void {
    if (!current.isDirty) return;
    this.parts.keeper.cancel();
    const edit = this.edit(current, false);
    this.ledger.kept.set(edit.segment, edit);
    this.parts.keeper.keep(edit);
  }

  submit(current: Current, submission: SubmitRequest): void {
    const { keeper, outbox } = this.parts;
    keeper.cancel();
    this.ledger.submit(submission);
    outbox.put(submission, current.edit === null ? null : keeper.submitted(current.segment, current.edit));
    current.isDirty = false;
    current.edit = null;
  }

  /** The stored text counts. */
  giveUp(current: Current): void {
    const { keeper } = this.parts;
    keeper.cancel();
    const id = current.edit ?? this.ledger.kept.get(current.segment)?.id;
    if (id) keeper.drop(current.segment, id);
    current.isDirty = false;
    current.edit = null;
    this.ledger.giveUp(current.segment);
  }

  /** A text that was typed before, in a segment that went and came again. */
  restore(segment: string, content: EditorContent): void {
    const { keeper, newId } = this.parts;
    const rest = { flags: [], base_revision: this.ledger.revision(segment), isOpen: false, reason: null };
    const edit = { segment, id: newId(), content, ...rest };
    this.ledger.kept.set(segment, edit);
    keeper.keep(edit);
  }

  /** The segment of a typed text never came to be: the text stays until somebody has taken it elsewhere. */
  strand(segment: string, message: string): void {
    const edit = this.ledger.kept.get(segment);
    if (!edit) return;
    const { id, content, flags, base_revision, draft = null } = edit;
    const sent = asSubmission({ segment, id, content, flags, base_revision, draft, at_ms: Date.now() });
    this.ledger.refuse({ code: "not_found", message, details: {}, submission: sent });
  }

  /** A text without a segment is given up. */
  discard(segment: string): void {
    const id = this.ledger.kept.get(segment)?.id;
    if (id) this.parts.keeper.drop(segment, id);
    this.ledger.giveUp(segment);
  }

  acknowledge(reply: SubmitReply, current: Current | null): void {
    this.ledger.acknowledge(reply);
    const kept = this.ledger.kept.get(reply.segment);
    // What was typed after the submit was typed on top of it.
    if (kept) {
      kept.base_revision = reply.revision;
      this.parts.keeper.keep(kept);
    }
    if (current?.segment !== reply.segment) return;
    current.base_revision = reply.revision;
    if (current.isDirty) this.touch(current);
  }

  /** The outbox keeps the refused text as typed, under the id of the submit. */
  refuse(refusal: Refusal, current: Current | null): void {
    const { event_id: id, segment, text, words, layers, flags, base_revision, draft } = refusal.submission;
    const { kept } = this.ledger;
    this.ledger.refuse(refusal);
    if (current?.segment === segment) {
      current.seen ??= draft;
      if (current.edit === null) current.edit = id;
      else this.parts.keeper.drop(segment, id);
      this.touch(current);
    } else if (kept.has(segment)) {
      this.parts.keeper.drop(segment, id);
    } else {
      const { code, message, details } = refusal;
      const reason = { code, message, details };
      kept.set(segment, {
        segment,
        id,
        content: { text, words, layers },
        flags,
        base_revision,
        draft,
        isOpen: false,
        reason,
      });
    }
  }

  /** Everything is given up, also what other views of this person left. */
  async deleteAll(current: Current | null): Promise<void> {
    const { keeper, outbox } = this.parts;
    if (current) this.giveUp(current);
    for (const segment of [...this.ledger.kept.keys(), ...this.ledger.refusals.keys()]) this.discard(segment);
    for (const segment of outbox.deleteAll()) this.ledger.giveUp(segment);
    await keeper.settled();
  }

  /** Brings all to the shelf and forgets it, for another view to take over. */
  async give(current: Current | null): Promise<void> {
    const { keeper, outbox } = this.parts;
    keeper.cancel();
    if (current?.isDirty) keeper.keep(this.edit(current, true));
    this.ledger.kept.clear();
    this.ledger.refusals.clear();
    outbox.give();
    await keeper.settled();
  }

  /**
   * What another view left. Nothing typed here since is overwritten.
   *
   * Returns the segments with new texts, the one that was open first, where one was.
   */
  take(entries: readonly Entry[]): { segments: string[]; here: string | null } {
    const { kept } = this.ledger;
    const submits = entries.filter(isSubmit);
    const typed = entries.filter(isTyped).filter(({ segment }) => !kept.has(segment));
    for (const { submission } of submits) this.ledger.submit(submission);
    this.parts.outbox.adopt(submits);
    for (const entry of typed) {
      kept.set(entry.segment, editOf(entry));
      if (entry.reason) this.ledger.refuse({ ...entry.reason, submission: asSubmission(entry) });
    }
    const open = typed.filter(({ isOpen }) => isOpen).sort((a, b) => b.at_ms - a.at_ms)[0];
    return { segments: [...submits, ...typed].map(({ segment }) => segment), here: open?.segment ?? null };
  }

  private edit(current: Current, isOpen: boolean): Edit {
    current.edit ??= this.parts.newId();
    const { segment, edit: id, flags, base_revision } = current;
    const content = this.parts.content();
    const draft = draftOf(current);
    return { segment, id, content, flags, base_revision, draft, isOpen, reason: this.reason(segment) };
  }

  private reason(segment: string): Reason | null {
    const refusal = this.ledger.refusals.get(segment);
    if (!refusal) return null;
    const { code, message, details } = refusal;
    return { code, message, details };
  }
}

function editOf({ segment, id, content, flags, base_revision, draft, reason }: Entry<Typed>): Edit {
  return { segment, id, content, flags, base_revision, draft: draft ?? null, isOpen: false, reason };
}

/** A refused text as the submit that it was. */
function asSubmission({
  segment,
  id,
  content,
  flags,
  base_revision,
  draft = null,
  at_ms,
}: Pick<
  Entry<Typed>,
  "segment" | "id" | "content" | "flags" | "base_revision" | "draft" | "at_ms"
>): SubmitRequest {
  const { text, words, layers = {} } = content;
  const unknown = { listened: [], active_ms: 0, skip_reason: null };
  return {
    event_id: id,
    segment,
    base_revision,
    text,
    words,
    layers,
    flags,
    draft,
    client_at_ms: at_ms,
    ...unknown,
  };
}
