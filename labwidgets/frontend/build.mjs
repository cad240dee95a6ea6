/** Builds ../static/app.js (all that is heavy) and ../static/entry.js (what each widget instance carries). */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const STATIC = join(HERE, "..", "static");
const ENTRY_MAX_BYTES = 60_000;

async function bundle(name, options) {
  const outfile = join(STATIC, `${name}.js`);
  await build({
    absWorkingDir: HERE,
    entryPoints: [`src/${name}.ts`],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    loader: { ".css": "text" },
    legalComments: "inline",
    logLevel: "warning",
    ...options,
  });
  return readFile(outfile);
}

// The heavy parts cross the wire once per page, so their size counts; the entry stays readable.
const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex");
const typing = await bundle("typing", { minify: true });
const recorder = await bundle("recorder", { minify: true });
const hashes = {
  TYPING_HASH: JSON.stringify(hashOf(typing)),
  RECORDER_HASH: JSON.stringify(hashOf(recorder)),
};
const app = await bundle("app", { minify: true, define: hashes });
const entry = await bundle("entry", { define: { APP_HASH: JSON.stringify(hashOf(app)) } });
if (entry.length > ENTRY_MAX_BYTES) {
  throw new Error(`entry.js has ${entry.length} bytes; at most ${ENTRY_MAX_BYTES} are allowed.`);
}
const sizes = { entry, app, typing, recorder };
const told = Object.entries(sizes).map(([name, { length }]) => `${name}.js ${length} bytes`);
process.stdout.write(`${told.join(", ")}\n`);
