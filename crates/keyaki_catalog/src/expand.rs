//! Action patterns as sets of actions.

use crate::action::{Action, ActionId};
use crate::catalog::Catalog;
use crate::fold;
use crate::service::Service;
use crate::source::layout::{Section, retired};
use keyaki_ir::glob::{self, Case};
use std::ops::{ControlFlow, Range};

/// A set of actions of one catalogue, one bit each.
///
/// Two sets are equal when they hold the same numbers, whatever catalogue these come from.
#[derive(Clone, Debug, Default)]
pub struct ActionSet {
    words: Vec<u64>,
}

impl ActionSet {
    /// The empty set.
    pub fn new() -> Self {
        ActionSet::default()
    }

    /// Adds an action.
    pub fn insert(&mut self, id: ActionId) {
        let (word, bit) = place(id);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= bit;
    }

    /// Takes an action out.
    pub fn remove(&mut self, id: ActionId) {
        let (word, bit) = place(id);
        if let Some(word) = self.words.get_mut(word) {
            *word &= !bit;
        }
    }

    /// Whether the action is in the set.
    pub fn contains(&self, id: ActionId) -> bool {
        let (word, bit) = place(id);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// How many actions are in the set.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no action is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The numbers of the actions, ascending.
    pub fn iter(&self) -> impl Iterator<Item = ActionId> + '_ {
        (0u32..)
            .zip(&self.words)
            .flat_map(|(index, &word)| Bits(word).map(move |bit| ActionId(index * u64::BITS + bit)))
    }

    /// Adds all actions of `other`.
    pub fn union_with(&mut self, other: &ActionSet) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Keeps only actions that are in `other`, too.
    pub fn intersect_with(&mut self, other: &ActionSet) {
        self.words.truncate(other.words.len());
        for (word, kept) in self.words.iter_mut().zip(&other.words) {
            *word &= kept;
        }
    }

    /// Takes out all actions of `other`.
    pub fn subtract(&mut self, other: &ActionSet) {
        for (word, gone) in self.words.iter_mut().zip(&other.words) {
            *word &= !gone;
        }
    }

    /// The actions that are in either set.
    #[must_use]
    pub fn union(&self, other: &ActionSet) -> ActionSet {
        let mut set = self.clone();
        set.union_with(other);
        set
    }

    /// The actions that are in both sets.
    #[must_use]
    pub fn intersection(&self, other: &ActionSet) -> ActionSet {
        let mut set = self.clone();
        set.intersect_with(other);
        set
    }

    /// The actions that are in this set but not in the other.
    #[must_use]
    pub fn difference(&self, other: &ActionSet) -> ActionSet {
        let mut set = self.clone();
        set.subtract(other);
        set
    }

    /// Whether every action of this set is in `other`.
    pub fn is_subset(&self, other: &ActionSet) -> bool {
        let others = other.words.iter().copied().chain(std::iter::repeat(0));
        self.words.iter().zip(others).all(|(word, other)| word & !other == 0)
    }

    fn insert_range(&mut self, range: Range<u32>) {
        let words = range.end.div_ceil(u64::BITS) as usize;
        self.words.resize(self.words.len().max(words), 0);
        for (word, first) in self.words.iter_mut().zip((0..).step_by(u64::BITS as usize)) {
            let bits = |limit: u32| limit.saturating_sub(first).min(u64::BITS);
            *word |= low_bits(bits(range.end)) & !low_bits(bits(range.start));
        }
    }
}

impl PartialEq for ActionSet {
    fn eq(&self, other: &Self) -> bool {
        self.is_subset(other) && other.is_subset(self)
    }
}

impl Eq for ActionSet {}

impl FromIterator<ActionId> for ActionSet {
    fn from_iter<I: IntoIterator<Item = ActionId>>(ids: I) -> Self {
        let mut set = ActionSet::new();
        set.extend(ids);
        set
    }
}

impl Extend<ActionId> for ActionSet {
    fn extend<I: IntoIterator<Item = ActionId>>(&mut self, ids: I) {
        ids.into_iter().for_each(|id| self.insert(id));
    }
}

fn place(ActionId(number): ActionId) -> (usize, u64) {
    ((number / u64::BITS) as usize, 1 << (number % u64::BITS))
}

/// A word with the lowest `count` bits set.
fn low_bits(count: u32) -> u64 {
    1u64.checked_shl(count).map_or(u64::MAX, |bit| bit - 1)
}

/// The numbers of the bits that are set.
struct Bits(u64);

impl Iterator for Bits {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let bit = (self.0 != 0).then(|| self.0.trailing_zeros())?;
        self.0 &= self.0 - 1;
        Some(bit)
    }
}

impl Catalog {
    /// The live actions that an action pattern matches, such as `s3:Get*` or `*`.
    ///
    /// The pattern is matched against the full name, prefix and colon included.
    pub fn expand(&self, pattern: &str) -> ActionSet {
        let mut set = ActionSet::new();
        let mut hull: Option<Range<u32>> = None;
        let _ = self.try_matches(pattern, |range| {
            let start = hull.as_ref().map_or(range.start, |hull| hull.start);
            hull = Some(start..range.end);
            set.insert_range(range);
            ControlFlow::Continue(())
        });
        self.remove_retired(&mut set, hull.unwrap_or_default());
        set
    }

