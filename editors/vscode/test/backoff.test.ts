import assert from "node:assert/strict";
import { test } from "node:test";

import { Backoff } from "../src/backoff";

test("each death makes the wait longer, and the fifth ends it", () => {
  const backoff = new Backoff();
  assert.deepEqual([0, 1, 2, 3, 4].map((now) => backoff.next(now)), [500, 1000, 2000, 4000, undefined]);
});

test("deaths of long ago do not count", () => {
  const backoff = new Backoff();
  const hours = [0, 1, 2, 3, 4, 5].map((hour) => hour * 3_600_000);
  assert.deepEqual(hours.map((now) => backoff.next(now)), hours.map(() => 500));
});

test("a restart by command forgives", () => {
  const backoff = new Backoff();
  [0, 1, 2, 3, 4].forEach((now) => backoff.next(now));
  backoff.reset();
  assert.equal(backoff.next(5), 500);
});
