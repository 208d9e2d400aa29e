// Which JSON documents are policies, told from their beginning.
//
// The server would read any document; this keeps it from being bothered with those that are none.

/** The part of a text that is looked at. */
export const LOOKED_AT = 16 * 1024;

const VERSIONS = new Set(["2012-10-17", "2008-10-17"]);

/** Whether a text is a policy: an object with `Statement`, or with a version that policies have. */
export function looksLikePolicy(text: string): boolean {
  const start = text.slice(0, LOOKED_AT);
  const isMember = (name: string, value: string | undefined) =>
    name === "Statement" || (name === "Version" && value !== undefined && VERSIONS.has(value));
  return topMembers(start).some(([name, value]) => isMember(name, value));
}

/** The members of the object that a text is, each with its value where that is a string. */
function topMembers(text: string): [string, string | undefined][] {
  const members: [string, string | undefined][] = [];
  let depth = 0;
  let name: string | undefined;
  let isAfterColon = false;
  for (const [token] of text.matchAll(/"(?:[^"\\\n]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+/g)) {
    if (depth === 0 && token !== "{") {
      return members;
    } else if (token === "{" || token === "[") {
      depth += 1;
    } else if (token === "}" || token === "]") {
      depth -= 1;
    } else if (depth === 1 && token.startsWith('"')) {
      if (isAfterColon && name !== undefined) {
        members.push([name, token.slice(1, -1)]);
      }
      name = token.slice(1, -1);
    } else if (depth === 1 && token === ":" && name !== undefined) {
      members.push([name, undefined]);
    }
    isAfterColon = token === ":";
  }
  return members;
}
