// A workbench with the extension, on this machine's loopback, and pages of it in a browser.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const SETTINGS = {
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "telemetry.telemetryLevel": "off",
  "window.autoDetectColorScheme": false,
};

const BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Serves a workbench whose files are in `home`, with further settings. Gives its address and what stops it. */
export async function serve(tools, home, settings, vsix) {
  const user = join(home, "data/User");
  mkdirSync(user, { recursive: true });
  writeFileSync(join(user, "settings.json"), JSON.stringify({ ...SETTINGS, ...settings }));
  const folders = ["--user-data-dir", join(home, "data"), "--extensions-dir", join(home, "extensions")];
  const env = { ...process.env, XDG_CONFIG_HOME: join(home, "config") };
  if (vsix !== undefined) {
    execFileSync(tools.node, [tools.codeServer, ...folders, "--install-extension", vsix], { env, stdio: "ignore" });
  }
  const port = await freePort();
  const words = ["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"];
  const driver = ["--vscode-option", "enable-smoke-test-driver"];
  const child = spawn(tools.node, [tools.codeServer, ...folders, ...words, ...driver], { env, stdio: ["ignore", "pipe", "ignore"] });
  process.on("exit", () => child.kill("SIGKILL"));
  for await (const text of child.stdout.iterator({ destroyOnReturn: false })) {
    if (String(text).includes("HTTP server listening")) {
      break;
    }
  }
  child.stdout.resume();
  return { host: `127.0.0.1:${port}`, stop: () => stop(child) };
}

async function stop(child) {
  const gone = once(child, "exit");
  child.kill();
  const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await gone;
  clearTimeout(patience);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

export async function browse(tools) {
  const { chromium } = await import(tools.playwright);
  return chromium.launch({ executablePath: tools.browser, args: BROWSER_FLAGS });
}

/** The address of a folder's workbench. The payload says what it does at first. */
export function address(host, folder, payload) {
  const query = new URLSearchParams({ folder, payload: JSON.stringify(payload) });
  return `http://${host}/?${query}`;
}

/** A file as the workbench names it. */
export function remote(host, path) {
  return `vscode-remote://${host}${path}`;
}

/** Keeps a picture where that was asked for. */
export async function picture(page, name) {
  if (process.env.SCREENSHOTS !== undefined) {
    await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) });
  }
}
