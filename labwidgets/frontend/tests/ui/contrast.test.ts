import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const theme = readFileSync(new URL("../../src/ui/theme.css", import.meta.url), "utf8");

/** JupyterLab's own colours behind the theme's variables, where it runs there. */
const LAB_LIGHT = {
  "--jp-layout-color1": "#ffffff",
  "--jp-layout-color2": "#eeeeee",
  "--jp-content-font-color0": "#000000",
};
const LAB_DARK = {
  "--jp-layout-color1": "#212121",
  "--jp-layout-color2": "#424242",
  "--jp-content-font-color0": "#ffffff",
};

type Values = Record<string, string>;

/** The variables of the rule that starts with `selector`; those of the host stand in for their fallbacks. */
function valuesOf(selector: string, host: Values): Values {
  const start = theme.indexOf(`${selector} {`);
  const rule = theme.slice(start, theme.indexOf("}", start));
  const found = [...rule.matchAll(/(--lw-[\w-]+): ([^;]+);/g)].map(([, name, value]) => {
    const outer = /^var\((--[\w-]+), (#\w+)\)$/.exec(value ?? "");
    return [name, outer ? (host[outer[1] ?? ""] ?? outer[2]) : value] as const;
  });
  return Object.fromEntries(found) as Values;
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

const PAIRS = [
  ["fg", "bg"],
  ["fg", "bg-soft"],
  ["fg", "accent-soft"],
  ["fg", "warn-soft"],
  ["muted", "bg"],
  ["muted", "bg-soft"],
  ["muted", "accent-soft"],
  ["accent", "bg"],
  ["accent", "accent-soft"],
  ["warn", "bg"],
  ["warn", "bg-soft"],
  ["warn", "warn-soft"],
  ["ok", "bg"],
  ["ok", "bg-soft"],
] as const;

const DARK = 'body[data-jp-theme-light="false"] .lw';
const THEMES: [name: string, values: Values][] = [
  ["light", valuesOf(".lw", {})],
  ["light in JupyterLab", valuesOf(".lw", LAB_LIGHT)],
  ["dark", valuesOf(DARK, {})],
  ["dark in JupyterLab", valuesOf(DARK, LAB_DARK)],
];

describe.each(THEMES)("the colours of the %s theme", (_, values) => {
  it.each(PAIRS)("let %s be read on %s (AA)", (text, ground) => {
    const [one, other] = [values[`--lw-${text}`], values[`--lw-${ground}`]];
    expect(one).toMatch(/^#[0-9a-f]{6}$/);
    expect(contrast(one ?? "", other ?? "")).toBeGreaterThanOrEqual(4.5);
  });
});

describe("the theme", () => {
  it("is the same dark where the host says so and where the system does", () => {
    const system = valuesOf("  body:not([data-jp-theme-light]) .lw", {});
    expect(system).toEqual(valuesOf(DARK, {}));
  });
});
