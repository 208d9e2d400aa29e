// Runs the tests in `host/` inside the workbench, beside the extension.

import assert from "node:assert/strict";
import { resolve } from "node:path";

import { address, remote } from "./workbench.mjs";

const PATIENCE = 180_000;

export async function askAsExtension(page, host, folder) {
  const ended = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("the tests in the extension host did not end")), PATIENCE).unref();
    void page.exposeFunction("codeAutomationExit", resolve);
  });
  const say = (words) => /^(ok: |failed: )/.test(words[0]) && console.log(words[0]);
  await page.exposeFunction("codeAutomationLog", (kind, words) => say([words].flat().map(String)));
  const payload = [
    ["extensionDevelopmentPath", remote(host, resolve("."))],
    ["extensionTestsPath", remote(host, resolve("out/host/index.js"))],
  ];
  await page.goto(address(host, folder, payload));
  assert.equal(await ended, 0, "the tests in the extension host failed");
}
