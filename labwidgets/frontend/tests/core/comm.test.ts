import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCommTransport } from "../../src/core/comm";
import { Scope } from "../../src/core/scope";
import { RequestError, type Transport } from "../../src/core/transport";
import { FakeModel, FakeSignal } from "./fake-model";

const ASK = { clip: "c1", n_bins: 4 };

let scope: Scope;
let model: FakeModel;
let transport: Transport;

beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
  model = new FakeModel();
  transport = createCommTransport(scope, model);
});

afterEach(() => {
  scope.dispose();
  vi.useRealTimers();
});

describe("a request", () => {
  it("goes out in one envelope with a fresh id", () => {
    transport.request("peaks", ASK).catch(() => {});
    transport.request("peaks", ASK).catch(() => {});
    const [first, second] = model.sent;
    expect(first).toEqual({ kind: "request", id: first?.id, name: "peaks", payload: ASK });
    expect(second?.id).not.toBe(first?.id);
  });

  it("resolves with payload and buffers of the reply that carries its id", async () => {
    const first = transport.request("peaks", ASK);
    const second = transport.request("peaks", ASK);
    model.reply({ clip: "b", n_bins: 2 }, [], model.sent[1]);
    model.reply({ clip: "a", n_bins: 1 }, [new DataView(new Uint8Array([1, 2, 3]).buffer)], model.sent[0]);
    expect((await second).payload.clip).toBe("b");
    const { payload, buffers } = await first;
    expect(payload.clip).toBe("a");
    expect([...new Uint8Array(buffers[0] as ArrayBuffer)]).toEqual([1, 2, 3]);
  });

  it("gets the bytes of its own buffer only, where several share one", async () => {
    const asked = transport.request("peaks", ASK);
    model.reply(ASK, [new DataView(new Uint8Array([9, 1, 2, 9]).buffer, 1, 2)]);
    const { buffers } = await asked;
    expect([...new Uint8Array(buffers[0] as ArrayBuffer)]).toEqual([1, 2]);
  });

  it("rejects with code, message and details of the kernel's error", async () => {
    const asked = transport.request("peaks", ASK);
    model.fail({ code: "unknown_clip", message: "No clip c1.", details: { clip: "c1" } });
    await expect(asked).rejects.toMatchObject({
      code: "unknown_clip",
      message: "No clip c1.",
      details: { clip: "c1" },
    });
  });

  it("settles once: a second answer is ignored", async () => {
    const asked = transport.request("peaks", ASK);
    model.reply({ clip: "first", n_bins: 1 });
    model.fail({ code: "late", message: "late" });
    model.reply({ clip: "second", n_bins: 1 });
    expect((await asked).payload.clip).toBe("first");
  });

  it("ignores answers to ids it does not know, and messages that are no envelope", async () => {
    const asked = transport.request("peaks", ASK);
    model.trigger("msg:custom", { kind: "reply", id: "other", name: "peaks", payload: {} }, []);
    model.trigger("msg:custom", "noise", []);
    model.trigger("msg:custom", null, []);
    model.reply({ clip: "mine", n_bins: 1 });
    expect((await asked).payload.clip).toBe("mine");
  });

  it("rejects at once when aborted and tells the kernel", async () => {
    const controller = new AbortController();
    const asked = transport.request("peaks", ASK, { signal: controller.signal });
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: "aborted" });
    expect(model.last("cancel").id).toBe(model.last("request").id);
  });

  it("is not sent at all with a signal aborted before", async () => {
    const asked = transport.request("peaks", ASK, { signal: AbortSignal.abort() });
    await expect(asked).rejects.toMatchObject({ code: "aborted" });
    expect(model.sent).toEqual([]);
  });

  it("sends no cancel when aborted after its answer", async () => {
    const controller = new AbortController();
    const asked = transport.request("peaks", ASK, { signal: controller.signal });
    model.reply(ASK);
    await asked;
    controller.abort();
    expect(model.sent.map(({ kind }) => kind)).toEqual(["request"]);
  });

  it("takes an answer that comes after half a minute", async () => {
    const asked = transport.request("peaks", ASK);
    await vi.advanceTimersByTimeAsync(35_000);
    model.reply({ clip: "late", n_bins: 1 });
    expect((await asked).payload.clip).toBe("late");
  });

  it("times out after 60 s by default and tells the kernel", async () => {
    const asked = transport.request("peaks", ASK);
    const refused = expect(asked).rejects.toMatchObject({ code: "timeout" });
    await vi.advanceTimersByTimeAsync(59_999);
    expect(model.sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await refused;
    expect(model.last("cancel").id).toBe(model.last("request").id);
  });

  it("waits for ever with a timeout of 0", async () => {
    const asked = transport.request("ready", { version: 1, codecs: [] }, { timeoutMs: 0 });
    await vi.advanceTimersByTimeAsync(3_600_000);
    model.reply({ version: 1, project: "late" });
    expect((await asked).payload.project).toBe("late");
  });

  it("rejects with an error that other bundles know too", async () => {
    const asked = transport.request("peaks", ASK);
    model.fail({ code: "x", message: "y" });
    const error = await asked.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RequestError);
    const copy = Object.assign(new Error("y"), { name: "RequestError", code: "x" });
    expect(copy).toBeInstanceOf(RequestError);
    expect(new Error("y")).not.toBeInstanceOf(RequestError);
  });
});