    /// Whether an action pattern matches any action, retired ones included.
    ///
    /// True as well where the actions of the service are not known, so that the answer "no" is
    /// always right.
    pub fn matches_any(&self, pattern: &str) -> bool {
        let found = self.some_match(pattern, |mut range| range.next().is_some());
        let prefix = pattern.split_once(':').map(|(prefix, _)| prefix);
        found || prefix.is_some_and(|prefix| self.has_unknown_actions(prefix))
    }

    fn has_unknown_actions(&self, prefix: &str) -> bool {
        let unknown = |service: Service<'_>| stop_if(!service.actions_are_known());
        self.try_services(prefix, unknown).is_break()
    }

    /// Whether an action pattern matches any live action.
    pub fn matches_live(&self, pattern: &str) -> bool {
        let live = |n: u32| !Action::new(self, n).is_retired();
        self.some_match(pattern, |mut range| range.any(live))
    }

    /// Whether some range of the actions that the pattern matches is as asked.
    fn some_match(&self, pattern: &str, asked: impl Fn(Range<u32>) -> bool) -> bool {
        self.try_matches(pattern, |range| stop_if(asked(range))).is_break()
    }

    /// Calls `visit` with ascending ranges of the numbers of the actions that a pattern matches,
    /// retired actions included; see [`Catalog::action_by_id`].
    pub fn for_ranges(&self, pattern: &str, mut visit: impl FnMut(Range<u32>)) {
        let _ = self.try_matches(pattern, |range| {
            visit(range);
            ControlFlow::Continue(())
        });
    }

    /// Calls `visit` with ascending ranges of the actions that the pattern matches, retired ones
    /// included, until it has enough.
    fn try_matches(
        &self,
        pattern: &str,
        mut visit: impl FnMut(Range<u32>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match pattern.split_once(':') {
            Some((prefix, name)) => {
                self.try_services(prefix, |service| try_actions(service, name, &mut visit))
            }
            None if pattern.bytes().all(|b| b == b'*') && !pattern.is_empty() => {
                visit(0..self.blob.count(Section::Actions))
            }
            None => self.try_whole_names(pattern, visit),
        }
    }

    /// Calls `visit` with every service whose prefix the pattern matches, until it has enough.
    fn try_services<'c>(
        &'c self,
        pattern: &str,
        visit: impl FnMut(Service<'c>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if glob::has_wildcard(pattern) {
            let matching = |s: &Service<'_>| glob::matches(pattern, s.prefix(), Case::Insensitive);
            self.all_services().filter(matching).try_for_each(visit)
        } else {
            self.service(pattern).into_iter().try_for_each(visit)
        }
    }

    /// Matches a pattern without a colon: every full name has one, which only a wildcard takes in.
    fn try_whole_names(
        &self,
        pattern: &str,
        mut visit: impl FnMut(Range<u32>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some(last) = pattern.rfind(['*', '?']) else { return ControlFlow::Continue(()) };
        let tail = &pattern.as_bytes()[last + 1..];
        let mut full = String::new();
        for action in self.all_services().flat_map(Service::all_actions) {
            if !fold::ends_with(action.service().action_name(action.id().0), tail) {
                continue;
            }
            full.clear();
            full.extend([action.service().prefix(), ":", action.name()]);
            if glob::matches(pattern, &full, Case::Insensitive) {
                visit(one(action.id().0))?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Takes the retired actions with numbers in `range` out of the set.
    fn remove_retired(&self, set: &mut ActionSet, range: Range<u32>) {
        let number = |record| self.blob.get4(Section::Retired, record, retired::ACTION);
        let records = 0..self.blob.count(Section::Retired);
        let first = fold::partition_point(records.clone(), |record| number(record) < range.start);
        let numbers = (first..records.end).map(number).take_while(|&n| n < range.end);
        numbers.for_each(|n| set.remove(ActionId(n)));
    }
}

/// Calls `visit` with ascending ranges of the service's actions that the pattern matches, until it
/// has enough.
fn try_actions(
    service: Service<'_>,
    pattern: &str,
    mut visit: impl FnMut(Range<u32>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let Some(end) = pattern.find(['*', '?']) else {
        let mut action = service.action(pattern).into_iter();
        return action.try_for_each(|action| visit(one(action.id().0)));
    };
    let (head, tail) = pattern.split_at(end);
    let range = fold::find_head(service.action_range(), head, |n| service.action_name(n));
    if tail.bytes().all(|b| b == b'*') {
        return visit(range);
    }
    let pattern = pattern.as_bytes();
    let name = |n: &u32| service.action_name(*n);
    let matching = |n: &u32| glob::matches_bytes(pattern, name(n), Case::Insensitive);
    range.filter(matching).try_for_each(|n| visit(one(n)))
}

fn stop_if(enough: bool) -> ControlFlow<()> {
    if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

fn one(number: u32) -> Range<u32> {
    number..number + 1
}
