import type { Scope } from "../core/scope";

/** A canvas needs concrete colours: they are read from the page, after the same names that the styles use. */
export function themeColours(root: HTMLElement) {
  return {
    waveColor: resolve(root, "--lw-wave, var(--lw-muted, var(--jp-ui-font-color2, #757575))", "#757575"),
    progressColor: resolve(root, "--lw-accent, var(--jp-brand-color1, #1976d2)", "#1976d2"),
    cursorColor: resolve(root, "--lw-fg, var(--jp-ui-font-color1, #111)", "#111"),
  };
}

/** The colour that the first of these names has on the page, as a canvas takes it. */
export function resolve(root: HTMLElement, names: string, fallback: string): string {
  const probe = root.ownerDocument.createElement("span");
  probe.style.display = "none";
  probe.style.color = `var(${names})`;
  root.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour || fallback;
}

/** JupyterLab says its theme on the body; elsewhere the system's choice counts. */
export function onThemeChange(scope: Scope, doc: Document, run: () => void): void {
  const options = {
    attributes: true,
    attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class", "style"],
  };
  scope.onMutation(doc.body, options, run);
  scope.onMutation(doc.documentElement, options, run);
  const dark = doc.defaultView?.matchMedia("(prefers-color-scheme: dark)");
  if (dark) scope.listen(dark, "change", run);
}
