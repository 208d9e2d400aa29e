// Patterns of actions as a person types them in one line.

/** The patterns in a text, between commas and blanks. */
export function patterns(text: string | undefined): string[] {
  return (text ?? "").split(/[\s,]+/).filter(Boolean);
}
