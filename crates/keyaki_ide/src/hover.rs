//! What is told about the thing under the pointer.

use std::fmt::Write;

use keyaki_diag::{Finding, TextRange};
use keyaki_ir::{Pattern, Statement};
use keyaki_syntax::NodeId;

use crate::Document;
use crate::facts::{self, count};
use crate::rule::rule_page;
use crate::site::{Site, site_at};

/// A text about a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The place.
    pub range: TextRange,
    /// The text.
    pub markdown: String,
}

/// What is to be told at an offset: the thing itself, then the rules that say something there.
pub fn hover(document: &Document, offset: u32) -> Option<Hover> {
    let subject = site_at(document, offset).and_then(|(value, site)| {
        let (origin, range) = (value.id(), value.range());
        variable(document, origin, offset)
            .or_else(|| Some(Hover { range, markdown: describe(document, site)? }))
    });
    let rules = rules(document, offset);
    match subject {
        Some(mut hover) => {
            if !rules.is_empty() {
                // Without the empty line the last paragraph would be a heading.
                hover.markdown += &format!("\n\n---\n{rules}");
            }
            Some(hover)
        }
        None if rules.is_empty() => None,
        None => Some(Hover { range: TextRange::empty(offset), markdown: rules }),
    }
}

fn describe(document: &Document, site: Site<'_>) -> Option<String> {
    let catalog = document.catalog();
    match site {
        Site::ElementName(name) => facts::element(name).map(|text| format!("**{name}**\n\n{text}")),
        Site::Version => facts::element("Version").map(str::to_owned),
        Site::Effect => facts::element("Effect").map(str::to_owned),
        Site::Sid(_) => None,
        Site::Action { element, entry } => {
            let text = action(document, &entry.text);
            let note = "\nThis element names what is *left out*.\n";
            Some(if element.negated { text + note } else { text })
        }
        Site::Resource(entry) => resource(document, &entry.pattern),
        Site::PrincipalKey(group) => {
            let name = &*group.key.value;
            facts::element(name).map(|text| format!("**{name}**\n\n{text}"))
        }
        Site::Principal(entry) => facts::arn(catalog, &Pattern::new(&*entry.text)),
        Site::Operator(block) => block.operator.operator.map(facts::operator),
        Site::Key { statement, entry } => key(document, statement, &entry.key.value),
        Site::Value(value) => resource(document, &value.pattern),
    }
}

fn action(document: &Document, text: &str) -> String {
    let catalog = document.catalog();
    match catalog.action(text) {
        Some(found) => facts::action(found),
        None if keyaki_ir::glob::has_wildcard(text) => facts::expansion(catalog, text),
        None => format!("`{text}` is not in the catalogue of {}.", catalog.snapshot().date),
    }
}

fn resource(document: &Document, pattern: &Pattern) -> Option<String> {
    let catalog = document.catalog();
    let managed = pattern.text().contains(":policy/").then(|| pattern.text());
    if let Some(managed) = managed.and_then(|text| catalog.managed_policy(text)) {
        return Some(facts::managed_policy(catalog, managed));
    }
    facts::arn(catalog, pattern)
}

/// What a key is, and how many of the statement's actions carry it.
fn key(document: &Document, statement: &Statement, name: &str) -> Option<String> {
    let catalog = document.catalog();
    let mut text = facts::key(catalog, name)?;
    let actions = facts::actions(catalog, statement);
    let carries = |action: &keyaki_catalog::Action<'_>| {
        action.all_condition_keys().any(|key| key.matches(name))
    };
    let found = actions.iter().filter_map(|id| catalog.action_by_id(id));
    let carrying = found.filter(carries).count();
    if carrying > 0 {
        let all = count(actions.len(), "action");
        let _ = writeln!(text, "\nOf this statement's {all}, {carrying} carry it.");
    }
    Some(text)
}

/// The variable `${…}` of a string around an offset.
fn variable(document: &Document, origin: NodeId, offset: u32) -> Option<Hover> {
    let value = document.tree.value(origin)?;
    let pattern = Pattern::new(value.as_str()?);
    let at = |range: std::ops::Range<usize>| value.inner_range(range);
    let found = pattern.variables().iter().find(|variable| {
        at(variable.range.clone()).contains(TextRange::empty(offset)) && variable.escape.is_none()
    })?;
    let markdown = facts::key(document.catalog(), &found.key)?;
    Some(Hover { range: at(found.range.clone()), markdown })
}

/// The rules whose findings are at an offset, each with its summary.
fn rules(document: &Document, offset: u32) -> String {
    let here = |finding: &&Finding| finding.range().contains(TextRange::empty(offset));
    let mut text = String::new();
    for finding in document.findings().iter().filter(here) {
        let (name, summary) = (finding.rule.name, finding.rule.summary());
        let link = rule_page(finding.rule).map(|url| format!(" ([source]({url}))"));
        let _ = writeln!(text, "\n`{name}`: {summary}{}\n", link.unwrap_or_default());
    }
    text
}
