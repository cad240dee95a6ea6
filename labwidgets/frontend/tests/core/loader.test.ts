import { describe, expect, it, vi } from "vitest";
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
    model.reply({ name: "app", hash: "h1" }, [new ArrayBuffer(3)]);
    expect(await both).toEqual([APP, APP]);
    expect(await loadApp(setUp().transport, "h1", importer)).toBe(APP);
    expect(importer).toHaveBeenCalledTimes(1);
    expect(model.sent).toHaveLength(1);
  });

  it("keeps versions apart", async () => {
    const { model, transport, importer } = setUp();
    const first = loadApp(transport, "h2", importer);
    model.reply({ name: "app", hash: "h2" }, [new ArrayBuffer(3)]);
    await first;
    const second = loadApp(transport, "h3", importer);
    model.reply({ name: "app", hash: "h3" }, [new ArrayBuffer(3)]);
    await second;
    expect(importer).toHaveBeenCalledTimes(2);
  });

  it("tries anew after a failure", async () => {
    const { model, transport, importer } = setUp();
    const failed = loadApp(transport, "h4", importer);
    model.fail({ code: "missing", message: "app.js is not built" });
    await expect(failed).rejects.toThrow("app.js is not built");
    const again = loadApp(transport, "h4", importer);
    model.reply({ name: "app", hash: "h4" }, [new ArrayBuffer(3)]);
    expect(await again).toBe(APP);
  });

  it("says so when the reply carries no code", async () => {
    const { model, transport, importer } = setUp();
    const failed = loadApp(transport, "h5", importer);
    model.reply({ name: "app", hash: "h5" });
    await expect(failed).rejects.toThrow("sent no code");
  });
});
