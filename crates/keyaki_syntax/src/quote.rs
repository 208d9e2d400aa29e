//! Texts to string tokens.

/// A text as JSON writes it, quotes included.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            _ if letter < ' ' => out += &format!("\\u{:04x}", u32::from(letter)),
            _ => out.push(letter),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tree;

    #[test]
    fn what_is_quoted_reads_as_it_was() {
        for text in ["", "plain", "a\"b\\c", "tab\tand\nline\u{1}", "\u{1f600}é"] {
            let tree = Tree::parse(quoted(text));
            assert!(tree.errors().is_empty(), "{text:?}");
            assert_eq!(tree.root().and_then(|root| root.as_str()), Some(text));
        }
    }
}
