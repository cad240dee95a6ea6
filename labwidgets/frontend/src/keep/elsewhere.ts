const PREFIX = "labwidgets-unsaved-";
const LASTS_S = 60 * 24 * 3_600;

/** Unsaved edits of a project that the same browser keeps under another address. */
export interface Elsewhere {
  url: string;
  n: number;
}

/**
 * Storage belongs to an address with its port, and Jupyter takes the next port where the usual one is taken.
 * Cookies alone are seen from all ports of a host, so one says how many edits lie under which: a number by project,
 * no text and no name.
 */
export function noteUnsaved(project_id: string, n: number, page: Document = document): void {
  try {
    const { port } = page.location;
    const name = `${PREFIX}${port || "0"}-${shortOf(project_id)}`;
    const age_s = n > 0 ? LASTS_S : 0;
    page.cookie = `${name}=${n}; path=/; max-age=${age_s}; samesite=strict`;
  } catch {
    // A page without an origin of its own has no other port either.
  }
}

/** What lies unsaved under other ports of this host, by what `noteUnsaved` left there. */
export function unsavedElsewhere(project_id: string, page: Document = document): Elsewhere[] {
  try {
    const { protocol, hostname, port } = page.location;
    return page.cookie.split("; ").flatMap((cookie) => {
      const [name = "", value = ""] = cookie.split("=");
      if (!name.startsWith(PREFIX) || !name.endsWith(`-${shortOf(project_id)}`)) return [];
      const other = name.slice(PREFIX.length).split("-")[0] ?? "";
      const n = Number(value);
      if (other === (port || "0") || !(n > 0)) return [];
      return [{ url: `${protocol}//${hostname}${other === "0" ? "" : `:${other}`}`, n }];
    });
  } catch {
    return [];
  }
}

function shortOf(project_id: string): string {
  return project_id.replaceAll(/[^0-9a-z]/gi, "").slice(0, 12);
}
