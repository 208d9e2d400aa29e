//! What the checks of single statements found, for the next version of the same text.
//!
//! Most checks look at one statement at a time. What they find depends on the statement, on a few
//! facts about the policy ([`Facts`]), and on how much searching is still allowed
//! (`budget.rs`); a check that reads more is noticed by the [`Context`], and what was found in its
//! statement is not kept. So a statement that stands in the next version as it stood before has
//! the same findings, moved to where it stands now. Everything else is checked anew.

use std::sync::Arc;

use keyaki_diag::{Edit, Finding, Fix, Place, TextRange};
use keyaki_ir::{PolicyKind, ResourceType, Statement, Version};
use keyaki_syntax::{NodeId, Tree};

use crate::Document;
use crate::budget::Taken;
use crate::context::Context;

/// What was found in the statements of a policy.
#[derive(Debug)]
pub struct Memory {
    facts: Facts,
    statements: Vec<Known>,
    recalled: usize,
}

impl Memory {
    /// How many statements were not looked at, as it was known what is found in them.
    pub fn recalled(&self) -> usize {
        self.recalled
    }
}

/// What the findings in a statement depend on beside itself.
#[derive(Debug, PartialEq, Eq)]
struct Facts {
    kind: PolicyKind,
    resource_type: Option<ResourceType>,
    version: Version,
    is_long: bool,
}

/// A statement and what was found in it.
#[derive(Debug)]
struct Known {
    origin: NodeId,
    /// None where it depends on what is around the statement.
    found: Option<Arc<Found>>,
}

/// Findings with places that count from the start of their statement.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) findings: Vec<Finding>,
    /// What was taken of each budget.
    pub(crate) taken: [Taken; 2],
}

/// The statements of a policy, with what is known of them from an earlier version.
pub(crate) struct Recall<'m> {
    facts: Facts,
    /// What is known of each statement that is still to come.
    known: std::vec::IntoIter<Option<&'m Arc<Found>>>,
    statements: Vec<Known>,
    recalled: usize,
}

impl<'m> Recall<'m> {
    pub(crate) fn new(
        document: &Document<'_>,
        is_long: bool,
        before: Option<(&Tree, &'m Memory)>,
    ) -> Self {
        let facts = Facts {
            kind: document.kind,
            resource_type: document.resource_type,
            version: document.policy.effective_version(),
            is_long,
        };
        let before = before.filter(|(tree, memory)| {
            memory.facts == facts && tree.holes().is_empty() && document.tree.holes().is_empty()
        });
        let known = match before {
            Some((tree, memory)) => known(document, tree, memory),
            None => vec![None; document.policy.statements.len()],
        };
        let statements = Vec::with_capacity(known.len());
        Self { facts, known: known.into_iter(), statements, recalled: 0 }
    }

    /// Checks the next statement, unless that gives what it gave before.
    pub(crate) fn check<'a>(
        &mut self,
        cx: &mut Context<'a>,
        statement: &'a Statement,
        check: impl FnOnce(&mut Context<'a>),
    ) {
        let known = self.known.next().flatten().filter(|found| cx.put_back(statement, found));
        self.recalled += usize::from(known.is_some());
        let found = match known {
            Some(found) => Some(Arc::clone(found)),
            None => cx.watched(statement, check).map(Arc::new),
        };
        self.statements.push(Known { origin: statement.origin, found });
    }

    pub(crate) fn into_memory(self) -> Memory {
        let Recall { facts, statements, recalled, .. } = self;
        Memory { facts, statements, recalled }
    }
}

/// For each statement what was found in it before. Those that stand as they stood are looked for
/// from the first on and from the last on: an edit is at one place.
fn known<'m>(
    document: &Document<'_>,
    tree: &Tree,
    memory: &'m Memory,
) -> Vec<Option<&'m Arc<Found>>> {
    let is_same = |(new, old): &(&Statement, &Known)| {
        let (new, old) = (document.tree.value(new.origin), tree.value(old.origin));
        new.zip(old).is_some_and(|(new, old)| new.is_same_as(old))
    };
    let (new, old) = (&document.policy.statements, &memory.statements);
    let head = new.iter().zip(old).take_while(is_same).count();
    let rest = new.iter().skip(head).rev().zip(old.iter().skip(head).rev());
    let tail = rest.take_while(is_same).count();
    let mut known: Vec<_> = old.iter().take(head).map(|known| known.found.as_ref()).collect();
    known.resize(new.len() - tail, None);
    known.extend(old.iter().skip(old.len() - tail).map(|known| known.found.as_ref()));
    known
}

/// Findings in a statement with places that count from its start. None where one of them, or of
/// their edits, lies elsewhere.
pub(crate) fn relative(findings: &[Finding], range: TextRange, base: &str) -> Option<Vec<Finding>> {
    let inside = |at: TextRange| {
        let moved = TextRange::new(at.start.wrapping_sub(range.start), at.end - range.start);
        range.contains(at).then_some(moved)
    };
    let pointer = |pointer: &str| pointer.strip_prefix(base).map(str::to_owned);
    findings.iter().map(|finding| moved(finding, inside, pointer)).collect()
}

/// A finding of [`relative`] where its statement stands.
pub(crate) fn absolute(finding: &Finding, range: TextRange, base: &str) -> Option<Finding> {
    let at = |at: TextRange| Some(TextRange::new(at.start + range.start, at.end + range.start));
    moved(finding, at, |pointer| Some([base, pointer].concat()))
}

fn moved(
    finding: &Finding,
    range: impl Fn(TextRange) -> Option<TextRange>,
    pointer: impl Fn(&str) -> Option<String>,
) -> Option<Finding> {
    let place = |place: &Place| {
        let (range, pointer) = (range(place.range)?, pointer(&place.pointer)?);
        Some(Place { range, pointer, label: place.label.clone() })
    };
    let edit = |edit: &Edit| {
        Some(Edit { range: range(edit.range)?, replacement: edit.replacement.clone() })
    };
    let fix = |fix: &Fix| {
        let edits = fix.edits.iter().map(edit).collect::<Option<_>>()?;
        Some(Fix { title: fix.title.clone(), applicability: fix.applicability, edits })
    };
    Some(Finding {
        places: finding.places.iter().map(place).collect::<Option<_>>()?,
        fixes: finding.fixes.iter().map(fix).collect::<Option<_>>()?,
        message: finding.message.clone(),
        notes: finding.notes.clone(),
        ..*finding
    })
}
