// Where the program is, and whether it is new enough.

import * as path from "node:path";

/** The oldest program that this extension works with. */
export const OLDEST = "0.1.0";

/** What the search depends on; given, so that it can be tried with other values. */
export interface Surroundings {
  /** The setting `keyaki.path`. */
  readonly setting: string | undefined;
  readonly extensionFolder: string;
  readonly homeFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly isFile: (file: string) => boolean;
}

/** A program, or the reason why there is none. */
export type Found = { readonly file: string } | { readonly problem: string };

/** The program: the one that was set, else the one that came with the extension, else one on PATH. */
export function find(around: Surroundings): Found {
  if (around.setting) {
    const file = expandHome(around.setting, around);
    const isThere = paths(around).isAbsolute(file) && around.isFile(file);
    return isThere ? { file } : { problem: `The setting keyaki.path names no file: ${around.setting}` };
  }
  const file = [bundled(around), ...onPath(around)].find(around.isFile);
  return file ? { file } : { problem: "The program keyaki is not installed: there is none on PATH." };
}

/** Paths as the platform writes them, which is not the one that tests run on. */
function paths(around: Surroundings): path.PlatformPath {
  return around.platform === "win32" ? path.win32 : path.posix;
}

function name(around: Surroundings): string {
  return around.platform === "win32" ? "keyaki.exe" : "keyaki";
}

function bundled(around: Surroundings): string {
  return paths(around).join(around.extensionFolder, "server", name(around));
}

/** Folders that depend on where the editor was started are left out. */
function onPath(around: Surroundings): string[] {
  const list = around.env["PATH"] ?? around.env["Path"] ?? "";
  const { delimiter, isAbsolute, join } = paths(around);
  return list.split(delimiter).filter((folder) => isAbsolute(folder)).map((folder) => join(folder, name(around)));
}

function expandHome(file: string, around: Surroundings): string {
  return /^~[/\\]/.test(file) ? paths(around).join(around.homeFolder, file.slice(2)) : file;
}

/** The version in what `keyaki --version` says. */
export function readVersion(output: string): string | undefined {
  return /^keyaki (\d+\.\d+\.\d+\S*)/.exec(output)?.[1];
}

/** Whether a version comes before the oldest that will do. */
export function isTooOld(version: string, oldest: string = OLDEST): boolean {
  const [have, want] = [numbers(version), numbers(oldest)];
  const different = want.findIndex((number, place) => number !== have[place]);
  return different >= 0 && (have[different] ?? 0) < (want[different] ?? 0);
}

function numbers(version: string): number[] {
  return version.split(/[.+-]/, 3).map(Number);
}
