//! Texts that are not final yet: with policy variables, or with holes that a template fills.

use keyaki_ir::ConditionValue;

/// Whether a text holds a hole such as `<account>` or `{{ account }}`.
pub(crate) fn has_placeholder(text: &str) -> bool {
    let within = |open, close| text.split_once(open).is_some_and(|(_, rest)| rest.contains(close));
    within("<", ">") || within("{{", "}}")
}

/// Whether a host, an ARN or a name holds a part that somebody still has to fill in, in any of the
/// ways that templates write it: `<account>`, `${Account}`, `{{ account }}`, `%s`.
/// Only for texts in which these characters mean nothing else.
pub(crate) fn is_template(text: &str) -> bool {
    text.bytes().any(|b| matches!(b, b'<' | b'$' | b'{' | b'%' | b'`'))
}

/// Whether a condition value says all there is to know: no variable, no hole.
pub(crate) fn is_known(value: &ConditionValue) -> bool {
    !value.pattern.has_variables() && !has_placeholder(value.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_told_from_plain_text() {
        for text in ["<account-id>", "arn:aws:s3:::<b>/*", "{{ region }}"] {
            assert!(has_placeholder(text), "{text}");
        }
        for text in ["", "a<b", "a>b<", "{x}", "}}{{"] {
            assert!(!has_placeholder(text), "{text}");
        }
    }
}
