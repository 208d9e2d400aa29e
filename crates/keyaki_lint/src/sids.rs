//! Sids that occur more than once in a policy.

use std::collections::HashSet;

use keyaki_ir::{Policy, Statement, Text};

/// A Sid that an earlier statement has already.
pub(crate) struct Repeat<'p> {
    /// The Sid.
    pub(crate) sid: &'p Text,
    /// The first statement with it.
    pub(crate) first: &'p Statement,
}

/// The Sids that repeat an earlier one, in order. Letter case counts; empty Sids are none.
pub(crate) fn repeats(policy: &Policy) -> Vec<Repeat<'_>> {
    let named = |s: &'_ Statement| s.sid.as_ref().is_some_and(|sid| !sid.value.is_empty());
    if policy.statements.iter().filter(|s| named(s)).count() < 2 {
        return Vec::new();
    }
    let mut sids: Vec<(&Text, &Statement)> =
        policy.statements.iter().filter_map(|s| Some((s.sid.as_ref()?, s))).collect();
    sids.retain(|(sid, _)| !sid.value.is_empty());
    sids.sort_by(|(a, s), (b, t)| (&a.value, s.index).cmp(&(&b.value, t.index)));
    let groups = sids.chunk_by(|(a, _), (b, _)| a.value == b.value);
    let mut found: Vec<(usize, Repeat<'_>)> = groups
        .flat_map(|group| {
            let (_, first) = group[0];
            group[1..].iter().map(move |&(sid, s)| (s.index, Repeat { sid, first }))
        })
        .collect();
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().map(|(_, repeat)| repeat).collect()
}

/// Sids that are free in a policy.
pub(crate) struct FreeSids<'p> {
    taken: HashSet<std::borrow::Cow<'p, str>>,
    number: usize,
}

impl<'p> FreeSids<'p> {
    /// All but those of the policy.
    pub(crate) fn of(policy: &'p Policy) -> Self {
        let sids = policy.statements.iter().filter_map(|s| s.sid.as_ref());
        Self { taken: sids.map(|sid| (&*sid.value).into()).collect(), number: 1 }
    }

    /// A Sid that begins with `stem` and was not given out before.
    pub(crate) fn next(&mut self, stem: &str) -> String {
        loop {
            self.number += 1;
            let sid = format!("{stem}{}", self.number);
            if self.taken.insert(sid.clone().into()) {
                return sid;
            }
        }
    }
}
