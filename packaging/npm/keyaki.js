#!/usr/bin/env node
// Runs the program of this platform, which is a package of its own.
"use strict";

const { spawnSync } = require("node:child_process");
const os = require("node:os");

const platform = `${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "keyaki.exe" : "keyaki";
let program;
try {
  program = require.resolve(`@keyaki/${platform}/${file}`);
} catch {
  console.error(
    `keyaki: there is no program for ${platform}; was it installed without optional dependencies?`,
  );
  process.exit(2);
}
const result = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (result.error) {
  console.error(`keyaki: ${program} cannot be started: ${result.error.message}`);
  process.exit(2);
}
// As a shell tells it: 128 and the number of the signal.
process.exit(result.signal ? 128 + os.constants.signals[result.signal] : result.status);
