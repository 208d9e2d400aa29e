// Tests in a real workbench: first what a person sees, then what other extensions can ask for.
//
//     npm run test:editor
//
// KEYAKI names the program (default: the debug build), SCREENSHOTS a folder for pictures.

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";

import { askAsExtension } from "./host.mjs";
import { install } from "./install.mjs";
import { missesTheProgram, workAsPerson } from "./person.mjs";
import { browse, picture, serve } from "./workbench.mjs";

/** Far longer than all of it takes. */
const PATIENCE = 8 * 60_000;

const program = resolve(process.env.KEYAKI ?? "../../target/debug/keyaki");
const tools = install();
setTimeout(() => {
  console.error("the workbench tests did not end in time");
  process.exit(1);
}, PATIENCE).unref();
const home = mkdtempSync(join(tmpdir(), "keyaki-editor-"));
const browser = await browse(tools);
try {
  const vsix = packed();
  await inWorkbench("person", vsix, {}, workAsPerson);
  await inWorkbench("missing", vsix, { "keyaki.path": "/nowhere/keyaki" }, missesTheProgram);
  await bundleHostTests();
  await inWorkbench("host", undefined, { "keyaki.path": program }, askAsExtension);
  console.log("the workbench tests passed");
} finally {
  await browser.close();
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** The extension with the program in it. */
function packed() {
  const vsix = join(home, "keyaki.vsix");
  execFileSync("npm", ["run", "--silent", "package", "--", "--target", `linux-${process.arch}`, "--program", program, "--out", vsix], { stdio: "inherit" });
  return vsix;
}

async function bundleHostTests() {
  await build({ entryPoints: ["e2e/host/index.ts"], bundle: true, platform: "node", format: "cjs", external: ["vscode"], outfile: "out/host/index.js", logLevel: "warning" });
}

/** Runs tests with a copy of the example folder, in a workbench of their own. */
async function inWorkbench(name, vsix, settings, tests) {
  const folder = join(home, name, "folder");
  cpSync("e2e/folder", folder, { recursive: true });
  const { host, stop } = await serve(tools, join(home, name), settings, vsix);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  try {
    await tests(page, host, folder);
  } finally {
    await picture(page, `${name}-last`);
    await page.close();
    await stop();
  }
}
