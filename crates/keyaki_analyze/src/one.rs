//! Questions about exactly one caller, whose account and whose resource's account are known.

use keyaki_eval::{Caller, Formula};
use keyaki_symbolic::{Actions, Ask, Budget, Engine};

use crate::ask::asked_for;
use crate::asked::Asked;
use crate::callers::{CallerCase, absent, arn_like, is, like, present};
use crate::{Access, Answer, Asker, Subject};

/// Whether none of this access is granted to the caller; a refutation is a request that is.
pub fn access_of(
    subject: &Subject,
    caller: &Caller,
    same_account: bool,
    access: &[Access],
    asker: &Asker<'_>,
) -> Answer {
    access_with(subject, caller, same_account, access, &[], asker)
}

/// What is known of a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyIs {
    /// It is absent.
    Absent,
    /// It holds this value.
    Value(String),
    /// It holds an ARN of this pattern.
    Arn(String),
    /// It holds this and something behind it.
    Begins(String),
    /// It holds another value than these, and none that fits those of them that are patterns.
    Other(Vec<String>),
}

/// What is known of keys, of those that policies ask for.
fn known(keys: &[(String, KeyIs)], ask: &Asked<'_>) -> Vec<Formula<Ask>> {
    let asked = keys.iter().filter(|(key, _)| ask.asked().has(key));
    let known = asked.map(|(key, known)| match known {
        KeyIs::Absent => absent(key),
        KeyIs::Value(value) => is(key, value),
        KeyIs::Arn(pattern) => arn_like(key, pattern),
        KeyIs::Begins(start) => like(key, &format!("{start}?*")),
        KeyIs::Other(values) => {
            let others = values.iter().map(|value| Formula::not(like(key, value)));
            Formula::and([present(key)].into_iter().chain(others))
        }
    });
    known.collect()
}

/// As [`access_of`], of requests in which some keys hold a known value or are absent. Keys that
/// the policies do not ask for make no difference, and are left out.
pub fn access_with(
    subject: &Subject,
    caller: &Caller,
    same_account: bool,
    access: &[Access],
    keys: &[(String, KeyIs)],
    asker: &Asker<'_>,
) -> Answer {
    let wanted = [asked_for(access)];
    granted(subject, caller, same_account, keys, &wanted, asker)
}

/// As [`access_with`], of requests for something of each of `all` and for nothing of `but`.
pub fn access_among(
    subject: &Subject,
    caller: &Caller,
    same_account: bool,
    all: &[Access],
    but: &[Access],
    keys: &[(String, KeyIs)],
    asker: &Asker<'_>,
) -> Answer {
    let each = all.iter().map(|a| asked_for(std::slice::from_ref(a)));
    let wanted: Vec<Formula<Ask>> = each.chain([Formula::not(asked_for(but))]).collect();
    granted(subject, caller, same_account, keys, &wanted, asker)
}

/// Whether no request of the caller is allowed that is as wanted in all respects.
fn granted(
    subject: &Subject,
    caller: &Caller,
    same_account: bool,
    keys: &[(String, KeyIs)],
    wanted: &[Formula<Ask>],
    asker: &Asker<'_>,
) -> Answer {
    let subjects = [subject];
    let ask = Asked::new(&subjects).with(same_account);
    let known = known(keys, &ask);
    asker.case(&CallerCase::only(caller), &ask, &|_, allowed| {
        Formula::and(allowed.iter().chain(wanted).chain(&known).cloned())
    })
}

/// Whether `new` allows the caller nothing that `old` does not.
pub fn no_new_access_of(
    old: &Subject,
    new: &Subject,
    caller: &Caller,
    same_account: bool,
    asker: &Asker<'_>,
) -> Answer {
    no_new_access_among(old, new, caller, same_account, &[], asker)
}

/// As [`no_new_access_of`], of requests for some of this access, if any is named.
pub fn no_new_access_among(
    old: &Subject,
    new: &Subject,
    caller: &Caller,
    same_account: bool,
    access: &[Access],
    asker: &Asker<'_>,
) -> Answer {
    let subjects = [new, old];
    let ask = Asked::new(&subjects).with(same_account);
    let wanted = any_of(access);
    asker.case(&CallerCase::only(caller), &ask, &|_, allowed| match allowed {
        [new, old] => Formula::and([new.clone(), Formula::not(old.clone()), wanted.clone()]),
        _ => Formula::FALSE,
    })
}

/// A request for some of the access; any request, where none is named.
fn any_of(access: &[Access]) -> Formula<Ask> {
    if access.is_empty() { Formula::TRUE } else { asked_for(access) }
}

/// The actions of the catalogue that the caller can take, of this access if any is named, in
/// order.
/// Actions about which it was not found out are among them.
pub fn actions_of(
    subject: &Subject,
    caller: &Caller,
    same_account: bool,
    access: &[Access],
    asker: &Asker<'_>,
) -> Vec<String> {
    actions_with(subject, caller, same_account, access, &[], asker)
}

/// As [`actions_of`], of requests in which some keys hold a known value or are absent.
pub fn actions_with(
    subject: &Subject,
    caller: &Caller,
    same_account: bool,
    access: &[Access],
    keys: &[(String, KeyIs)],
    asker: &Asker<'_>,
) -> Vec<String> {
    let subjects = [subject];
    let ask = Asked::new(&subjects).with(same_account);
    let wanted: Vec<Formula<Ask>> = known(keys, &ask).into_iter().chain([any_of(access)]).collect();
    let query = asker.query(
        caller,
        CallerCase::only(caller).requirements(ask.asked()),
        &ask,
        &|_, allowed| Formula::and(allowed.iter().chain(&wanted).cloned()),
    );
    let engine = Engine::new(asker.catalog, Actions::Known);
    let mut actions = engine.actions(&query, &Budget::new(asker.steps));
    actions.sort_unstable();
    actions.dedup();
    actions
}

/// Whether what all of some subjects allow together, of whomever, is no more than another allows:
/// of requests for some of this access, if any is named.
pub fn no_access_beyond(
    expected: &Subject,
    all: &[&Subject],
    access: &[Access],
    asker: &Asker<'_>,
) -> Answer {
    let subjects: Vec<&Subject> = all.iter().copied().chain([expected]).collect();
    let wanted = any_of(access);
    asker.any(&subjects, |_, allowed| match allowed.split_last() {
        Some((expected, all)) => {
            let beyond = [Formula::not(expected.clone()), wanted.clone()];
            Formula::and(all.iter().cloned().chain(beyond))
        }
        None => Formula::FALSE,
    })
}
