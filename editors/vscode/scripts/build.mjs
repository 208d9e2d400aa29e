// Bundles the extension into `dist/`, or with `--tests` the tests into `out/`.

import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const PERMISSIVE = ["MIT", "ISC", "BlueOak-1.0.0", "Apache-2.0", "BSD-3-Clause"];

const common = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  logLevel: "warning",
};

if (process.argv.includes("--tests")) {
  rmSync("out/test", { recursive: true, force: true });
  const tests = readdirSync("test").map((name) => `test/${name}`);
  await build({ ...common, entryPoints: tests, outdir: "out/test", sourcemap: "inline" });
} else {
  rmSync("dist", { recursive: true, force: true });
  const { metafile } = await build({
    ...common,
    // Two files: the library is read with the first policy, not with every JSON file. The name of
    // the second must be none that the library has inside.
    entryPoints: ["src/extension.ts", "src/keyaki-client.ts"],
    external: [...common.external, "./keyaki-client"],
    supported: { "dynamic-import": false },
    outdir: "dist",
    minify: true,
    metafile: true,
  });
  writeFileSync("dist/THIRD-PARTY.txt", notices(Object.keys(metafile.inputs)));
}

/** The licences of the packages that went into the bundle; fails on one that is not permissive. */
function notices(inputs) {
  const folders = inputs.map((input) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]);
  const packages = [...new Set(folders.filter(Boolean))].sort();
  return packages.map(notice).join("\n\n");
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (!PERMISSIVE.includes(license) || file === undefined) {
    throw new Error(`${name}: the licence ${license} is not known to be permissive, or its text is missing`);
  }
  return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}`;
}
