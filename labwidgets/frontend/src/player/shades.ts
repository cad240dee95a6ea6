type Lab = [lightness: number, a: number, b: number];

/** From silence to loud, in OKLab: even steps of lightness, little colour, the page's ground as the first. */
const LIGHT: Lab[] = [
  [1, 0, 0],
  [0.82, -0.03, -0.03],
  [0.6, -0.03, -0.08],
  [0.4, 0, -0.1],
  [0.22, 0.02, -0.06],
];
const DARK: Lab[] = [
  [0.2, 0, -0.01],
  [0.36, -0.02, -0.06],
  [0.56, -0.05, -0.05],
  [0.77, -0.04, 0.03],
  [0.96, -0.01, 0.07],
];

/** uint8[256 * 4]: the colour of each shade, opaque. */
export function shadesOf(isDark: boolean): Uint8ClampedArray {
  const stops = isDark ? DARK : LIGHT;
  const shades = new Uint8ClampedArray(256 * 4);
  for (let value = 0; value < 256; value += 1) {
    const at = (value / 255) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(at));
    const from = stops[low] as Lab;
    const to = stops[low + 1] as Lab;
    const mixed = from.map((part, axis) => part + (at - low) * ((to[axis] ?? 0) - part)) as Lab;
    shades.set([...rgbOf(mixed), 255], 4 * value);
  }
  return shades;
}

/** See https://bottosson.github.io/posts/oklab/ (public domain). */
function rgbOf([lightness, a, b]: Lab): [number, number, number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((part) => {
    const value = Math.min(1, Math.max(0, part));
    return 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
  }) as [number, number, number];
}

/** The values between which a clip is drawn, from how often each occurs in it. */
export interface Contrast {
  floor: number;
  top: number;
}

const QUIET_SHARE = 0.25;
const LOUD_SHARE = 0.998;
/** 35 and 65 dB in steps of half of one: less would draw noise as speech, more would drown quiet sounds. */
const LEAST_RANGE = 70;
const MOST_RANGE = 130;
/** -60 dB: digital silence stays the ground. */
const LEAST_TOP = 120;

/** From the quiet quarter of a clip to nearly its loudest value. */
export function contrastOf(histogram: Uint32Array): Contrast {
  const total = histogram.reduce((sum, n) => sum + n, 0);
  const valueAt = (share: number) => {
    let sum = 0;
    const found = histogram.findIndex((n) => {
      sum += n;
      return sum >= share * total;
    });
    return Math.max(0, found);
  };
  const top = Math.max(LEAST_TOP, valueAt(LOUD_SHARE));
  const floor = Math.max(top - MOST_RANGE, Math.min(valueAt(QUIET_SHARE), top - LEAST_RANGE));
  return { floor, top };
}

/** Pixels, RGBA, the highest band first. `levels` has the lowest first. */
export function paint(
  levels: Uint8Array,
  n_columns: number,
  shades: Uint8ClampedArray,
  { floor, top }: Contrast,
): Uint8ClampedArray<ArrayBuffer> {
  const n_bands = levels.length / n_columns;
  const colours = new Uint32Array(shades.buffer);
  const table = Uint32Array.from({ length: 256 }, (_, value) => {
    const shade = Math.round((255 * (value - floor)) / (top - floor));
    return colours[Math.min(255, Math.max(0, shade))] ?? 0;
  });
  const pixels = new Uint32Array(levels.length);
  for (let band = 0; band < n_bands; band += 1) {
    const from = band * n_columns;
    const to = (n_bands - 1 - band) * n_columns;
    for (let x = 0; x < n_columns; x += 1) pixels[to + x] = table[levels[from + x] ?? 0] ?? 0;
  }
  return new Uint8ClampedArray(pixels.buffer);
}
