import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, inflateRawSync } from "node:zlib";

import { zip } from "../scripts/zip.mjs";

const FILES = [
  { name: "a.txt", content: Buffer.from("text ".repeat(1000)), isExecutable: false },
  { name: "server/é", content: Buffer.from([0, 255, 7]), isExecutable: true },
  { name: "empty", content: Buffer.alloc(0), isExecutable: false },
];

/** The files of an archive, as its directory lists them. */
function unzip(bytes) {
  const end = bytes.length - 22;
  assert.equal(bytes.readUInt32LE(end), 0x06054b50);
  const files = [];
  let at = bytes.readUInt32LE(end + 16);
  while (files.length < bytes.readUInt16LE(end + 10)) {
    assert.equal(bytes.readUInt32LE(at), 0x02014b50);
    const length = bytes.readUInt16LE(at + 28);
    const name = bytes.toString("utf8", at + 46, at + 46 + length);
    const local = bytes.readUInt32LE(at + 42);
    const data = local + 30 + bytes.readUInt16LE(local + 26);
    const content = inflateRawSync(bytes.subarray(data, data + bytes.readUInt32LE(at + 20)));
    assert.equal(bytes.readUInt32LE(at + 16), crc32(content));
    files.push({ name, content, isExecutable: (bytes.readUInt32LE(at + 38) >>> 16) === 0o100755 });
    at += 46 + length;
  }
  return files;
}

test("an archive holds its files", () => {
  assert.deepEqual(unzip(zip(FILES)), FILES);
});

test("the same files make the same archive", () => {
  assert.deepEqual(zip(FILES), zip(FILES));
});
