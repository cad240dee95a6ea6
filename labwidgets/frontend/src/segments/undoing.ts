import type { Editor, EditorContent } from "../core/parts";
import type { Session } from "../labeller/session";
import type { RecordingDocument } from "./document";
import { again, type Edit, type Making } from "./edits";
import { History, type Step, type TypedText } from "./history";

export interface UndoingParts {
  editor: Editor;
  session: Session;
  recordingDoc: RecordingDocument;
  making: Making;
  say: (text: string) => void;
  /** Before its rows come. */
  onMade: (edit: Edit) => void;
  /** Rows went and others came: the open text follows. */
  onRows: (from: Edit["before"], to: Edit["after"]) => void;
  language: string;
}

interface Visit {
  segment: string;
  start: EditorContent;
  /** What stood there before some of it was undone. */
  peak: EditorContent | null;
}

/** Undo and redo over text and boundaries, as one line of steps. */
export class Undoing {
  readonly history = new History();
  private visit: Visit | null = null;
  private isApplying = false;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly parts: UndoingParts) {
    const { editor, session } = parts;
    editor.on("change", () => {
      if (this.isApplying) return;
      this.history.forgetFuture();
      if (this.visit) this.visit.peak = null;
    });
    session.on("phase", ({ kind }) => {
      if (kind !== "open") this.closeVisit();
      if (kind !== "open") this.visit = null;
    });
  }

  /** A text is on the screen: what is typed from here on is one step. */
  opened(segment: string): void {
    const { editor } = this.parts;
    this.visit = { segment, start: editor.content, peak: null };
  }

  /** What was typed so far becomes a step of its own. */
  closeVisit(): void {
    const { visit } = this;
    if (!visit) return;
    const { editor } = this.parts;
    const after = editor.content;
    if (after.text !== visit.start.text) {
      this.history.push({ kind: "text", segment: visit.segment, before: visit.start, after });
      editor.closeHistory();
    }
    this.visit = { segment: visit.segment, start: editor.content, peak: null };
  }

  did(edit: Edit, typed: readonly TypedText[]): void {
    this.history.push({ kind: "edit", edit, typed });
  }

  undo(): void {
    this.inTurn(() => this.undoOne());
  }

  redo(): void {
    this.inTurn(() => this.redoOne());
  }

  private inTurn(run: () => Promise<void>): void {
    this.last = this.last.then(run).catch(() => {});
  }

  private async undoOne(): Promise<void> {
    const { editor, say } = this.parts;
    const before = editor.content;
    if (this.quietly(() => editor.undo())) {
      if (this.visit) this.visit.peak ??= before;
      return;
    }
    const { visit } = this;
    if (visit?.peak && visit.peak.text !== before.text) {
      this.history.pushFuture({ kind: "text", segment: visit.segment, before, after: visit.peak });
      visit.peak = null;
    }
    const step = this.history.undo();
    if (!step) return say("Nothing to undo.");
    editor.closeHistory();
    if (step.kind === "text") return this.write(step.segment, step.before, "Text as it was.");
    this.takeBack(step);
    say(`Undone: ${step.edit.name}.`);
  }

  private async redoOne(): Promise<void> {
    const { editor, say, making } = this.parts;
    if (this.quietly(() => editor.redo())) return;
    const step = this.history.redo();
    if (!step) return say("Nothing to redo.");
    if (step.kind === "text") {
      this.history.redone(step);
      return this.write(step.segment, step.after, "Text as it was after.");
    }
    const { edit, ids } = again(making, step.edit);
    this.history.redone({ kind: "edit", edit, typed: step.typed }, ids);
    this.apply(edit, step.typed);
    say(`Done again: ${edit.name}.`);
  }

  /** Shows and sends a change, and lets the open text follow. */
  apply(edit: Edit, typed: readonly TypedText[]): void {
    this.parts.onMade(edit);
    this.parts.recordingDoc.do(edit, typed);
    this.parts.onRows(edit.before, edit.after);
  }

  private takeBack({ edit, typed }: Extract<Step, { kind: "edit" }>): void {
    const { recordingDoc, session, onRows } = this.parts;
    recordingDoc.takeBack(edit);
    for (const { segment, content } of typed) session.unsaved.restore(segment, content);
    onRows(edit.after, edit.before);
  }

  private async write(segment: string, content: EditorContent, words: string): Promise<void> {
    const { editor, session, recordingDoc, language, say } = this.parts;
    if (session.current?.segment !== segment) await session.open(segment, { play: false, isJump: true });
    const row = recordingDoc.regions.get(segment);
    if (session.current?.segment !== segment || !row) return say("Its segment is gone.");
    this.quietly(() => {
      editor.load(content, { duration_s: row.end_s - row.start_s, language });
      return true;
    });
    this.visit = { segment, start: editor.content, peak: null };
    session.touch();
    editor.focus();
    say(words);
  }

  private quietly(run: () => boolean): boolean {
    this.isApplying = true;
    try {
      return run();
    } finally {
      this.isApplying = false;
    }
  }
}
