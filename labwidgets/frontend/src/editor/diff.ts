/** Word-level difference between two texts. */

export interface DiffPart {
  kind: "same" | "deleted" | "inserted";
  text: string;
}

/** Beyond this many differences the middle counts as replaced whole: nobody reads such a comparison. */
const MAX_EDITS = 1_000;

/** From `before` to `after`, word by word; case and punctuation count. */
export function alignWords(before: readonly string[], after: readonly string[]): DiffPart[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const n_rest = Math.min(before.length, after.length) - head;
  while (tail < n_rest && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const middle = myers(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  return [
    ...before.slice(0, head).map((text): DiffPart => ({ kind: "same", text })),
    ...middle,
    ...before.slice(before.length - tail).map((text): DiffPart => ({ kind: "same", text })),
  ];
}

/** Greedy shortest edit script (Myers 1986, "An O(ND) difference algorithm and its variations"). */
function myers(before: string[], after: string[]): DiffPart[] {
  const max = Math.min(before.length + after.length, MAX_EDITS);
  const reach = new Reach(max);
  const trace: Reach[] = [];
  for (let n_edits = 0; n_edits <= max; n_edits++) {
    trace.push(reach.copy());
    for (let k = -n_edits; k <= n_edits; k += 2) {
      let x = furthest(reach, k, n_edits);
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x++;
      reach.set(k, x);
      if (x >= before.length && x - k >= after.length) return walkBack(before, after, trace);
    }
  }
  return [
    ...before.map((text): DiffPart => ({ kind: "deleted", text })),
    ...after.map((text): DiffPart => ({ kind: "inserted", text })),
  ];
}

/** How far in `before` each diagonal has come. */
class Reach {
  constructor(
    private readonly max: number,
    private readonly x = new Int32Array(2 * max + 3),
  ) {}

  get(k: number): number {
    return this.x[k + this.max + 1] ?? 0;
  }

  set(k: number, x: number): void {
    this.x[k + this.max + 1] = x;
  }

  copy(): Reach {
    return new Reach(this.max, this.x.slice());
  }
}

function furthest(reach: Reach, k: number, n_edits: number): number {
  return isDown(reach, k, n_edits) ? reach.get(k + 1) : reach.get(k - 1) + 1;
}

function isDown(reach: Reach, k: number, n_edits: number): boolean {
  return k === -n_edits || (k !== n_edits && reach.get(k - 1) < reach.get(k + 1));
}

function walkBack(before: string[], after: string[], trace: Reach[]): DiffPart[] {
  const parts: DiffPart[] = [];
  let [x, y] = [before.length, after.length];
  const takeSame = (downTo_x: number, downTo_y: number) => {
    while (x > downTo_x && y > downTo_y) {
      parts.push({ kind: "same", text: before[--x] as string });
      y--;
    }
  };
  for (let n_edits = trace.length - 1; n_edits > 0; n_edits--) {
    const reach = trace[n_edits] as Reach;
    const k = x - y;
    const down = isDown(reach, k, n_edits);
    const from_x = reach.get(down ? k + 1 : k - 1);
    takeSame(down ? from_x : from_x + 1, down ? from_x - k : from_x + 1 - k);
    if (down) parts.push({ kind: "inserted", text: after[--y] as string });
    else parts.push({ kind: "deleted", text: before[--x] as string });
  }
  takeSame(0, 0);
  return parts.reverse();
}
