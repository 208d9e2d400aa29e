//! Condition keys that end in the key of a tag: `aws:ResourceTag/team`.

use keyaki_catalog::{Catalog, KeyLookup};

/// Whether the key of the tag is missing: `aws:ResourceTag/` or `aws:ResourceTag`.
pub(crate) fn is_missing(catalog: &Catalog, key: &str) -> bool {
    let stem = key.strip_suffix('/').unwrap_or(key);
    let ends_in = |word: &str| {
        let at = stem.len().saturating_sub(word.len());
        stem.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(word))
    };
    if !ends_in("tag") && !ends_in("tags") {
        return false;
    }
    let bare_is_known = stem.len() == key.len() && is_known(catalog, key);
    !bare_is_known && is_known(catalog, &format!("{stem}/key"))
}

fn is_known(catalog: &Catalog, key: &str) -> bool {
    match catalog.key(key) {
        KeyLookup::Global(_) | KeyLookup::Service { .. } | KeyLookup::Federated(Some(_)) => true,
        KeyLookup::Federated(None)
        | KeyLookup::UnknownGlobal
        | KeyLookup::UnknownInService(_)
        | KeyLookup::UnknownService => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_says_which_keys_take_a_tag() {
        let missing = |key| is_missing(keyaki_catalog::embedded(), key);
        assert!(missing("aws:ResourceTag/"));
        assert!(missing("AWS:requesttag"));
        assert!(missing("s3:ExistingObjectTag/"));
        assert!(!missing("aws:ResourceTag/team"));
        assert!(!missing("aws:TagKeys"));
        assert!(!missing("s3:prefix/"));
    }
}
