import assert from "node:assert/strict";
import { test } from "node:test";

import { subjectAt } from "../src/subject";

/** The subject at the `|` in a line. */
function at(marked: string): string | undefined {
  return subjectAt(marked.replace("|", ""), marked.indexOf("|"));
}

test("the subject is what the string around the cursor holds", () => {
  assert.equal(at('  "Action": ["s3:|Get*", "ec2:Run"]'), "s3:Get*");
  assert.equal(at('  "Action": ["s3:Get*", "ec2:Run|"]'), "ec2:Run");
  assert.equal(at('  "Act|ion": "s3:Get*"'), "Action");
  assert.equal(at('  "aws:RequestTag/a b|": ""'), "aws:RequestTag/a b");
});

test("between strings there is none", () => {
  assert.equal(at("  |  "), undefined);
  assert.equal(at('  "|"'), undefined);
});

test("an unfinished string is read as words", () => {
  assert.equal(at('  "Action": "s3:Get|*'), "s3:Get*");
});
