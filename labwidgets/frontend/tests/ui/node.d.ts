/** The little that tests need of Node; the page itself must see none of it. */
declare module "node:fs" {
  export function readFileSync(path: URL, encoding: "utf8"): string;
}
