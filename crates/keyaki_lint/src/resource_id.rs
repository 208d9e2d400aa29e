//! Ids of the form `prefix-` and 8 or 17 letters or digits, such as those of VPCs.

use keyaki_ir::glob::{self, Case};

/// Whether a text, which may hold wildcards, is or matches an id with that prefix.
pub(crate) fn fits(prefix: &str, text: &str) -> bool {
    if !glob::has_wildcard(text) {
        return is_id(prefix, text);
    }
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'*' | b'?');
    let meets = |length: usize| {
        let ids = format!("{prefix}{}", "?".repeat(length));
        glob::intersects(text, &ids, Case::Sensitive)
    };
    text.bytes().all(is_part) && (meets(8) || meets(17))
}

fn is_id(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|id| {
        matches!(id.len(), 8 | 17) && id.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_their_patterns_fit() {
        for text in
            ["vpc-0a1b2c3d", "vpc-0a1b2c3d4e5f60718", "vpc-*", "*", "vpc-0a1b*", "vpc-????????"]
        {
            assert!(fits("vpc-", text), "{text}");
        }
        for text in ["vpc-0a1b2c", "vpce-0a1b2c3d", "vpc-0a1b_c3d", "vpce-*", "vpc-???", ""] {
            assert!(!fits("vpc-", text), "{text}");
        }
    }
}
