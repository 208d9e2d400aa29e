//! What an edit does to access, proved: whether a text grants and denies the same as before.
//!
//! The policies of both texts are compared in pairs, each by itself, by two questions: what its
//! statements grant together, and what its `Deny` statements leave of everything. The second
//! counts where the policy limits others, and where it has nothing but `Deny` statements.

use std::path::Path;

use keyaki_analyze::{Asker, Question, Subject, ask};
use keyaki_catalog::Catalog;
use keyaki_diag::{Applicability, Finding, Fix};
use keyaki_eval::Profile;
use keyaki_ir::{Effect, Policy};
use keyaki_lint::meaning;
use keyaki_symbolic::Actions;

use crate::check::all_policies;
use crate::fix::apply;
use crate::{Options, ReadPolicy};

/// The steps of each question: some tenths of a second at most.
const STEPS: u64 = 20_000_000;

/// What an edit does to access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Nothing: both grant and deny the same requests.
    None,
    /// It allows nothing that was not allowed, and less.
    Less,
    /// It may allow more, or neither was proved.
    Open,
}

/// A text whose fixes are looked at.
#[derive(Debug)]
pub struct Guard<'a> {
    path: &'a Path,
    text: &'a str,
    before: Vec<ReadPolicy>,
    options: &'a Options<'a>,
}

/// So many bytes of text are read at most to tell what its fixes do one by one.
const MOST_READ: usize = 32_000_000;

impl<'a> Guard<'a> {
    /// Reads a text.
    pub fn new(path: &'a Path, text: &'a str, options: &'a Options<'a>) -> Guard<'a> {
        Guard { path, text, before: all_policies(path, text, options), options }
    }

    /// What some fixes together do to access.
    pub fn change(&self, fixes: &[&Fix]) -> Change {
        let Some(new) = apply(self.text, fixes) else { return Change::Open };
        change(&self.before, &all_policies(self.path, &new, self.options), self.options.catalog)
    }

    /// Leaves of the fixes of some findings those that are proved to allow no more, and calls
    /// unsafe those that allow less. Fixes that are there to be looked at alone stay as they are.
    /// Of a long text with many fixes only the first are looked at, and the others go.
    pub fn settle<'f>(&self, findings: impl IntoIterator<Item = &'f mut Finding>) {
        let mut left = MOST_READ;
        for finding in findings {
            finding.fixes.retain_mut(|fix| {
                let cost = left.checked_sub(self.text.len());
                left = cost.unwrap_or_default();
                match settled(fix.applicability, || cost.map(|_| self.change(&[&*fix]))) {
                    None => false,
                    Some(applicability) => {
                        fix.applicability = applicability;
                        true
                    }
                }
            });
        }
    }
}

/// What a fix is after a look at what it does; none where it may allow more.
fn settled(
    applicability: Applicability,
    change: impl FnOnce() -> Option<Change>,
) -> Option<Applicability> {
    if applicability == Applicability::DisplayOnly {
        return Some(applicability);
    }
    match change()? {
        Change::None => Some(applicability),
        Change::Less => Some(Applicability::Unsafe),
        Change::Open => None,
    }
}

/// What a new text does in the place of an old one, by all policies in them.
pub fn change_of_text(path: &Path, old: &str, new: &str, options: &Options<'_>) -> Change {
    let policies = |text: &str| all_policies(path, text, options);
    change(&policies(old), &policies(new), options.catalog)
}

/// What the policies of a new text do beside those of an old one.
pub(crate) fn change(old: &[ReadPolicy], new: &[ReadPolicy], catalog: &Catalog) -> Change {
    if old.len() != new.len() {
        return Change::Open;
    }
    let pairs = old.iter().zip(new).map(|(old, new)| of_pair(old, new, catalog));
    // Of a text in which no policy could be read, nothing is proved.
    pairs.max().unwrap_or(Change::Open)
}

fn of_pair(old: &ReadPolicy, new: &ReadPolicy, catalog: &Catalog) -> Change {
    if old.kind != new.kind {
        return Change::Open;
    }
    if !old.policy.holes.is_empty() && is_same(&old.policy, &new.policy) {
        return Change::None;
    }
    let subject = |read: &ReadPolicy| meaning::of(read.policy.clone(), read.kind);
    let denies = [old, new].iter().any(|read| has_deny(&read.policy));
    let (old, new) = (subject(old), subject(new));
    let granted = of(&old, &new, catalog);
    match denies && granted != Change::Open {
        true => granted.max(of(&meaning::opened(old), &meaning::opened(new), catalog)),
        // Where nothing is denied, everything is left.
        false => granted,
    }
}

fn has_deny(policy: &Policy) -> bool {
    policy.statements.iter().any(|s| s.effect() == Some(Effect::Deny))
}

/// Whether two policies are written the same way. What one with holes means cannot be asked.
fn is_same(old: &Policy, new: &Policy) -> bool {
    format!("{old:?}") == format!("{new:?}")
}

/// What one subject does in the place of another.
fn of(old: &Subject, new: &Subject, catalog: &Catalog) -> Change {
    let profile = Profile::documented();
    let asker = Asker::new(catalog, &profile, Actions::Any, STEPS);
    let no_more = |old: &Subject, new: &Subject| {
        ask(&Question::NoNewAccess { old, new }, &asker).holds() == Some(true)
    };
    match no_more(old, new) {
        false => Change::Open,
        true if no_more(new, old) => Change::None,
        true => Change::Less,
    }
}
