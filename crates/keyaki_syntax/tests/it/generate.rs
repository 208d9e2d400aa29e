//! A small seeded generator of texts.

/// Pseudo-random numbers (splitmix64): the same seed gives the same numbers.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number less than `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub(crate) fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// Pieces that a text is put together from: tokens, halves of tokens, and nonsense.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"a\"",
    "\"Action\"",
    "\"",
    "'",
    "'x'",
    "\\",
    "\\u12",
    "\"\\ud800\"",
    "\"\\u00e9\\n\"",
    "1",
    "-1.5e3",
    "01",
    ".",
    "-",
    "true",
    "null",
    "True",
    "NaN",
    "word",
    "//",
    "/*",
    "*/",
    "/* c */",
    "// c\n",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "\u{feff}",
    "é",
    "𝄞",
    "\u{a0}",
    "“",
    "\0",
    "\u{fffd}",
    "s3:Get*",
    "=",
    ";",
];

/// Any text.
pub(crate) fn noise(random: &mut Random) -> String {
    (0..random.below(40)).map(|_| random.pick(PIECES)).collect()
}

/// A token, half a token, or nonsense.
pub(crate) fn piece(random: &mut Random) -> &'static str {
    random.pick(PIECES)
}

/// A text with some bytes taken out, put in, or moved; it may be no UTF-8 any more.
pub(crate) fn mutate(random: &mut Random, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        let end = (at + random.below(6)).min(bytes.len());
        match random.below(4) {
            0 => drop(bytes.drain(at..end)),
            1 => drop(bytes.splice(at..end, random.pick(PIECES).bytes())),
            2 => drop(bytes.splice(at..at, random.pick(PIECES).bytes())),
            _ => bytes.extend_from_within(at..end),
        }
    }
    bytes
}

/// A well-formed document with comments, trailing commas and odd spaces where `loose` is set.
pub(crate) fn document(random: &mut Random, loose: bool) -> String {
    let mut out = String::new();
    space(random, loose, &mut out);
    value(random, loose, 5, &mut out);
    space(random, loose, &mut out);
    out
}

fn space(random: &mut Random, loose: bool, out: &mut String) {
    for _ in 0..random.below(3) {
        let strict: &[&str] = &[" ", "\n", "\r\n", "\t", "\n\n"];
        let with_comments: &[&str] =
            &[" ", "\n", "\n\n\n", "// c\n", "/* c */", "/* c\n */", "//\r"];
        out.push_str(random.pick(if loose { with_comments } else { strict }));
    }
}

fn value(random: &mut Random, loose: bool, depth: usize, out: &mut String) {
    let scalars =
        ["\"\"", "\"a\\\"b\"", "\"é\\u00e9\"", "0", "-1.50", "1e9", "true", "false", "null"];
    match random.below(if depth == 0 { 2 } else { 6 }) {
        0 | 1 => out.push_str(random.pick(&scalars)),
        2 | 3 => list(random, loose, ["[", "]"], out, |random, out| {
            value(random, loose, depth - 1, out);
        }),
        _ => list(random, loose, ["{", "}"], out, |random, out| {
            out.push_str(random.pick(&["\"a\"", "\"b\"", "\"Action\"", "\"\\u0061\"", "\"x/y~\""]));
            space(random, loose, out);
            out.push(':');
            space(random, loose, out);
            value(random, loose, depth - 1, out);
        }),
    }
}

fn list(
    random: &mut Random,
    loose: bool,
    brackets: [&str; 2],
    out: &mut String,
    mut item: impl FnMut(&mut Random, &mut String),
) {
    let count = random.below(4);
    out.push_str(brackets[0]);
    space(random, loose, out);
    for i in 0..count {
        item(random, out);
        space(random, loose, out);
        if i + 1 < count || (loose && random.below(4) == 0) {
            out.push(',');
            space(random, loose, out);
        }
    }
    out.push_str(brackets[1]);
}
