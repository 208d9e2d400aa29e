// Which documents are templates that may hold policies, told from their name and beginning.
//
// They keep their language, and what other extensions do for it; ours adds findings and fixes.

import { LOOKED_AT } from "./recognise";

/** Names of files that are templates, whatever is in them. */
const NAMES = [
  /\.(?:template|cfn)(?:\.(?:json|ya?ml))?$/i,
  /(?:^|[\\/])(?:template|serverless)\.ya?ml$/i,
  /\.(?:tf|tofu)\.json$/i,
];

/** What only a template begins a line with, in YAML. */
const YAML = /^(?:AWSTemplateFormatVersion|Transform)\s*:.*\b(?:2010-09-09|AWS::)/m;

/** Resources of AWS, in YAML and in JSON. */
const RESOURCES = [/^Resources\s*:[^]*^\s+Type\s*:\s*['"]?AWS::/m, /"Resources"\s*:\s*\{[^]*"Type"\s*:\s*"AWS::/];

/** A policy as YAML. */
const POLICY = /^["']?Statement["']?\s*:\s*(?:#.*)?$/m;

/** Whether a document is a template, or a policy in YAML. */
export function looksLikeTemplate(file: string, text: string): boolean {
  const start = text.slice(0, LOOKED_AT);
  const signs = [YAML, ...RESOURCES, POLICY, /^\s*\{\s*"AWSTemplateFormatVersion"\s*:/];
  return NAMES.some((name) => name.test(file)) || signs.some((sign) => sign.test(start));
}
