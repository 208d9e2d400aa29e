// What the cursor is at, as `keyaki explain` takes it.

/** A part of a line. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/** The content of the string that a place in a line is in, or the word there. */
export function subjectAt(line: string, column: number): string | undefined {
  const strings = parts(line, /"(?:[^"\\]|\\.)*"/g).map(({ start, end }) => ({ start: start + 1, end: end - 1 }));
  const words = parts(line, /[^\s"{}[\],]+/g);
  const found = [...strings, ...words].find(({ start, end }) => start <= column && column <= end);
  const subject = found && line.slice(found.start, found.end).trim();
  return subject || undefined;
}

function parts(line: string, pattern: RegExp): Part[] {
  return [...line.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}
