/** The way back through submitted segments, and forward again. Nothing is deleted by going back. */
export class CrossUndo {
  private past: string[] = [];
  private future: string[] = [];

  submitted(segment: string): void {
    this.past = [...this.past.filter((other) => other !== segment), segment];
    this.future = [];
  }

  /** The segment to reopen; `from` is the one that is left. */
  back(from: string | null): string | null {
    let segment = this.past.pop() ?? null;
    if (segment !== null && segment === from) segment = this.past.pop() ?? null;
    if (segment === null) return null;
    if (from !== null) this.future.push(from);
    return segment;
  }

  forward(): string | null {
    return this.future.pop() ?? null;
  }
}
