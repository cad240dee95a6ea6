const PATHS = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z",
  loop: "M4.5 4H11a3 3 0 0 1 0 6.5v-1.5a1.5 1.5 0 0 0 0-3.5H4.5v2L1.5 4.75 4.5 2zM11.5 12H5a3 3 0 0 1-3-3h1.5A1.5 1.5 0 0 0 5 10.5h6.5v-2l3 2.75-3 2.75z",
  volume:
    "M2 6v4h2.5L8 13V3L4.5 6zM10 5.2v1.3a2 2 0 0 1 0 3v1.3a3.3 3.3 0 0 0 0-5.6zM10 2.6v1.3a4.6 4.6 0 0 1 0 8.2v1.3a5.9 5.9 0 0 0 0-10.8z",
  spectrogram:
    "M2 10h1.5v4H2zM2 6h1.5v2H2zM5 3h1.5v5H5zM5 10h1.5v4H5zM8 2h1.5v2H8zM8 6h1.5v8H8zM11 4h1.5v6H11zM11 12h1.5v2H11z",
  zoomIn: "M7.25 3h1.5v4.25H13v1.5H8.75V13h-1.5V8.75H3v-1.5h4.25z",
  zoomOut: "M3 7.25h10v1.5H3z",
} as const;

export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

export function icon(doc: Document, name: IconName): SVGSVGElement {
  const svg = doc.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("width", "16");
  svg.setAttribute("height", "16");
  svg.setAttribute("aria-hidden", "true");
  const path = doc.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  path.setAttribute("fill", "currentColor");
  svg.append(path);
  return svg;
}
