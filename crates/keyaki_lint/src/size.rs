//! How long a policy is, as the quotas of IAM and Organizations count it.

/// The length of a policy in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// All characters.
    pub(crate) characters: usize,
    /// Those that are left without the white space between the tokens.
    pub(crate) compact: usize,
}

/// Measures a JSON text. White space inside strings counts.
pub(crate) fn measure(json: &str) -> Size {
    let mut size = Size { characters: 0, compact: 0 };
    let mut rest = json.as_bytes();
    while !rest.is_empty() {
        let quote = rest.iter().position(|&b| b == b'"').unwrap_or(rest.len());
        let (between, strings) = rest.split_at(quote);
        let (string, tail) = strings.split_at(string_end(strings));
        let characters = count(between) + count(string);
        let spaces = between.iter().filter(|b| b.is_ascii_whitespace()).count();
        size.characters += characters;
        size.compact += characters - spaces;
        rest = tail;
    }
    size
}

/// Where the string at the start of a text ends.
fn string_end(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&b) = text.get(at) {
        match b {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// The number of characters: all bytes but those that continue one.
fn count(text: &[u8]) -> usize {
    text.iter().filter(|b| !matches!(b, 0x80..0xC0)).count()
}

#[cfg(test)]
mod tests {
    use super::{Size, measure};

    #[test]
    fn white_space_between_tokens_is_told_from_that_in_strings() {
        let text = "{ \"Sid\" :\n\t\"a \\\" b\" }";
        assert_eq!(measure(text), Size { characters: 21, compact: 16 });
        assert_eq!(measure("\"é é\""), Size { characters: 5, compact: 5 });
        assert_eq!(measure(" é \"a \\é b"), Size { characters: 10, compact: 8 });
        assert_eq!(measure("\"a\\"), Size { characters: 3, compact: 3 });
    }
}
