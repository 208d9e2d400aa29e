//! The order of elements.

/// The order of AWS's grammar
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>),
/// for policies at the top of a document and inside answers of AWS interfaces.
pub fn canonical_order(path: &[&str]) -> &'static [&'static str] {
    match path.last() {
        None => &["Version", "Id", "Statement"],
        Some(name) if name.ends_with("Document") || *name == "Policy" => {
            &["Version", "Id", "Statement"]
        }
        Some(&"Statement") => &[
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ],
        Some(_) => &[],
    }
}
