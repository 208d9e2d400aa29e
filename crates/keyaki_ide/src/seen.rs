//! What documents already name, to be offered again.

use std::collections::BTreeSet;

use keyaki_ir::arn::is_account_id;
use keyaki_syntax::NodeKind;

use crate::Document;

/// Of a very long document, only so many strings are looked at.
const MOST_STRINGS: usize = 20_000;

/// Account ids, in order.
pub type Accounts = BTreeSet<Box<str>>;

/// The account ids that the strings of a document hold, in order.
pub fn accounts(document: &Document) -> &Accounts {
    document.accounts.get_or_init(|| {
        let parts = strings(document).flat_map(|text| text.split([':', '/', '*']));
        parts.filter(|part| is_account_id(part)).map(Box::from).collect()
    })
}

/// The account ids that stand in a text of any language, each as a part of an ARN or by itself in
/// quotes.
pub(crate) fn accounts_in(text: &str) -> impl Iterator<Item = Box<str>> {
    let marks = [':', '/', '*', '"', '\''];
    text.split(marks).filter(|part| is_account_id(part)).map(Box::from)
}

/// The tag keys that the document's condition keys name: `aws:ResourceTag/team` gives `team`.
pub(crate) fn tag_keys(document: &Document) -> BTreeSet<&str> {
    let tag = |text: &'_ str| -> bool { text.contains("Tag/") };
    let keys = strings(document).filter(|text| tag(text) && text.contains(':'));
    let names = keys.filter_map(|text| text.split_once('/').map(|(_, name)| name));
    names.filter(|name| !name.is_empty() && !name.contains(['$', '*'])).collect()
}

fn strings(document: &Document) -> impl Iterator<Item = &str> {
    let strings = document.tree.values().filter(|value| value.kind() == NodeKind::String);
    strings.take(MOST_STRINGS).filter_map(|value| value.as_str())
}
