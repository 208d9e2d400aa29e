// Writes zip archives: the same bytes for the same files, whenever and wherever that is done.

import { deflateRawSync } from "node:zlib";

/** 1 January 1980, the first day that the format knows. */
const DATE = 0x21;
const MADE_ON_UNIX = (3 << 8) | 20;
const UTF8 = 1 << 11;
const DEFLATED = 8;

/** An archive of files: their names, contents (buffers) and whether they can be run. */
export function zip(files) {
  const entries = [];
  let offset = 0;
  for (const file of files) {
    const entry = { ...file, offset, ...packed(file.content) };
    entries.push({ ...entry, bytes: Buffer.concat([local(entry), entry.data]) });
    offset += entries.at(-1).bytes.length;
  }
  const directory = Buffer.concat(entries.map(central));
  return Buffer.concat([...entries.map(({ bytes }) => bytes), directory, end(entries.length, directory.length, offset)]);
}

function packed(content) {
  return { crc: crc32(content), size: content.length, data: deflateRawSync(content, { level: 9 }) };
}

/** What the header of an entry and its line in the directory have in common. */
function shared({ name, crc, data, size }) {
  return [u16(20), u16(UTF8), u16(DEFLATED), u16(0), u16(DATE), u32(crc), u32(data.length), u32(size), u16(Buffer.byteLength(name)), u16(0)];
}

function local(entry) {
  return Buffer.concat([u32(0x04034b50), ...shared(entry), Buffer.from(entry.name)]);
}

function central(entry) {
  const mode = entry.isExecutable ? 0o100755 : 0o100644;
  const tail = [u16(0), u16(0), u16(0), u32(mode * 0x10000), u32(entry.offset), Buffer.from(entry.name)];
  return Buffer.concat([u32(0x02014b50), u16(MADE_ON_UNIX), ...shared(entry), ...tail]);
}

function end(count, size, offset) {
  return Buffer.concat([u32(0x06054b50), u16(0), u16(0), u16(count), u16(count), u32(size), u32(offset), u16(0)]);
}

function u16(number) {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(number);
  return bytes;
}

function u32(number) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number >>> 0);
  return bytes;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return crc;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff];
  }
  return (crc ^ 0xffffffff) >>> 0;
}
