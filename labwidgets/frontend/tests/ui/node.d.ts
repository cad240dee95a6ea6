/** The little that tests need of Node; the page itself must see none of it. */
declare module "node:fs" {
  export function readFileSync(path: URL, encoding: "utf8"): string;
  export function readdirSync(path: URL): string[];
  export function mkdirSync(path: URL, options: { recursive: true }): void;
  export function writeFileSync(path: URL, text: string): void;
}
declare module "node:child_process" {
  export function execFileSync(file: string, args: string[], options: { encoding: "utf8" }): string;
}
declare const process: { execPath: string };
