import type { SubmitRequest } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Kept } from "./ledger";

/** What a view that ends had not brought to the disk. */
export interface Cargo {
  submissions: SubmitRequest[];
  kept: [segment: string, kept: Kept][];
  /** The segment that was open. */
  here: string | null;
}

export interface Holder {
  /** True once its kernel can no longer answer. */
  isDead(): boolean;
  /** Gives everything away, once. */
  give(): Cargo;
  take(cargo: Cargo): void;
}

const holders = new Map<string, Set<Holder>>();
const parked = new Map<string, Cargo>();

function isEmpty({ submissions, kept }: Cargo): boolean {
  return submissions.length === 0 && kept.length === 0;
}

function park(key: string, cargo: Cargo): void {
  const before = parked.get(key) ?? { submissions: [], kept: [], here: null };
  parked.set(key, {
    submissions: [...before.submissions, ...cargo.submissions],
    kept: [...before.kept, ...cargo.kept],
    here: cargo.here ?? before.here,
  });
}

/**
 * Passes what is not saved from a view that ends, or whose kernel died, to the next view of the same project
 * and annotator on this page. `key` names the two.
 */
export function joinHandover(scope: Scope, key: string, holder: Holder): void {
  const others = holders.get(key) ?? new Set<Holder>();
  holders.set(key, others);
  for (const other of others) {
    if (other.isDead()) park(key, other.give());
  }
  others.add(holder);
  const waiting = parked.get(key);
  parked.delete(key);
  if (waiting && !isEmpty(waiting)) holder.take(waiting);

  scope.add(() => {
    others.delete(holder);
    const cargo = holder.give();
    if (isEmpty(cargo)) return;
    const heir = [...others].find((other) => !other.isDead());
    if (heir) heir.take(cargo);
    else park(key, cargo);
  });
}
