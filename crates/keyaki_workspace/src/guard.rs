//! What an edit does to access, proved: whether a text grants and denies the same as before.
//!
//! The policies of both texts are compared in pairs, each by itself, by two questions: what its
//! statements grant together, and what its `Deny` statements leave of everything. The second
//! counts where the policy limits others, and where it has nothing but `Deny` statements.

use std::path::Path;

use keyaki_analyze::{Asker, Question, Subject, ask};
use keyaki_catalog::Catalog;
use keyaki_eval::Profile;
use keyaki_ir::Policy;
use keyaki_lint::meaning;
use keyaki_symbolic::Actions;

use crate::check::all_policies;
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
    pairs.max().unwrap_or(Change::None)
}

fn of_pair(old: &ReadPolicy, new: &ReadPolicy, catalog: &Catalog) -> Change {
    if old.kind != new.kind {
        return Change::Open;
    }
    if !old.policy.holes.is_empty() && is_same(&old.policy, &new.policy) {
        return Change::None;
    }
    let subject = |read: &ReadPolicy| meaning::of(read.policy.clone(), read.kind);
    let (old, new) = (subject(old), subject(new));
    let granted = of(&old, &new, catalog);
    granted.max(of(&meaning::opened(old), &meaning::opened(new), catalog))
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
