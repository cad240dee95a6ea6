import type { SubmitReply, SubmitRequest } from "../core/protocol";
import type { Memory } from "./current";
import type { Edit } from "./keeper";
import type { Refusal } from "./outbox";

/** What this page knows of segments beside what the kernel answers: typed, submitted, refused. */
export class Ledger {
  private readonly submitted = new Map<string, SubmitRequest>();
  private readonly revisions = new Map<string, number>();
  /** Texts of segments that were left without a submit. */
  readonly kept = new Map<string, Edit>();
  readonly refusals = new Map<string, Refusal>();

  constructor(private readonly isRevealed: (segment: string) => boolean) {}

  /** What this page submitted for a segment last. */
  submission(segment: string): SubmitRequest | null {
    return this.submitted.get(segment) ?? null;
  }

  /** Submitted, and not refused since: the kernel will know sooner or later. */
  isSubmitted(segment: string): boolean {
    return this.submitted.has(segment) && !this.refusals.has(segment);
  }

  revision(segment: string): number {
    return this.revisions.get(segment) ?? 0;
  }

  memory(segment: string, pending: SubmitRequest | null): Memory {
    return {
      kept: this.kept.get(segment) ?? null,
      pending,
      revision: this.revision(segment),
      isRevealed: this.isRevealed(segment),
    };
  }

  submit(submission: SubmitRequest): void {
    this.kept.delete(submission.segment);
    this.refusals.delete(submission.segment);
    this.submitted.set(submission.segment, submission);
  }

  acknowledge({ segment, revision }: Pick<SubmitReply, "segment" | "revision">): void {
    this.revisions.set(segment, revision);
  }

  refuse(refusal: Refusal): void {
    const { segment } = refusal.submission;
    this.refusals.set(segment, refusal);
    const revision = refusal.details.current_revision;
    if (typeof revision === "number") this.revisions.set(segment, revision);
  }

  /** The kernel has another text than the one submitted here; what was typed since stays. */
  forgetSubmission(segment: string): void {
    this.submitted.delete(segment);
  }

  /** The stored text counts: what was typed and submitted here is given up. */
  giveUp(segment: string): void {
    this.kept.delete(segment);
    this.refusals.delete(segment);
    this.submitted.delete(segment);
  }
}
