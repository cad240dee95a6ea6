/** Puts a style sheet into the page once, whatever number of views asks for it. */
export function addStyles(doc: Document, name: string, css: string): void {
  const id = `labwidgets-${name}`;
  if (doc.getElementById(id)) return;
  const style = doc.createElement("style");
  style.id = id;
  style.textContent = css;
  doc.head.append(style);
}
