import type { WidgetModel } from "../core/comm";
import { Emitter } from "../core/emitter";
import type { Scope } from "../core/scope";
import { micTrouble, NO_MICROPHONE_HERE } from "./words";

export type MicState = "off" | "asking" | "on" | "muted" | "unplugged";

/** The lowest level that is shown. */
export const FLOOR_DB = -80;
const FFT_SIZE = 2048;

/** The model of ipywebrtc's camera stream, as far as it is used. */
interface StreamModel {
  captureStream(): Promise<MediaStream>;
  /** It keeps what it once got, refusals too. */
  cameraStream?: unknown;
}

interface Manager {
  get_model(id: string): Promise<StreamModel>;
}

/** The microphone behind a widget: opened when asked, watched, and let go with the view. */
export class Microphone {
  readonly events = new Emitter<{ change: [state: MicState] }>();
  private current: MicState = "off";
  private media: MediaStream | null = null;
  private life: Scope | null = null;
  private analyser: AnalyserNode | null = null;
  private context: AudioContext | null = null;
  private readonly samples = new Float32Array(FFT_SIZE);

  constructor(
    private readonly scope: Scope,
    private readonly model: WidgetModel,
    private readonly constraints: Record<string, boolean | number>,
  ) {
    scope.add(() => this.close());
  }

  get state(): MicState {
    return this.current;
  }

  get stream(): MediaStream | null {
    return this.media;
  }

  /** Rejects with an error in words where there is none to be had. */
  async open(): Promise<void> {
    if (this.current === "on" || this.current === "asking") return;
    if (!window.isSecureContext || !navigator.mediaDevices) throw new Error(NO_MICROPHONE_HERE);
    this.close();
    this.become("asking");
    try {
      this.watch(await this.capture());
    } catch (error) {
      this.become("off");
      throw new Error(micTrouble(error));
    }
  }

  /** The loudest sample of the last moment, dBFS; null while there is no sound. */
  level(): number | null {
    if (!this.analyser || this.current !== "on") return null;
    this.analyser.getFloatTimeDomainData(this.samples);
    let peak = 0;
    for (const sample of this.samples) peak = Math.max(peak, Math.abs(sample));
    return Math.max(FLOOR_DB, 20 * Math.log10(Math.max(peak, 1e-9)));
  }

  close(): void {
    this.life?.dispose();
    this.life = null;
    this.media = null;
    this.analyser = null;
    if (this.current !== "off") this.become("off");
  }

  private async capture(): Promise<MediaStream> {
    const shared = await this.sharedModel();
    if (!shared) return navigator.mediaDevices.getUserMedia({ audio: this.constraints, video: false });
    const known = await Promise.resolve(shared.cameraStream).catch(() => null);
    const tracks = known instanceof MediaStream ? known.getAudioTracks() : [];
    if (!tracks.some((track) => track.readyState === "live")) delete shared.cameraStream;
    return shared.captureStream();
  }

  /** Null where the page has no ipywebrtc: then the browser is asked directly. */
  private async sharedModel(): Promise<StreamModel | null> {
    const reference = this.model.get("stream");
    const manager = this.model.widget_manager as Partial<Manager> | undefined;
    if (typeof reference !== "string" || !manager?.get_model) return null;
    try {
      const found = await manager.get_model(reference.replace("IPY_MODEL_", ""));
      return typeof found.captureStream === "function" ? found : null;
    } catch {
      return null;
    }
  }

  private watch(media: MediaStream): void {
    const [track] = media.getAudioTracks();
    if (track?.readyState !== "live") throw new DOMException("", "NotFoundError");
    this.life = this.scope.child();
    this.media = media;
    this.life.listen(track, "mute", () => this.become("muted"));
    this.life.listen(track, "unmute", () => this.become("on"));
    this.life.listen(track, "ended", () => {
      this.close();
      this.become("unplugged");
    });
    // Stopping a track fires no event of its own.
    this.life.add(() => {
      for (const one of media.getTracks()) one.stop();
    });
    this.listenTo(media);
    this.become(track.muted ? "muted" : "on");
  }

  private listenTo(media: MediaStream): void {
    this.context ??= new AudioContext();
    void this.context.resume();
    const source = this.context.createMediaStreamSource(media);
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = FFT_SIZE;
    source.connect(this.analyser);
    this.life?.add(() => source.disconnect());
  }

  private become(state: MicState): void {
    this.current = state;
    this.events.emit("change", state);
  }
}
