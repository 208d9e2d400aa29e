//! The account that a resource belongs to: in its ARN and in the key `aws:ResourceAccount`.

use keyaki_eval::{AskedKeys, Caller, Formula, Request};
use keyaki_ir::Arn;
use keyaki_ir::arn::{Segment, is_account_id};
use keyaki_ir::glob::Case;
use keyaki_symbolic::{Ask, Text};

const KEY: &str = "aws:ResourceAccount";

/// Two ways to make a request agree with itself about the owner of its resource: the key takes
/// the account of the ARN, or the ARN that of the key. Nothing where it agrees.
pub(crate) fn agreeing(request: &Request) -> impl Iterator<Item = Formula<Ask>> + use<> {
    let owner = named(request);
    let key = request.context.one(KEY);
    let (first, second) = match (owner, key) {
        (Some(owner), Some(key)) if owner != key => (Some(of_key(owner)), Some(of_arn(key))),
        (Some(_) | None, _) => (None, None),
    };
    first.into_iter().chain(second)
}

fn of_key(account: &str) -> Formula<Ask> {
    Formula::Atom(Ask::Value(KEY.into(), Text::Is(account.into(), Case::Sensitive)))
}

/// The ARN names that account or none.
fn of_arn(account: &str) -> Formula<Ask> {
    Formula::and([of_key(account), Formula::or([names(account), names("")])])
}

/// The account in the ARN of a request's resource is the one that such a resource belongs to.
pub(crate) fn fact(request: &Request, asked: &AskedKeys) -> Option<Formula<Ask>> {
    let account = named(request).filter(|_| asked.has(KEY))?;
    Some(Formula::or([Formula::not(names(account)), of_key(account)]))
}

/// The account that the ARN of the resource names.
fn named(request: &Request) -> Option<&str> {
    let arn = Arn::plain(&request.resource)?;
    Some(arn.get(&request.resource, Segment::Account)).filter(|account| is_account_id(account))
}

/// The resource's ARN names that account.
fn names(account: &str) -> Formula<Ask> {
    Formula::Atom(Ask::Resource(Text::Arn(format!("arn:*:*:*:{account}:*").into())))
}

/// An account that owns resources of others.
const OTHER: &str = "444455556666";

/// That the resource belongs to the caller's account, or to another one.
pub(crate) fn relation(caller: &Caller, same_account: bool, asked: &AskedKeys) -> Formula<Ask> {
    let Some(account) = caller.account() else { return Formula::TRUE };
    let asks_key = asked.has(KEY);
    match same_account {
        true => {
            let star = Formula::Atom(Ask::Resource(Text::Is("*".into(), Case::Sensitive)));
            let arn = Formula::or([names(account), names(""), star]);
            Formula::and([if asks_key { of_key(account) } else { Formula::TRUE }, arn])
        }
        false => {
            let key = if asks_key { Formula::not(of_key(account)) } else { Formula::TRUE };
            Formula::and([Formula::not(names(account)), key])
        }
    }
}

/// The account to which the resource of a request belongs, where its ARN does not tell.
pub(crate) fn owner(request: &Request, same_account: bool) -> Option<String> {
    let account = request.caller.account().filter(|_| named(request).is_none())?;
    match (same_account, request.context.one(KEY)) {
        (true, _) => Some(account.to_owned()),
        (false, Some(key)) => Some(key.to_owned()),
        (false, None) => Some(OTHER.to_owned()),
    }
}
