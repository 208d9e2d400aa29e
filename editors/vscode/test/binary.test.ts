import assert from "node:assert/strict";
import { test } from "node:test";

import { type Surroundings, find, isTooOld, readVersion } from "../src/binary";

/** A machine with these files. */
function machine(files: string[], others: Partial<Surroundings> = {}): Surroundings {
  return {
    setting: undefined,
    extensionFolder: "/ext",
    homeFolder: "/home/ann",
    env: { PATH: "/usr/bin:/opt/bin" },
    platform: "linux",
    isFile: (file) => files.includes(file),
    ...others,
  };
}

test("the program that is set comes first, then the one that came along, then the first on PATH", () => {
  const files = ["/mine/keyaki", "/ext/server/keyaki", "/opt/bin/keyaki", "/usr/bin/keyaki"];
  assert.deepEqual(find(machine(files, { setting: "/mine/keyaki" })), { file: "/mine/keyaki" });
  assert.deepEqual(find(machine(files)), { file: "/ext/server/keyaki" });
  assert.deepEqual(find(machine(files.slice(2))), { file: "/usr/bin/keyaki" });
  assert.deepEqual(find(machine(files.slice(2, 3))), { file: "/opt/bin/keyaki" });
});

test("a setting that names nothing is a problem, not a reason to take another program", () => {
  const found = find(machine(["/usr/bin/keyaki"], { setting: "/gone/keyaki" }));
  assert.deepEqual(found, { problem: "The setting keyaki.path names no file: /gone/keyaki" });
});

test("without any program there is a problem to show", () => {
  assert.ok("problem" in find(machine([])));
  assert.ok("problem" in find(machine([], { env: {} })));
});

test("the setting may start at the home folder, and is no path within some folder", () => {
  const files = ["/home/ann/bin/keyaki", "bin/keyaki"];
  assert.deepEqual(find(machine(files, { setting: "~/bin/keyaki" })), { file: "/home/ann/bin/keyaki" });
  assert.ok("problem" in find(machine(files, { setting: "bin/keyaki" })));
});

test("folders on PATH that depend on where the editor was started are left out", () => {
  const files = ["keyaki", "bin/keyaki", "/opt/bin/keyaki"];
  assert.deepEqual(find(machine(files, { env: { PATH: ":bin:.:/opt/bin" } })), { file: "/opt/bin/keyaki" });
});

test("on Windows the program is an exe", () => {
  const files = ["C:\\tools\\keyaki.exe"];
  const windows = machine(files, { platform: "win32", extensionFolder: "C:\\ext", env: { Path: "C:\\x;C:\\tools" } });
  assert.deepEqual(find(windows), { file: "C:\\tools\\keyaki.exe" });
});

test("the version is read from what the program says", () => {
  assert.equal(readVersion("keyaki 1.2.3\n"), "1.2.3");
  assert.equal(readVersion("keyaki 1.2.3-rc.1 (abc)"), "1.2.3-rc.1");
  assert.equal(readVersion("other 1.2.3"), undefined);
  assert.equal(readVersion(""), undefined);
});

test("a version is too old when it comes before the oldest that will do", () => {
  const cases: [string, string, boolean][] = [
    ["0.1.0", "0.1.0", false],
    ["0.0.9", "0.1.0", true],
    ["0.10.0", "0.9.5", false],
    ["1.0.0", "0.9.5", false],
    ["0.9.5", "1.0.0", true],
    ["0.2.0-rc.1", "0.2.0", false],
  ];
  for (const [version, oldest, expected] of cases) {
    assert.equal(isTooOld(version, oldest), expected, `${version} for ${oldest}`);
  }
});
