import type { App } from "./mount";
import type { Transport } from "./transport";

const REGISTRY = Symbol.for("labwidgets.app");

type Registry = Map<string, Promise<App>>;

function registry(): Registry {
  const page = globalThis as { [REGISTRY]?: Registry };
  page[REGISTRY] ??= new Map();
  return page[REGISTRY];
}

/**
 * The heavy part of the front end: asked for once per page and version (`hash`), shared by all widgets and
 * views, also by those that ask while it is on its way. A load that failed is forgotten.
 */
export function loadApp(transport: Transport, hash: string, importer = importBytes): Promise<App> {
  const loads = registry();
  const known = loads.get(hash);
  if (known) return known;
  const load = fetchApp(transport, importer);
  loads.set(hash, load);
  load.catch(() => loads.delete(hash));
  return load;
}

async function fetchApp(transport: Transport, importer: typeof importBytes): Promise<App> {
  const { buffers } = await transport.request("asset", { name: "app" }, { timeoutMs: 120_000 });
  const bytes = buffers[0];
  if (!bytes) throw new Error("The kernel sent no code for the view.");
  return importer(bytes);
}

async function importBytes(bytes: ArrayBuffer): Promise<App> {
  const url = URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }));
  try {
    return (await import(url)) as App;
  } finally {
    URL.revokeObjectURL(url);
  }
}
