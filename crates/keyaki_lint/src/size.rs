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
    let (mut in_string, mut escaped) = (false, false);
    for c in json.chars() {
        size.characters += 1;
        size.compact += usize::from(in_string || !c.is_ascii_whitespace());
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = in_string,
            '"' => in_string = !in_string,
            _ => {}
        }
    }
    size
}

#[cfg(test)]
mod tests {
    use super::{Size, measure};

    #[test]
    fn white_space_between_tokens_is_told_from_that_in_strings() {
        let text = "{ \"Sid\" :\n\t\"a \\\" b\" }";
        assert_eq!(measure(text), Size { characters: 21, compact: 16 });
        assert_eq!(measure("\"é é\""), Size { characters: 5, compact: 5 });
    }
}
