import { afterEach, describe, expect, it, vi } from "vitest";
import { createCommTransport } from "../../src/core/comm";
import { loadApp } from "../../src/core/loader";
import type { App } from "../../src/core/mount";
import { Scope } from "../../src/core/scope";
import { FakeModel } from "./fake-model";

const APP: App = { mount: () => () => {} };

function setUp() {
  const model = new FakeModel();
  return { model, transport: createCommTransport(new Scope(), model), importer: vi.fn(async () => APP) };
}

describe("loadApp", () => {
  it("asks once for all that load at the same time or later", async () => {
    const { model, transport, importer } = setUp();
    const both = Promise.all([loadApp(transport, "h1", importer), loadApp(transport, "h1", importer)]);
    model.reply({ name: "app", hash: "h1", gzip: false }, [new ArrayBuffer(3)]);
    expect(await both).toEqual([APP, APP]);
    expect(await loadApp(setUp().transport, "h1", importer)).toBe(APP);
    expect(importer).toHaveBeenCalledTimes(1);
    expect(model.sent).toHaveLength(1);
  });

  it("keeps versions apart", async () => {
    const { model, transport, importer } = setUp();
    const first = loadApp(transport, "h2", importer);
    model.reply({ name: "app", hash: "h2", gzip: false }, [new ArrayBuffer(3)]);
    await first;
    const second = loadApp(transport, "h3", importer);
    model.reply({ name: "app", hash: "h3", gzip: false }, [new ArrayBuffer(3)]);
    await second;
    expect(importer).toHaveBeenCalledTimes(2);
  });

  it("tries anew after a failure", async () => {
    const { model, transport, importer } = setUp();
    const failed = loadApp(transport, "h4", importer);
    model.fail({ code: "missing", message: "app.js is not built" });
    await expect(failed).rejects.toThrow("app.js is not built");
    const again = loadApp(transport, "h4", importer);
    model.reply({ name: "app", hash: "h4", gzip: false }, [new ArrayBuffer(3)]);
    expect(await again).toBe(APP);
  });

  it("says so when the reply carries no code", async () => {
    const { model, transport, importer } = setUp();
    const failed = loadApp(transport, "h5", importer);
    model.reply({ name: "app", hash: "h5", gzip: false });
    await expect(failed).rejects.toThrow("sent no code");
  });
});

/** The little of the browser's cache that is used, over pages. */
class FakeCaches {
  readonly kept = new Map<string, ArrayBuffer>();

  async open() {
    const { kept } = this;
    return {
      match: async (url: string) => (kept.has(url) ? new Response(kept.get(url)) : undefined),
      put: async (url: string, response: Response) => void kept.set(url, await response.arrayBuffer()),
      keys: async () => [...kept.keys()].map((url) => ({ url })),
      delete: async ({ url }: { url: string }) => kept.delete(url),
    };
  }
}

const CODE = new TextEncoder().encode("export const mount = () => () => {};").buffer;
const HASH = Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", CODE)), (byte) =>
  byte.toString(16).padStart(2, "0"),
).join("");
const PACKED = await new Response(
  new Blob([CODE]).stream().pipeThrough(new CompressionStream("gzip")),
).arrayBuffer();

describe("a heavy part on the wire", () => {
  const caches = new FakeCaches();
  const nextPage = () => {
    Reflect.deleteProperty(globalThis, Symbol.for("labwidgets.app"));
    const page = setUp();
    const importer = vi.fn(async (_: ArrayBuffer) => APP);
    const load = loadApp(page.transport, HASH, importer);
    return { ...page, load, code: () => new TextDecoder().decode(importer.mock.calls[0]?.[0]) };
  };
  const isAsked = ({ model }: ReturnType<typeof nextPage>) =>
    vi.waitFor(() =>
      expect(model.sent).toMatchObject([{ name: "asset", payload: { name: "app", gzip: true } }]),
    );
  const urls = () => [...caches.kept.keys()];
  afterEach(() => {
    caches.kept.clear();
    vi.unstubAllGlobals();
  });

  it("comes packed, and once for all pages of a browser", async () => {
    vi.stubGlobal("caches", caches);
    caches.kept.set("https://labwidgets.invalid/app/old.js", CODE);
    caches.kept.set("https://labwidgets.invalid/typing/1.js", CODE);
    const first = nextPage();
    await isAsked(first);
    first.model.reply({ name: "app", hash: HASH, gzip: true }, [PACKED]);
    await first.load;
    expect(first.code()).toContain("export const mount");
    const kept = ["https://labwidgets.invalid/typing/1.js", `https://labwidgets.invalid/app/${HASH}.js`];
    await vi.waitFor(() => expect(urls()).toEqual(kept));

    const second = nextPage();
    await second.load;
    expect(second.model.sent).toHaveLength(0);
    expect(second.code()).toBe(first.code());
  });

  it("is asked for again where what was kept is something else", async () => {
    vi.stubGlobal("caches", caches);
    caches.kept.set(`https://labwidgets.invalid/app/${HASH}.js`, new TextEncoder().encode("evil()").buffer);
    const page = nextPage();
    await isAsked(page);
    page.model.reply({ name: "app", hash: HASH, gzip: true }, [PACKED]);
    await page.load;
    expect(page.code()).not.toContain("evil");
  });

  it("comes each time where the browser keeps nothing", async () => {
    for (const page of [nextPage(), nextPage()]) {
      await isAsked(page);
      page.model.reply({ name: "app", hash: HASH, gzip: true }, [PACKED]);
      await page.load;
      expect(page.code()).toContain("export const mount");
    }
  });
});
