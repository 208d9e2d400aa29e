//! Near misses: what was probably meant.
//!
//! A suggestion is at most a few slips of the finger away, or it is the same name in another
//! place. Among equals the first in catalogue order wins, so that answers are stable.

use crate::catalog::Catalog;
use crate::service::Service;

impl Catalog {
    /// The action that `prefix:name` was probably meant to be, by its full name.
    ///
    /// In an existing service that is a name one slip away, else the same name in another
    /// service, else a name some slips away. For a prefix that is no service, the service that it
    /// is a slip for is asked first.
    pub fn suggest_action(&self, prefix: &str, name: &str) -> Option<String> {
        let near = |service: Service<'_>, limit: usize| {
            let names = service.actions().map(|action| action.name());
            let found = nearest(name, limit.min(allowed_slips(name)), names);
            found.map(|name| format!("{}:{name}", service.prefix()))
        };
        let elsewhere = || self.same_action_elsewhere(prefix, name);
        match self.service(prefix) {
            Some(service) => {
                near(service, 1).or_else(elsewhere).or_else(|| near(service, usize::MAX))
            }
            None => {
                let meant = self.suggest_service(prefix);
                let meant = meant.and_then(|prefix| self.service(&prefix));
                meant.and_then(|service| near(service, usize::MAX)).or_else(elsewhere)
            }
        }
    }

    /// The one live service that has an action of this name; of several, only one whose prefix is
    /// part of the given one or has it as a part.
    fn same_action_elsewhere(&self, prefix: &str, name: &str) -> Option<String> {
        let found: Vec<_> = self
            .services()
            .filter(|service| !service.prefix().eq_ignore_ascii_case(prefix))
            .filter_map(|service| service.action(name).filter(|action| !action.is_retired()))
            .collect();
        if let [only] = found[..] {
            return Some(only.full_name());
        }
        let prefix = prefix.to_ascii_lowercase();
        let related = |other: &str| other.contains(&prefix) || prefix.contains(other);
        let mut related = found.iter().filter(|action| related(action.service().prefix()));
        let first = related.next()?;
        related.next().is_none().then(|| first.full_name())
    }

    /// The service prefix that `prefix` was probably meant to be: a slip away, or the prefix of
    /// the service with that name, as `states` is for `stepfunctions`.
    pub fn suggest_service(&self, prefix: &str) -> Option<String> {
        let near =
            nearest(prefix, allowed_slips(prefix), self.services().map(|service| service.prefix()));
        let named = || self.services().find(|s| letters(bare_name(s.name())).eq(letters(prefix)));
        let found = near.or_else(|| named().map(|service| service.prefix()));
        found.map(str::to_owned)
    }

    /// The condition key that `name` was probably meant to be.
    ///
    /// Looks for slips in the key and its prefix, then for the same key with another prefix.
    pub fn suggest_key(&self, name: &str) -> Option<String> {
        let (prefix, rest) = name.split_once(':')?;
        let keys = || {
            let global = self.global_keys().map(|key| key.name());
            global.chain(self.condition_keys().map(|key| key.name()))
        };
        let mut forms: Vec<Form<'_>> = keys().map(Form::new).collect();
        forms.dedup();
        let given = Form::of_policy(name);
        let slips = allowed_slips(given.head);
        let near = nearest(given.head, slips, forms.iter().map(|form| form.head));
        let near = near.and_then(|head| forms.iter().find(|form| form.head == head));
        if let Some(form) = near {
            return Some(form.fill(given.tail));
        }
        let given = Form::of_policy(rest);
        let same = |form: &&Form<'_>| {
            let split = form.head.split_once(':');
            split.is_some_and(|(p, r)| r.eq_ignore_ascii_case(given.head) && p != prefix)
        };
        let mut found = forms.iter().filter(same);
        let first = found.next()?;
        let alone = found.next().is_none() || first.head.starts_with("aws:");
        alone.then(|| first.fill(given.tail))
    }
}

/// A key as its fixed head and, after the slash, its hole or what a policy put there.
#[derive(Clone, Copy, PartialEq)]
struct Form<'a> {
    head: &'a str,
    tail: &'a str,
}