describe("events", () => {
  it("reach their listeners until these are undone", () => {
    const seen: number[] = [];
    const undo = transport.on("changed", ({ counts }) => seen.push(counts.done));
    const event = { kind: "event", id: "e", name: "changed", payload: { counts: { done: 3 } } };
    model.trigger("msg:custom", event, []);
    undo();
    model.trigger("msg:custom", event, []);
    expect(seen).toEqual([3]);
  });
});

describe("the link", () => {
  const links: boolean[] = [];
  beforeEach(() => {
    links.length = 0;
    transport.onLink((alive) => links.push(alive));
  });

  it.each([
    ["the comm closes", () => model.trigger("comm:close")],
    ["the model is destroyed", () => model.trigger("destroy")],
    [
      "the manager marks the comm as dead",
      () => {
        model.view.model.comm_live = false;
        model.trigger("comm_live_update");
      },
    ],
  ])("is told as gone when %s, and what waits is rejected", async (_, happen) => {
    const asked = transport.request("peaks", ASK);
    happen();
    await expect(asked).rejects.toMatchObject({ code: "gone" });
    expect(links).toEqual([false]);
    expect(transport.alive).toBe(false);
    await expect(transport.request("peaks", ASK)).rejects.toMatchObject({ code: "gone" });
    expect(model.sent).toHaveLength(1);
  });

  it("is gone when sending fails", async () => {
    model.isBroken = true;
    await expect(transport.request("peaks", ASK)).rejects.toMatchObject({ code: "gone" });
    expect(links).toEqual([false]);
  });

  it("stays when the manager says that the comm lives", () => {
    model.trigger("comm_live_update");
    expect(transport.alive).toBe(true);
  });
});

describe("the kernel of the manager", () => {
  const kernel = {
    statusChanged: new FakeSignal<string>(),
    connectionStatusChanged: new FakeSignal<string>(),
    disposed: new FakeSignal<unknown>(),
  };
  const links: boolean[] = [];
  beforeEach(() => {
    links.length = 0;
    model = new FakeModel();
    model.widget_manager = { kernel };
    transport = createCommTransport(scope, model);
    transport.onLink((alive) => links.push(alive));
  });

  it("takes the link away and gives it back with its connection", async () => {
    const asked = transport.request("peaks", ASK);
    kernel.connectionStatusChanged.emit("connecting");
    expect(transport.alive).toBe(false);
    kernel.connectionStatusChanged.emit("connected");
    model.reply({ clip: "after", n_bins: 1 });
    expect(links).toEqual([false, true]);
    expect((await asked).payload.clip).toBe("after");
  });

  it.each(["restarting", "autorestarting", "dead"])("is gone for good once it is %s", (status) => {
    kernel.statusChanged.emit("busy");
    kernel.statusChanged.emit(status);
    kernel.connectionStatusChanged.emit("connected");
    expect(links).toEqual([false]);
  });

  it("is let go of with the view", () => {
    scope.dispose();
    expect(kernel.statusChanged.n_slots + kernel.disposed.n_slots).toBe(0);
  });
});

describe("the end of a view", () => {
  it("rejects what waits and leaves no listener or timer behind", async () => {
    const asked = transport.request("peaks", ASK);
    scope.dispose();
    await expect(asked).rejects.toMatchObject({ code: "gone" });
    expect(model.n_listeners).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
