import assert from "node:assert/strict";
import { test } from "node:test";

import { appearance } from "../src/state";

test("a running server shows its version and where it is", () => {
  const shown = appearance({ is: "running", version: "0.1.0", file: "/opt/bin/keyaki" });
  assert.deepEqual(shown, { text: "$(check) Keyaki 0.1.0", tooltip: "/opt/bin/keyaki", isProblem: false });
});

test("a server that waits says for how long", () => {
  assert.match(appearance({ is: "waiting", delay: 500 }).tooltip, /0\.5 s/);
});

test("a server that failed says why", () => {
  const shown = appearance({ is: "failed", problem: "gone" });
  assert.deepEqual([shown.tooltip, shown.isProblem], ["gone", true]);
});