impl<'a> Form<'a> {
    /// The form of a catalogue key; only a hole is a tail.
    fn new(key: &'a str) -> Self {
        match key.find("/${").or_else(|| key.find("/<")) {
            Some(at) => Form { head: &key[..at], tail: &key[at..] },
            None => Form { head: key, tail: "" },
        }
    }

    /// The form of a key in a policy; whatever follows the first slash is a tail.
    fn of_policy(key: &'a str) -> Self {
        let at = key.find('/').unwrap_or(key.len());
        Form { head: &key[..at], tail: &key[at..] }
    }

    /// The key with its hole filled from what the policy had, if it has a hole.
    fn fill(&self, tail: &str) -> String {
        let fills = !self.tail.is_empty() && !tail.is_empty();
        format!("{}{}", self.head, if fills { tail } else { self.tail })
    }
}

/// The display name of a service without `AWS` and `Amazon`.
fn bare_name(name: &str) -> &str {
    let bare = name.strip_prefix("AWS ").or_else(|| name.strip_prefix("Amazon "));
    bare.unwrap_or(name)
}

/// The letters and digits of a text, in lower case.
fn letters(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase())
}

/// The candidate with the fewest slips, at most `limit`.
///
/// Among equals one with the same first letter wins, then the first.
fn nearest<'a>(
    text: &str,
    mut limit: usize,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let first = |text: &str| text.bytes().next().map(|byte| byte.to_ascii_lowercase());
    let own = letters_in(text);
    let mut best: Option<((usize, bool), &str)> = None;
    for candidate in candidates {
        // Of two texts some slips apart, each has at most as many letters that the other lacks.
        let strange = letters_in(candidate) ^ own;
        if (strange & own).count_ones().max((strange & !own).count_ones()) as usize > limit {
            continue;
        }
        let Some(slips) = slips(text, candidate, limit) else { continue };
        let rank = (slips, first(text) != first(candidate));
        if best.is_none_or(|(best, _)| rank < best) {
            best = Some((rank, candidate));
            limit = slips;
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Which bytes occur in a text, without regard to case: a bit for each, shared by some.
fn letters_in(text: &str) -> u64 {
    text.bytes().fold(0, |letters, byte| letters | 1 << (byte.to_ascii_lowercase() % 64))
}

/// How many slips still make a near miss: one in short names, three in long ones.
fn allowed_slips(text: &str) -> usize {
    match text.len() {
        0..=2 => 0,
        3..=5 => 1,
        6..=11 => 2,
        _ => 3,
    }
}

/// How many letters must be put in, left out, replaced or swapped with their neighbour to turn
/// one text into the other without regard to case, if at most `limit`.
///
/// The restricted Damerau-Levenshtein distance, of which only the rows that can still stay within
/// the limit are computed.
fn slips(a: &str, b: &str, limit: usize) -> Option<usize> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let same = |i: usize, j: usize| a[i].eq_ignore_ascii_case(&b[j]);
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut current = vec![0; b.len() + 1];
    for i in 0..a.len() {
        current[0] = i + 1;
        for j in 0..b.len() {
            let replaced = last[j] + usize::from(!same(i, j));
            current[j + 1] = replaced.min(last[j + 1] + 1).min(current[j] + 1);
            if i > 0 && j > 0 && same(i, j - 1) && same(i - 1, j) {
                current[j + 1] = current[j + 1].min(before[j - 1] + 1);
            }
        }
        if current.iter().all(|&slips| slips > limit) {
            return None;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut current);
    }
    Some(last[b.len()]).filter(|&slips| slips <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_letters_put_in_left_out_replaced_or_swapped() {
        for (a, b, expected) in [
            ("getobject", "GetObject", Some(0)),
            ("GetObjct", "GetObject", Some(1)),
            ("GetObjject", "GetObject", Some(1)),
            ("GetObjest", "GetObject", Some(1)),
            ("GetObejct", "GetObject", Some(1)),
            ("GteObejct", "GetObject", Some(2)),
            ("PutObject", "GetObject", Some(2)),
            ("ListObject", "GetObject", None),
            ("", "ab", Some(2)),
            ("", "", Some(0)),
        ] {
            assert_eq!(slips(a, b, 2), expected, "{a} {b}");
        }
    }
}
