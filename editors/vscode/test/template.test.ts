import assert from "node:assert/strict";
import { test } from "node:test";

import { LOOKED_AT } from "../src/recognise";
import { looksLikeTemplate } from "../src/template";

test("a template is recognised by what it begins with, or by its name", () => {
  const templates = [
    ["stack.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n"],
    ["app.yml", "# An application\nTransform: AWS::Serverless-2016-10-31\n"],
    ["a.yaml", "Description: x\nResources:\n  Role:\n    Type: AWS::IAM::Role\n"],
    ["a.yaml", "Version: '2012-10-17'\nStatement:\n- Effect: Allow\n"],
    ["a.json", '{"Resources": {"Role": {"Type": "AWS::IAM::Role"}}}'],
    ["a.json", '{\n  "AWSTemplateFormatVersion": "2010-09-09"'],
    ["/project/cdk.out/Stack.template.json", "{}"],
    ["C:\\project\\template.yaml", ""],
    ["/project/serverless.yml", ""],
    ["stack.cfn.yaml", ""],
    ["/project/cdktf.out/stacks/app/cdk.tf.json", "{}"],
    ["main.tofu.json", ""],
  ] as const;
  for (const [file, text] of templates) {
    assert.equal(looksLikeTemplate(file, text), true, `${file}: ${text}`);
  }
});

test("other YAML and JSON is left alone", () => {
  const others = [
    ["values.yaml", "replicas: 3\nresources:\n  limits: {cpu: 1}\n"],
    ["pod.yaml", "kind: Pod\nspec:\n  Statement:\n  - x\n"],
    ["a.yaml", "Resources:\n  Type: other\n"],
    ["a.yaml", "Transform: none\n"],
    ["package.json", '{"name": "Resources"}'],
    ["mytemplate.txt", ""],
    ["tf.json", "{}"],
    ["late.yaml", `#${"x".repeat(LOOKED_AT)}\nAWSTemplateFormatVersion: '2010-09-09'\n`],
  ] as const;
  for (const [file, text] of others) {
    assert.equal(looksLikeTemplate(file, text), false, `${file}: ${text}`);
  }
  const start = performance.now();
  assert.equal(looksLikeTemplate("a.json", `"Resources": {${'"Type": "'.repeat(LOOKED_AT)}`), false);
  assert.equal(looksLikeTemplate("a.yaml", "Resources:\n".repeat(LOOKED_AT)), false);
  assert.ok(performance.now() - start < 1000);
});
