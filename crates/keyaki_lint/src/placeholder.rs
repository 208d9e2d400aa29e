//! Placeholders of templates, such as `<account-id>`, which somebody fills in later.

/// Whether a text holds a placeholder in angle brackets: nothing can be said about its form.
pub(crate) fn has_placeholder(text: &str) -> bool {
    text.split_once('<').is_some_and(|(_, rest)| rest.contains('>'))
}

#[cfg(test)]
mod tests {
    use super::has_placeholder;

    #[test]
    fn placeholders_stand_in_angle_brackets() {
        assert!(has_placeholder("arn:aws:s3:::<bucket>/*"));
        assert!(!has_placeholder("arn:aws:s3:::reports/*"));
        assert!(!has_placeholder("a > b < c"));
    }
}
