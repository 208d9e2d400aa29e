import assert from "node:assert/strict";
import { test } from "node:test";

import { LOOKED_AT, looksLikePolicy } from "../src/recognise";

test("a policy is recognised by its statement or by its version", () => {
  const policies = [
    '{"Version": "2012-10-17", "Statement": []}',
    '{ "Statement": { "Effect": "Allow" } }',
    '\uFEFF\n{\r\n  "Id": "a \\" b",\n  "Statement": [',
    '{"Version":"2008-10-17"',
    '{"Version": "2012-10-17", "Stat',
  ];
  for (const policy of policies) {
    assert.equal(looksLikePolicy(policy), true, policy);
  }
});

test("other documents are left alone", () => {
  const others = [
    "",
    "{",
    "[]",
    '"Statement"',
    '[{"Version": "2012-10-17"}]',
    '{"name": "Statement", "version": "1.0.0"}',
    '{"Version": "1.0", "Id": "2012-10-17"}',
    '{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"P": {"Statement": []}}}',
    '{"a": ["Statement", ":"], "b": {"Version": "2012-10-17"}}',
    '{"Statement"',
    '} "Statement": 1',
  ];
  for (const other of others) {
    assert.equal(looksLikePolicy(other), false, other);
  }
});

test("a long document is not read to its end", () => {
  const late = `{"a": "${"x".repeat(LOOKED_AT)}", "Statement": []}`;
  assert.equal(looksLikePolicy(late), false);
  const quotes = '"'.repeat(1_000_000);
  const start = performance.now();
  assert.equal(looksLikePolicy(`{${quotes}`), false);
  assert.ok(performance.now() - start < 500);
});
