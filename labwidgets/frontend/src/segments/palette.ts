import { resolve } from "../player/theme";
import { N_COLOURS } from "./speakers";

/** Colours of the page as a canvas takes them; read anew when the theme changes. */
export interface Palette {
  ground: string;
  soft: string;
  text: string;
  muted: string;
  line: string;
  accent: string;
  speakers: string[];
  font: string;
}

/** Gives an element a speaker's colour, in both themes; null takes it away. */
export function setColour(element: HTMLElement, colour: number | null): void {
  if (colour === null) element.style.removeProperty("--lw-s-colour");
  else element.style.setProperty("--lw-s-colour", `var(--lw-spk-${colour})`);
}

export function readPalette(root: HTMLElement): Palette {
  const colour = (name: string, fallback: string) => resolve(root, name, fallback);
  return {
    ground: colour("--lw-bg", "#fff"),
    soft: colour("--lw-bg-soft", "#eee"),
    text: colour("--lw-fg", "#111"),
    muted: colour("--lw-muted", "#666"),
    line: colour("--lw-line", "#ccc"),
    accent: colour("--lw-accent", "#1559b8"),
    speakers: Array.from({ length: N_COLOURS }, (_, at) => colour(`--lw-spk-${at}`, "#666")),
    font: getComputedStyle(root).fontFamily || "sans-serif",
  };
}
