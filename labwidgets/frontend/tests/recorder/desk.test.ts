// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Emitter } from "../../src/core/emitter";
import type { LinkState } from "../../src/core/link";
import type { StudioReply, TakeTrouble } from "../../src/core/protocol_takes";
import { Scope } from "../../src/core/scope";
import { RequestError, type Transport } from "../../src/core/transport";
import { Desk } from "../../src/recorder/desk";
import type { Microphone, MicState } from "../../src/recorder/microphone";

const STUDIO = {
  n_prompts: 3,
  number: 0,
  n_kept: 0,
  codecs: ["audio/webm"],
  max_take_s: 60,
  max_chunk_bytes: 4,
} as unknown as StudioReply;

/** A recorder of the browser that gives ten bytes when it stops. */
class FakeRecorder extends EventTarget {
  static isTypeSupported = () => true;
  state = "inactive";
  mimeType = "audio/webm";

  start(): void {
    this.state = "recording";
    queueMicrotask(() => this.dispatchEvent(new Event("start")));
  }

  stop(): void {
    this.state = "inactive";
    queueMicrotask(() => {
      const data = Object.assign(new Event("dataavailable"), { data: new Blob(["0123456789"]) });
      this.dispatchEvent(data);
      this.dispatchEvent(new Event("stop"));
    });
  }
}

class FakeMicrophone {
  readonly events = new Emitter<{ change: [state: MicState] }>();
  state: MicState = "off";
  stream = {} as MediaStream;
  refusal: string | null = null;

  async open(): Promise<void> {
    if (this.refusal) throw new Error(this.refusal);
    this.become("on");
  }

  become(state: MicState): void {
    this.state = state;
    this.events.emit("change", state);
  }
}

/** A kernel that puts pieces together, and finds what a test says. */
class FakeKernel {
  readonly pieces: string[] = [];
  readonly kept: string[] = [];
  trouble: TakeTrouble | null = null;
  failures: string[] = [];
  link: LinkState = "alive";
  private readonly links = new Emitter<{ change: [alive: boolean] }>();

  readonly transport = {
    request: async (
      name: string,
      payload: Record<string, unknown>,
      options: { buffers?: ArrayBuffer[] } = {},
    ) => {
      const failure = this.failures.shift();
      if (failure) throw new RequestError(failure, `failed by ${failure}.`);
      if (name === "take_chunk") {
        const text = new TextDecoder().decode(options.buffers?.[0]);
        this.pieces[payload.seq as number] = text;
      }
      const take = payload.take as string;
      if (name === "keep_take") {
        this.kept.push(take);
        return { payload: { take, number: 0, n_kept: this.kept.length, next: 1 }, buffers: [] };
      }
      const message = this.trouble ? `It is ${this.trouble}.` : "Good.";
      return { payload: { take, trouble: this.trouble, message, duration_s: 1 }, buffers: [] };
    },
    onLink: (listener: (alive: boolean) => void) => this.links.on("change", listener),
    alive: true,
  };

  go(link: LinkState): void {
    this.link = link;
    Object.assign(this.transport, { link, alive: link === "alive" });
    this.links.emit("change", link === "alive");
  }
}

describe("the recorder's desk", () => {
  let scope: Scope;
  let kernel: FakeKernel;
  let microphone: FakeMicrophone;
  let desk: Desk;

  beforeEach(() => {
    vi.stubGlobal("MediaRecorder", FakeRecorder);
    scope = new Scope();
    kernel = new FakeKernel();
    microphone = new FakeMicrophone();
    desk = new Desk(
      scope,
      kernel.transport as unknown as Transport,
      microphone as unknown as Microphone,
      STUDIO,
    );
  });
  afterEach(() => {
    scope.dispose();
    vi.unstubAllGlobals();
  });

  const record = async () => {
    await desk.toggle();
    expect(desk.phase).toBe("recording");
    await desk.toggle();
  };

  it("sends a take in small pieces, keeps it and goes to the next line", async () => {
    await record();
    expect(kernel.pieces).toEqual(["0123", "4567", "89"]);
    expect(desk.phase).toBe("good");
    await desk.keep();
    expect([kernel.kept.length, desk.number, desk.n_kept]).toEqual([1, 1, 1]);
    expect(desk.message).toBe("Kept line 1: it is on disk.");
  });

  it("keeps nothing that was refused, and says why", async () => {
    kernel.trouble = "clipped";
    await record();
    expect(desk.phase).toBe("refused");
    expect(desk.message).toBe("It is clipped. Not kept: R records it again.");
    await desk.keep();
    expect(kernel.kept).toEqual([]);
    kernel.trouble = null;
    await desk.redo();
    expect(desk.phase).toBe("recording");
  });

  it("sends a piece again that had no answer", async () => {
    await desk.toggle();
    kernel.failures = ["timeout", "timeout"];
    await desk.toggle();
    expect(kernel.pieces).toEqual(["0123", "4567", "89"]);
    expect(desk.phase).toBe("good");
  });

  it("does not move on from a good take before somebody decided", async () => {
    await record();
    desk.goTo(2);
    expect([desk.number, desk.message]).toEqual([
      0,
      "Decide first: Enter keeps the take, Esc throws it away.",
    ]);
    expect(desk.discard()).toBe(true);
    desk.goTo(2);
    expect(desk.number).toBe(2);
  });

  it("leaves a take that could not be stored where it is", async () => {
    await record();
    kernel.failures = ["disk_full"];
    await desk.keep();
    expect([desk.phase, desk.message]).toEqual(["good", "Not kept yet. failed by disk_full."]);
    await desk.keep();
    expect(kernel.kept).toHaveLength(1);
  });

  it.each([
    ["muted", /^The microphone was muted 0\.0 s into the take: it is not kept\./],
    ["unplugged", /^The microphone went away 0\.0 s into the take: it is not kept\./],
  ] as const)("says what became of a take when the microphone is %s", async (state, said) => {
    await desk.toggle();
    microphone.become(state);
    expect(desk.phase).toBe("ready");
    expect(desk.message).toMatch(said);
    expect(kernel.kept).toEqual([]);
    microphone.become("on");
    await record();
    expect(desk.phase).toBe("good");
  });

  it("says that the microphone was refused, and tries again at the next key", async () => {
    microphone.refusal = "The microphone was refused.";
    await desk.toggle();
    expect([desk.phase, desk.message, desk.isTrouble]).toEqual([
      "ready",
      "The microphone was refused.",
      true,
    ]);
    microphone.refusal = null;
    await desk.toggle();
    expect(desk.phase).toBe("recording");
  });

  it("says what is safe when the kernel goes", async () => {
    await record();
    await desk.keep();
    await desk.toggle();
    kernel.go("gone");
    expect(desk.phase).toBe("gone");
    expect(desk.message).toContain("The 1 take that was kept is on disk. Run the cell again");
    await desk.toggle();
    expect(desk.phase).toBe("gone");
  });
});
