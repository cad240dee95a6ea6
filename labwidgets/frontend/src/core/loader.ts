import { canKeep, keepPart, type PartName, recallPart } from "./kept_parts";
import { pageLine } from "./line";
import type { App } from "./mount";
import type { Transport } from "./transport";

const REGISTRY = Symbol.for("labwidgets.app");

type Registry = Map<string, Promise<unknown>>;

function registry(): Registry {
  const page = globalThis as { [REGISTRY]?: Registry };
  page[REGISTRY] ??= new Map();
  return page[REGISTRY];
}

/**
 * A heavy part of the front end: asked for once per browser and version (`hash`), or once per page where the
 * browser keeps nothing; shared by all widgets and views, also by those that ask while it is on its way. A load
 * that failed is forgotten.
 */
export function loadPart<Part>(
  transport: Transport,
  name: string,
  hash: string,
  importer: (bytes: ArrayBuffer) => Promise<Part> = importBytes,
): Promise<Part> {
  const loads = registry();
  const key = `${name} ${hash}`;
  const known = loads.get(key) as Promise<Part> | undefined;
  if (known) return known;
  const load = fetchPart(transport, { name, hash }, importer);
  loads.set(key, load);
  load.catch(() => loads.delete(key));
  return load;
}

/** The part that draws all views. */
export function loadApp(
  transport: Transport,
  hash: string,
  importer?: (bytes: ArrayBuffer) => Promise<App>,
): Promise<App> {
  return loadPart<App>(transport, "app", hash, importer);
}

async function fetchPart<Part>(
  transport: Transport,
  part: PartName,
  importer: (bytes: ArrayBuffer) => Promise<Part>,
): Promise<Part> {
  const kept = canKeep() ? await recallPart(part) : null;
  if (kept) return importer(kept);
  const wanted = { name: part.name, gzip: canUnpack() };
  const line = pageLine();
  line.started(performance.now());
  const { payload, buffers } = await transport
    .request("asset", wanted, { timeoutMs: 120_000 })
    .catch((error: unknown) => {
      line.finished(0, performance.now());
      throw error;
    });
  const [sent] = buffers;
  line.finished(sent?.byteLength ?? 0, performance.now());
  if (!sent) throw new Error("The kernel sent no code for the view.");
  const bytes = payload.gzip ? await unpacked(sent) : sent;
  if (canKeep()) void keepPart(part, bytes);
  return importer(bytes);
}

export function canUnpack(): boolean {
  return typeof DecompressionStream !== "undefined";
}

/** What was packed with gzip. */
export function unpacked(bytes: ArrayBuffer): Promise<ArrayBuffer> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

async function importBytes<Part>(bytes: ArrayBuffer): Promise<Part> {
  const url = URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }));
  try {
    return (await import(url)) as Part;
  } finally {
    URL.revokeObjectURL(url);
  }
}
