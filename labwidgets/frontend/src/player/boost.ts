import { audioContext } from "./decode";

/** Above it a limiter holds the sound back. */
const THRESHOLD_DB = -6;
const RATIO = 20;
const ATTACK_S = 0.002;
const RELEASE_S = 0.12;
/** Of a change: short enough to follow the key, long enough not to click. */
const GLIDE_S = 0.02;
/** What slips through the limiter is bent from here on, and never cut off. */
const BEND_FROM = 0.8;
const CURVE_REACH = 4;

const toGain = (db: number) => 10 ** (db / 20);

/** Samples of the bend for -CURVE_REACH … CURVE_REACH: straight in the middle, then ever flatter towards 1. */
export function bendCurve(n_points = 8193): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: n_points }, (_, at) => {
    const x = CURVE_REACH * ((2 * at) / (n_points - 1) - 1);
    const over = (Math.abs(x) - BEND_FROM) / (1 - BEND_FROM);
    return over <= 0 ? x : Math.sign(x) * (BEND_FROM + (1 - BEND_FROM) * Math.tanh(over));
  });
}

/**
 * What a browser's compressor adds by itself to make up for what it takes, dB: see
 * https://webaudio.github.io/web-audio-api/#DynamicsCompressorNode-processing
 */
export function makeUp_db(threshold_db: number, ratio: number): number {
  return -0.6 * (threshold_db - threshold_db / ratio);
}

/** Makes sound louder than the element can, without clipping. Until it is asked to, it stays out of the way. */
export class Boost {
  private boost_db = 0;
  private entry: GainNode | null = null;
  private readonly routed = new WeakSet<HTMLAudioElement>();

  set(boost_db: number): void {
    this.boost_db = boost_db;
    const { entry } = this;
    entry?.gain.setTargetAtTime(toGain(boost_db), entry.context.currentTime, GLIDE_S / 3);
  }

  /**
   * Takes an element's sound over, once that can be heard: a context made before the first gesture is silent,
   * and an element cannot be given back.
   */
  route(audio: HTMLAudioElement): void {
    const isRouted = this.routed.has(audio);
    if (!isRouted && this.boost_db === 0) return;
    const context = audioContext();
    if (!context) return;
    if (context.state === "running") {
      if (!isRouted) this.take(context, audio);
      return;
    }
    void context.resume().then(
      () => this.boost_db !== 0 && !this.routed.has(audio) && this.take(context, audio),
      () => {},
    );
  }

  /** Where samples go in that play beside the element. */
  destination(context: AudioContext): AudioNode {
    return this.boost_db === 0 && !this.entry ? context.destination : this.open(context);
  }

  private take(context: AudioContext, audio: HTMLAudioElement): void {
    this.routed.add(audio);
    context.createMediaElementSource(audio).connect(this.open(context));
  }

  private open(context: AudioContext): GainNode {
    if (this.entry) return this.entry;
    const entry = context.createGain();
    const limiter = new DynamicsCompressorNode(context, {
      threshold: THRESHOLD_DB,
      knee: 0,
      ratio: RATIO,
      attack: ATTACK_S,
      release: RELEASE_S,
    });
    const level = new GainNode(context, {
      gain: toGain(-makeUp_db(THRESHOLD_DB, RATIO)) / CURVE_REACH,
    });
    const bend = new WaveShaperNode(context, { curve: bendCurve(), oversample: "2x" });
    entry.connect(limiter).connect(level).connect(bend).connect(context.destination);
    // From the level that sounded until now.
    entry.gain.setValueAtTime(1, context.currentTime);
    entry.gain.setTargetAtTime(toGain(this.boost_db), context.currentTime, GLIDE_S / 3);
    this.entry = entry;
    return entry;
  }
}
