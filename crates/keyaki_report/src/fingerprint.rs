//! What stays the same of a finding while the file around it changes.
//!
//! A fingerprint is made of the rule, of the text of the statement without its white space, of the
//! place inside that statement, and of the policy's place in a file that holds several. Statements
//! may move inside their policy, other statements may change, the file may be reformatted: the
//! fingerprint stays. It changes when the statement itself changes, and when it moves to another
//! policy, where it grants something to somebody else.
//! Findings that are equal in all this are numbered.

use std::collections::HashMap;

use keyaki_diag::{Finding, TextRange};

use crate::{Document, File};

/// The fingerprints of a file's findings, in the order of [`File::findings`].
pub fn fingerprints(file: &File<'_>) -> Vec<String> {
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let number = |hash: u64| {
        let count = seen.entry(hash).or_default();
        *count += 1;
        format!("{hash:016x}:{count}")
    };
    file.documents.iter().flat_map(|document| hashes(file, document)).map(number).collect()
}

fn hashes(file: &File<'_>, document: &Document<'_>) -> Vec<u64> {
    if document.findings.is_empty() {
        return Vec::new();
    }
    let hash_of = |range: &TextRange| fnv1a(without_space(range.slice(file.text)));
    let statements: Vec<u64> = document.statements.iter().map(hash_of).collect();
    let policy = document.pointer;
    document.findings.iter().map(|finding| hash(finding, policy, &statements)).collect()
}

fn hash(finding: &Finding, policy: &str, statements: &[u64]) -> u64 {
    let pointer = finding.place().map_or("", |p| &p.pointer);
    let (index, inside) = split(pointer);
    let statement = index.and_then(|i| statements.get(i)).copied().unwrap_or_default();
    let rule = finding.rule.name.bytes();
    let place = statement.to_le_bytes().into_iter().chain(inside.bytes());
    let policy = policy.bytes().chain((!policy.is_empty()).then_some(0));
    fnv1a(rule.chain([0]).chain(policy).chain(place))
}

/// A pointer as the statement that it leads into and the rest.
fn split(pointer: &str) -> (Option<usize>, &str) {
    let Some(rest) = pointer.strip_prefix("/Statement") else { return (None, pointer) };
    let Some(step) = rest.strip_prefix('/') else { return (None, pointer) };
    let (first, after) = step.split_at(step.find('/').unwrap_or(step.len()));
    match first.parse() {
        Ok(index) => (Some(index), after),
        // One statement that stands without a list.
        Err(_) => (Some(0), rest),
    }
}

/// JSON text without the white space between its tokens.
fn without_space(text: &str) -> impl Iterator<Item = u8> {
    let (mut in_string, mut escaped) = (false, false);
    text.bytes().filter(move |&b| {
        let keep = in_string || !b.is_ascii_whitespace();
        in_string = (b == b'"' && !escaped) != in_string;
        escaped = in_string && b == b'\\' && !escaped;
        keep
    })
}

/// The 64-bit FNV-1a hash (<http://www.isthe.com/chongo/tech/comp/fnv/>): the same on every
/// machine and in every version.
fn fnv1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_between_tokens_does_not_count() {
        let plain = |text| without_space(text).map(char::from).collect::<String>();
        assert_eq!(plain("{ \"a b\" :\n [1, \"c\\\" d\"] }"), "{\"a b\":[1,\"c\\\" d\"]}");
    }

    #[test]
    fn a_pointer_is_split_after_its_statement() {
        assert_eq!(split("/Statement/12/Action/0"), (Some(12), "/Action/0"));
        assert_eq!(split("/Statement/3"), (Some(3), ""));
        assert_eq!(split("/Statement/Action"), (Some(0), "/Action"));
        assert_eq!(split("/Statement"), (None, "/Statement"));
        assert_eq!(split("/Version"), (None, "/Version"));
        assert_eq!(split(""), (None, ""));
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a("foobar".bytes()), 0x85944171f73967e8);
        assert_eq!(fnv1a("".bytes()), 0xcbf29ce484222325);
    }
}
