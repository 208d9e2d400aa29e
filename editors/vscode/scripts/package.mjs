// Packs the built extension: `keyaki-VERSION.vsix` for every platform, or for one with the program in it:
//
//     npm run package -- --target linux-x64 --program ../../target/release/keyaki

import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";

import { contentTypes, manifest } from "./vsix.mjs";
import { zip } from "./zip.mjs";

/** What belongs into the archive, beside the program. */
const CONTENTS = ["package.json", "README.md", "CHANGELOG.md", "LICENSE.txt", "language-configuration.json", "dist", "media", "syntaxes"];

const TARGETS = ["win32-x64", "win32-arm64", "linux-x64", "linux-arm64", "linux-armhf", "darwin-x64", "darwin-arm64", "alpine-x64", "alpine-arm64"];

const { values } = parseArgs({ options: { target: { type: "string" }, program: { type: "string" }, out: { type: "string" } } });
if ((values.target === undefined) !== (values.program === undefined)) {
  throw new Error("--target and --program belong together: a program runs on one platform");
}
if (values.target !== undefined && !TARGETS.includes(values.target)) {
  throw new Error(`--target is one of ${TARGETS.join(", ")}`);
}

const pkg = JSON.parse(readFileSync("package.json", "utf8"));
const file = values.out ?? `${[pkg.name, values.target, pkg.version].filter(Boolean).join("-")}.vsix`;
const archive = zip(entries());
writeFileSync(file, archive);
console.log(`${file}: ${archive.length} bytes`);

function entries() {
  const own = CONTENTS.flatMap(filesIn).map((path) => entry(`extension/${path}`, content(path)));
  const program = values.program === undefined ? [] : [entry(`extension/server/${basename(values.program)}`, readFileSync(values.program), true)];
  const all = [entry("extension.vsixmanifest", manifest(pkg, values.target)), ...own, ...program];
  return [entry("[Content_Types].xml", contentTypes(all.map(({ name }) => name))), ...all];
}

/** A file as it is packed: the page without its pictures, which lie outside of the extension. */
function content(path) {
  const text = readFileSync(path);
  return path === "README.md" ? text.toString("utf8").replaceAll(/^!\[.*\n\n/gm, "") : text;
}

function entry(name, content, isExecutable = false) {
  return { name, content: Buffer.from(content), isExecutable };
}

function filesIn(path) {
  return statSync(path).isFile() ? [path] : readdirSync(path).sort().flatMap((name) => filesIn(join(path, name)));
}
