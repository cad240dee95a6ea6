import type { Parcel, ParcelShelf } from "./queue";

/**
 * Keeps unsent changes in the browser, one entry each. The kernel knows every change by its id, so two pages that
 * both send one do no harm.
 */
export function openParcelShelf(owner: string, storage: Storage | null): ParcelShelf {
  const prefix = `labwidgets.changes.${owner}|`;
  const loose = new Map<string, Parcel>();
  let n_put = 0;
  let isLasting = storage !== null;
  const nameOf = (id: string) => {
    const names = storage ? Object.keys(storage) : [];
    return names.find((name) => name.startsWith(prefix) && name.endsWith(`|${id}`)) ?? null;
  };
  return {
    get isLasting() {
      return isLasting;
    },
    put(parcel) {
      n_put += 1;
      // Sorts as it was made.
      const at = `${String(Date.now()).padStart(15, "0")}-${String(n_put).padStart(6, "0")}`;
      try {
        if (!storage) throw new Error("no storage");
        storage.setItem(`${prefix}${at}|${parcel.id}`, JSON.stringify(parcel));
      } catch {
        // Full, or refused to this page.
        loose.set(parcel.id, parcel);
        isLasting = false;
      }
    },
    remove(id) {
      loose.delete(id);
      const name = nameOf(id);
      if (name) storage?.removeItem(name);
    },
    all() {
      if (!storage) return [];
      const names = Object.keys(storage)
        .filter((name) => name.startsWith(prefix))
        .sort();
      return names.flatMap((name) => {
        try {
          return [JSON.parse(storage.getItem(name) ?? "") as Parcel];
        } catch {
          return [];
        }
      });
    },
  };
}

/** Null where the page may store nothing. */
export function browserStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
