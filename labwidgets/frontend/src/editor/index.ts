export { createEditor, type EditorSettings } from "./editor";
export { default as editorCss } from "./editor.css";
export { mountEditor } from "./mount";
