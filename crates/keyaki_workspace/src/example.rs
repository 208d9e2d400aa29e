//! Values for what is not known before deployment, as examples: an ARN where one must stand, an
//! account where one must.
//!
//! A value is nobody's guess about a deployment. It makes a policy into one that can be asked
//! about, and is told together with what was found.

use std::collections::BTreeMap;

use keyaki_catalog::Catalog;
use keyaki_diag::TextRange;
use keyaki_syntax::{NodeKind, Tree, Value};

/// The account that deploys.
const ACCOUNT: &str = "999988887777";

/// Values by their labels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    all: BTreeMap<String, String>,
}

impl Values {
    /// Values for the holes of texts: those that are given, by their labels, and others.
    pub(crate) fn of(
        trees: &[Tree],
        given: &BTreeMap<String, String>,
        catalog: &Catalog,
    ) -> Values {
        let is_plain = |text: &str| !text.contains(['"', '\\']) && !text.contains(char::is_control);
        let given = given.iter().filter(|(_, value)| is_plain(value));
        let mut values = Values { all: given.map(|(l, v)| (l.clone(), v.clone())).collect() };
        for tree in trees {
            let strings = tree.values().filter(|v| v.kind() == NodeKind::String);
            for string in strings {
                for hole in tree.holes_in(string.range()) {
                    let label = label(hole.slice(tree.source()));
                    if !values.all.contains_key(label) {
                        let value = match others(tree, *hole) {
                            Some(_) => "one".to_owned(),
                            None => value(label, string, *hole, catalog),
                        };
                        values.all.insert(label.to_owned(), value);
                    }
                }
            }
        }
        values
    }

    pub(crate) fn all(&self) -> &BTreeMap<String, String> {
        &self.all
    }

    /// A text with the values in the place of its holes. What may be there any number of times is
    /// there once.
    pub(crate) fn filled(&self, tree: &Tree) -> Tree {
        self.with(tree, "")
    }

    /// The same with an empty object for all other times, so that its values are numbered as before.
    pub(crate) fn numbered(&self, tree: &Tree) -> Tree {
        self.with(tree, ", {}")
    }

    fn with(&self, tree: &Tree, for_others: &str) -> Tree {
        let source = tree.source();
        let mut text = String::with_capacity(source.len());
        let mut at = 0;
        for hole in tree.holes() {
            text.push_str(TextRange::new(at, hole.start.max(at)).slice(source));
            if let Some(end) = others(tree, *hole) {
                text.truncate(text.trim_end_matches([',', ' ', '"']).len());
                text.push_str(for_others);
                at = end;
                continue;
            }
            text.push_str(self.all.get(label(hole.slice(source))).map_or("", String::as_str));
            at = hole.end;
        }
        text.push_str(TextRange::new(at, source.len() as u32).slice(source));
        Tree::parse(text)
    }
}

/// Where the hole ends that stands for more of the element before it, with its quotes.
fn others(tree: &Tree, hole: TextRange) -> Option<u32> {
    let all = tree.repeated_around(hole)?;
    (all.end == hole.end + 1).then_some(all.end)
}

fn label(written: &str) -> &str {
    written.strip_prefix("${").and_then(|w| w.strip_suffix('}')).unwrap_or(written)
}

fn value(label: &str, string: Value<'_>, hole: TextRange, catalog: &Catalog) -> String {
    match label {
        "AWS::AccountId" => ACCOUNT.to_owned(),
        "AWS::Partition" => "aws".to_owned(),
        "AWS::Region" => "us-east-1".to_owned(),
        "AWS::URLSuffix" => "amazonaws.com".to_owned(),
        _ if string.is_hole() || begins(string, hole) => whole(label, string, catalog),
        _ => part(label, string, hole),
    }
}

/// Whether a hole begins a text that goes on as an ARN or a path does.
fn begins(string: Value<'_>, hole: TextRange) -> bool {
    let rest = TextRange::new(hole.end, string.range().end).slice(string.tree().source());
    hole.start == string.range().start + 1 && rest.starts_with(['/', ':'])
}

/// A value for a part of a text: in an ARN, what its segment holds.
fn part(label: &str, string: Value<'_>, hole: TextRange) -> String {
    let source = string.tree().source();
    let before = TextRange::new(string.range().start, hole.start).slice(source);
    let before = before.trim_start_matches('"');
    let is_arn = before.starts_with("arn:") || before.starts_with("${AWS::Partition}");
    // The colons of `AWS::Region` and its like separate nothing.
    let colons = before.replace("${AWS::", "${").matches(':').count();
    match colons {
        1 if is_arn => "aws".to_owned(),
        3 if is_arn => "us-east-1".to_owned(),
        4 if is_arn => account(label),
        _ => word(label),
    }
}

/// An account that is another one for another label.
fn account(label: &str) -> String {
    let sum = label.bytes().fold(7_u64, |sum, b| (sum * 31 + u64::from(b)) % 900_000_000_000);
    (100_000_000_000 + sum).to_string()
}

/// A value for a text as a whole, by where it stands.
fn whole(label: &str, string: Value<'_>, catalog: &Catalog) -> String {
    let pointer = string.tree().pointer(string.id());
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    let has = |name: &str| steps.contains(&name);
    let role = || format!("arn:aws:iam::{ACCOUNT}:role/{}", word(label));
    if has("Resource") || has("NotResource") {
        return resource(label, string, catalog);
    }
    if has("Principal") {
        return match steps.iter().find(|s| matches!(**s, "Service" | "Federated")) {
            Some(&"Service") => "ec2.amazonaws.com".to_owned(),
            Some(_) => format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{}.example.com", word(label)),
            None => role(),
        };
    }
    let operator = steps.iter().skip_while(|s| **s != "Condition").nth(1).unwrap_or(&"");
    let kinds = [
        ("Ip", "192.0.2.0/24"),
        ("Numeric", "1"),
        ("Date", "2030-01-01T00:00:00Z"),
        ("Bool", "true"),
        ("Null", "true"),
    ];
    let found = kinds.iter().find(|(kind, _)| operator.contains(kind));
    match found {
        Some((_, value)) => (*value).to_owned(),
        None if operator.contains("Arn") => role(),
        None if has("Condition") && label.to_ascii_lowercase().contains("account") => {
            account(label)
        }
        None => word(label),
    }
}

/// The ARN of something that the first action of the statement works on.
fn resource(label: &str, string: Value<'_>, catalog: &Catalog) -> String {
    let statement = std::iter::successors(Some(string), |v| v.parent());
    let mut actions = statement.filter_map(|v| v.get("Action"));
    let action = actions.next().and_then(|a| a.as_str().or_else(|| a.elements().next()?.as_str()));
    let action = action.and_then(|name| catalog.action(name));
    let template = action.and_then(|a| Some(a.resources().next()?.resource_type().arn()));
    let template = template.unwrap_or("arn:aws:example:${Region}:${Account}:${Name}");
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once("${").and_then(|(b, r)| Some((b, r.split_once('}')?)))
    {
        text.push_str(before);
        text.push_str(&match name {
            "Partition" => "aws".to_owned(),
            "Region" => "us-east-1".to_owned(),
            "Account" => ACCOUNT.to_owned(),
            _ => word(label),
        });
        rest = after;
    }
    text + rest
}

/// A label as a word that names of resources may be.
fn word(label: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let word: String = label.chars().take(40).map(plain).collect();
    let word = word.trim_matches('-');
    if word.len() < 3 { format!("{word}xx") } else { word.to_owned() }
}
