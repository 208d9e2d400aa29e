// The program on this machine, and what it says.

import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { promisify } from "node:util";
import { workspace } from "vscode";

import { OLDEST, find, isTooOld, readVersion } from "./binary";

/** More than any answer of the program takes. */
const PATIENCE = 10_000;

/** A program that this extension can work with. */
export interface Program {
  readonly file: string;
  readonly version: string;
}

/** The program to use. Fails with what to tell the user. */
export async function program(extensionFolder: string): Promise<Program> {
  const setting = workspace.getConfiguration("keyaki").get<string | null>("path") ?? undefined;
  const around = { setting, extensionFolder, homeFolder: homedir(), env: process.env, platform: process.platform, isFile };
  const found = find(around);
  if ("problem" in found) {
    throw new Error(found.problem);
  }
  const version = await versionOf(found.file);
  if (isTooOld(version)) {
    throw new Error(`${found.file} has version ${version}; this extension needs ${OLDEST} or newer.`);
  }
  return { file: found.file, version };
}

async function versionOf(file: string): Promise<string> {
  const output = await run(file, ["--version"]).catch((error: Error) => {
    throw new Error(`${file} cannot be run: ${error.message}`);
  });
  const version = readVersion(output);
  if (version === undefined) {
    throw new Error(`${file} is not the program keyaki: it does not tell its version.`);
  }
  return version;
}

/** What the program prints. */
export async function run(file: string, words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(file, words, { timeout: PATIENCE, windowsHide: true });
  return stdout;
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
