//! Texts of templates that are not filled in yet.

/// Whether a text holds a part that somebody still has to fill in: `<account>`, `${Account}`,
/// `{{ account }}`, `$ACCOUNT`, `%s`.
///
/// Only for texts in which these characters mean nothing else: ARNs, hosts, names.
pub(crate) fn has_placeholder(text: &str) -> bool {
    text.bytes().any(|b| matches!(b, b'<' | b'$' | b'{' | b'%' | b'`'))
}
