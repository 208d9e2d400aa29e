//! What an edit does to access, proved: whether a text grants and denies the same as before.
//!
//! The policies of both texts are compared in pairs, each by itself, by two questions: what its
//! statements grant together, and what its `Deny` statements leave of everything. The second
//! counts where the policy limits others, and where it has nothing but `Deny` statements.
//!
//! Statements that stand before and after what an edit changes are left out first: where the rest
//! grants no more and denies no less, so do the whole policies. Where that is not enough, those are
//! taken in that share an action with it, because another statement may grant what an edit takes
//! away.

use std::path::Path;

use keyaki_analyze::{Asker, Question, Subject, ask_beside_any};
use keyaki_catalog::Catalog;
use keyaki_diag::{Applicability, Finding, Fix};
use keyaki_eval::Profile;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{ActionPattern, Effect, Policy, PolicyKind, Statement};
use keyaki_lint::{meaning, says_the_same};
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

impl Change {
    /// The most that fixes of an applicability may do.
    pub fn most(applicability: Applicability) -> Change {
        match applicability {
            Applicability::Safe => Change::None,
            Applicability::Unsafe | Applicability::DisplayOnly => Change::Less,
        }
    }
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

    /// What some fixes together do to access. Where that is no more than they may do, it is not
    /// found out whether it is less.
    pub fn change(&self, fixes: &[&Fix], most: Change) -> Change {
        let Some(new) = apply(self.text, fixes) else { return Change::Open };
        let after = all_policies(self.path, &new, self.options);
        change(&self.before, &after, most, self.options.catalog)
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
                let most = Change::most(fix.applicability);
                match settled(fix.applicability, || cost.map(|_| self.change(&[&*fix], most))) {
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
    change(&policies(old), &policies(new), Change::None, options.catalog)
}

/// What the policies of a new text do beside those of an old one.
fn change(old: &[ReadPolicy], new: &[ReadPolicy], most: Change, catalog: &Catalog) -> Change {
    if old.len() != new.len() {
        return Change::Open;
    }
    let pairs = old.iter().zip(new).map(|(old, new)| of_pair(old, new, most, catalog));
    // Of a text in which no policy could be read, nothing is proved.
    pairs.max().unwrap_or(Change::Open)
}

fn of_pair(old: &ReadPolicy, new: &ReadPolicy, most: Change, catalog: &Catalog) -> Change {
    if old.kind != new.kind {
        return Change::Open;
    }
    if !old.policy.holes.is_empty() && is_same(&old.policy, &new.policy) {
        return Change::None;
    }
    let kind = old.kind;
    let (old, new) = (&old.policy, &new.policy);
    let Some(parts) = changed_parts(old, new) else {
        return of_policies(old.clone(), new.clone(), kind, catalog);
    };
    let of_parts = of_policies(parts.0.clone(), parts.1.clone(), kind, catalog);
    if of_parts <= most {
        return of_parts;
    }
    of_policies(bearing_on(&parts, old), bearing_on(&parts, new), kind, catalog)
}

/// Two policies without the statements that both begin with and both end with; none where no
/// statement can be left out, or where the same statement can mean different things in them.
fn changed_parts(old: &Policy, new: &Policy) -> Option<(Policy, Policy)> {
    if old.effective_version() != new.effective_version() {
        return None;
    }
    let (mut a, mut b) = (old.statements.as_slice(), new.statements.as_slice());
    while let ([first, left @ ..], [other, right @ ..]) = (a, b)
        && says_the_same(first, other)
    {
        (a, b) = (left, right);
    }
    while let ([left @ .., last], [right @ .., other]) = (a, b)
        && says_the_same(last, other)
    {
        (a, b) = (left, right);
    }
    let with =
        |policy: &Policy, statements: &[Statement]| policy.with_statements(statements.to_vec());
    (a.len() < old.statements.len()).then(|| (with(old, a), with(new, b)))
}

/// A policy without the statements of which no action is one of the changed statements': these
/// decide alike before and after about requests that the changed ones bear on, and the changed
/// ones do not bear on others.
fn bearing_on((old, new): &(Policy, Policy), whole: &Policy) -> Policy {
    let changed = || old.statements.iter().chain(&new.statements);
    let bears = |s: &&Statement| changed().any(|c| may_share_action(c, s));
    whole.with_statements(whole.statements.iter().filter(bears).cloned().collect())
}

fn may_share_action(a: &Statement, b: &Statement) -> bool {
    let (Some(a), Some(b)) = (&a.action, &b.action) else { return true };
    let meets = |a: &ActionPattern, b: &ActionPattern| {
        glob::intersects(&a.text, &b.text, Case::Insensitive)
    };
    a.entries.iter().any(|a| b.entries.iter().any(|b| meets(a, b)))
}

fn of_policies(old: Policy, new: Policy, kind: PolicyKind, catalog: &Catalog) -> Change {
    let denies = [&old, &new].into_iter().any(has_deny);
    let (old, new) = (meaning::of(old, kind), meaning::of(new, kind));
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
        ask_beside_any(&Question::NoNewAccess { old, new }, &asker).holds() == Some(true)
    };
    match no_more(old, new) {
        false => Change::Open,
        true if no_more(new, old) => Change::None,
        true => Change::Less,
    }
}
