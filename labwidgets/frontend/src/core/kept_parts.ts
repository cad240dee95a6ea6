/** Heavy parts in the browser's own cache, for the pages to come. */
export interface PartName {
  name: string;
  /** Of its bytes, hex sha256. */
  hash: string;
}

const CACHE = "labwidgets";

/** Browsers keep nothing for a page that came without https, unless from this machine. */
export function canKeep(): boolean {
  return typeof caches !== "undefined" && crypto.subtle !== undefined;
}

/** The part as it was kept; null where it was not, or is not what it should be. */
export async function recallPart(part: PartName): Promise<ArrayBuffer | null> {
  try {
    const cache = await caches.open(CACHE);
    const bytes = await (await cache.match(urlOf(part)))?.arrayBuffer();
    return bytes && (await hashOf(bytes)) === part.hash ? bytes : null;
  } catch {
    return null;
  }
}

/** Keeps it in the place of its other versions. */
export async function keepPart(part: PartName, bytes: ArrayBuffer): Promise<void> {
  try {
    if ((await hashOf(bytes)) !== part.hash) return;
    const cache = await caches.open(CACHE);
    for (const old of await cache.keys()) {
      if (new URL(old.url).pathname.startsWith(`/${part.name}/`)) await cache.delete(old);
    }
    await cache.put(urlOf(part), new Response(bytes));
  } catch {
    // A full disk, a private window: the next page asks the kernel.
  }
}

/** Never fetched: a name that no server has. */
function urlOf({ name, hash }: PartName): string {
  return `https://labwidgets.invalid/${name}/${hash}.js`;
}

async function hashOf(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
