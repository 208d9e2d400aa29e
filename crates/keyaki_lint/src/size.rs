//! How long a policy is, as the quotas of IAM and Organizations count it.

use keyaki_diag::TextRange;
use keyaki_syntax::Tree;

/// The length of a policy in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// All characters.
    pub(crate) characters: usize,
    /// Those that are left without the white space between the tokens.
    pub(crate) compact: usize,
}

/// Measures a part of a text. White space inside strings counts; holes, which may be filled with
/// next to nothing, do not.
pub(crate) fn measure(tree: &Tree, part: TextRange) -> Size {
    let length = |part: TextRange| part.slice(tree.source()).chars().count();
    let holes: usize = tree.holes_in(part).iter().map(|hole| length(*hole)).sum();
    let characters = length(part).saturating_sub(holes);
    let spaces = tree.white_space_in(part) as usize;
    Size { characters, compact: characters.saturating_sub(spaces) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(text: &str) -> Size {
        super::measure(&Tree::parse(text), TextRange::new(0, text.len() as u32))
    }

    #[test]
    fn white_space_between_tokens_is_told_from_that_in_strings() {
        let text = "{ \"Sid\" :\n\t\"a \\\" b\" }";
        assert_eq!(measure(text), Size { characters: 21, compact: 16 });
        assert_eq!(measure("\"é é\""), Size { characters: 5, compact: 5 });
        assert_eq!(measure(" é \"a \\é b"), Size { characters: 10, compact: 8 });
        assert_eq!(measure("\"a\\"), Size { characters: 3, compact: 3 });
    }
}
