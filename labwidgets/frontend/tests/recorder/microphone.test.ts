// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Scope } from "../../src/core/scope";
import { Microphone } from "../../src/recorder/microphone";
import { micTrouble, NO_MICROPHONE_HERE } from "../../src/recorder/words";
import { FakeModel } from "../core/fake-model";

class FakeTrack extends EventTarget {
  readyState = "live";
  muted = false;

  stop(): void {
    this.readyState = "ended";
  }
}

class FakeStream {
  readonly track = new FakeTrack();

  getAudioTracks(): FakeTrack[] {
    return [this.track];
  }

  getTracks(): FakeTrack[] {
    return [this.track];
  }
}

class FakeAudioContext {
  resume = async () => undefined;
  createMediaStreamSource = () => ({ connect: () => undefined, disconnect: () => undefined });
  createAnalyser = () => ({ fftSize: 0, getFloatTimeDomainData: (into: Float32Array) => into.fill(0.5) });
}

const WANTED = { echoCancellation: false, channelCount: 1 };

describe("the microphone", () => {
  let scope: Scope;
  let asked: unknown[];
  let given: FakeStream[];
  let refusal: unknown;

  const browserStream = async (wanted: unknown) => {
    asked.push(wanted);
    if (refusal) throw refusal;
    const stream = new FakeStream();
    given.push(stream);
    return stream;
  };
  /** ipywebrtc's model: what it got once, it keeps. */
  const shared: { cameraStream?: Promise<FakeStream>; captureStream(): Promise<FakeStream> } = {
    captureStream() {
      shared.cameraStream ??= browserStream("shared");
      return shared.cameraStream;
    },
  };
  const made = (model: FakeModel = new FakeModel()) => new Microphone(scope, model, WANTED);
  const withShared = () => {
    const model = new FakeModel({ stream: "IPY_MODEL_abc" });
    model.widget_manager = { get_model: async (id: string) => (id === "abc" ? shared : null) };
    return model;
  };

  beforeEach(() => {
    scope = new Scope();
    asked = [];
    given = [];
    refusal = null;
    delete shared.cameraStream;
    vi.stubGlobal("AudioContext", FakeAudioContext);
    vi.stubGlobal("MediaStream", FakeStream);
    vi.stubGlobal("isSecureContext", true);
    vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: browserStream } });
  });
  afterEach(() => {
    scope.dispose();
    vi.unstubAllGlobals();
  });

  it("comes from ipywebrtc's model where the page has it, else from the browser", async () => {
    const microphone = made(withShared());
    await microphone.open();
    expect([asked, microphone.state]).toEqual([["shared"], "on"]);
    expect(microphone.level()).toBeCloseTo(-6.02, 1);
    await made().open();
    expect(asked[1]).toEqual({ audio: WANTED, video: false });
  });

  it("is let go with the view", async () => {
    const microphone = made(withShared());
    await microphone.open();
    scope.dispose();
    expect(given[0]?.track.readyState).toBe("ended");
    expect(microphone.level()).toBeNull();
  });

  it("is asked for anew after a refusal and after it was unplugged, whatever the model keeps", async () => {
    const microphone = made(withShared());
    refusal = { name: "NotAllowedError", message: "no" };
    await expect(microphone.open()).rejects.toThrow(/was refused\. Allow it for this page/);
    expect(microphone.state).toBe("off");
    refusal = null;
    await microphone.open();
    const [track] = given[0]?.getAudioTracks() ?? [];
    track?.stop();
    track?.dispatchEvent(new Event("ended"));
    expect(microphone.state).toBe("unplugged");
    await microphone.open();
    expect([microphone.state, given.length]).toEqual(["on", 2]);
  });

  it("says when it is muted, and when not any more", async () => {
    const microphone = made();
    await microphone.open();
    const states: string[] = [];
    microphone.events.on("change", (state) => states.push(state));
    given[0]?.track.dispatchEvent(new Event("mute"));
    given[0]?.track.dispatchEvent(new Event("unmute"));
    expect(states).toEqual(["muted", "on"]);
  });

  it("is not to be had on a page without https or localhost, and that is said", async () => {
    vi.stubGlobal("isSecureContext", false);
    await expect(made().open()).rejects.toThrow(NO_MICROPHONE_HERE);
    expect(asked).toEqual([]);
  });

  it.each([
    [{ name: "NotFoundError" }, "There is no microphone."],
    [{ name: "PermissionDeniedError" }, "The microphone was refused."],
    [{ name: "NotReadableError" }, "in use by another program"],
    [new TypeError("odd"), "could not be opened (TypeError)"],
    ["odd", "could not be opened (odd)"],
  ])("names the trouble %o in words", (error, said) => {
    expect(micTrouble(error)).toContain(said);
  });
});
