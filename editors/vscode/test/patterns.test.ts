import assert from "node:assert/strict";
import { test } from "node:test";

import { patterns } from "../src/patterns";

test("patterns stand between commas and blanks", () => {
  assert.deepEqual(patterns(" iam:*, s3:Put*  sqs:SendMessage,"), ["iam:*", "s3:Put*", "sqs:SendMessage"]);
  assert.deepEqual(patterns(undefined), []);
  assert.deepEqual(patterns(" "), []);
});
