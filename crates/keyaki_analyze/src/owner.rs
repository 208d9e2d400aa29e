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
    let owner = Arn::plain(&request.resource)
        .map(|arn| arn.get(&request.resource, Segment::Account).to_owned())
        .filter(|account| is_account_id(account));
    let key = request.context.one(KEY).map(str::to_owned);
    let (first, second) = match (owner, key) {
        (Some(owner), Some(key)) if owner != key => (Some(of_key(&owner)), Some(of_arn(&key))),
        (Some(_) | None, _) => (None, None),
    };
    first.into_iter().chain(second)
}

fn of_key(account: &str) -> Formula<Ask> {
    Formula::Atom(Ask::Value(KEY.into(), Text::Is(account.into(), Case::Sensitive)))
}

/// The ARN names that account or none.
fn of_arn(account: &str) -> Formula<Ask> {
    let like = |account: &str| {
        Formula::Atom(Ask::Resource(Text::Arn(format!("arn:*:*:*:{account}:*").into())))
    };
    Formula::and([of_key(account), Formula::or([like(account), like("")])])
}

/// An account that owns resources of others.
const OTHER: &str = "444455556666";

/// That the resource belongs to the caller's account, or to another one.
pub(crate) fn relation(caller: &Caller, same_account: bool, asked: &AskedKeys) -> Formula<Ask> {
    let Some(account) = caller.account() else { return Formula::TRUE };
    let named = |account: &str| {
        Formula::Atom(Ask::Resource(Text::Arn(format!("arn:*:*:*:{account}:*").into())))
    };
    let asks_key = asked.has(KEY);
    match same_account {
        true => {
            let star = Formula::Atom(Ask::Resource(Text::Is("*".into(), Case::Sensitive)));
            let arn = Formula::or([named(account), named(""), star]);
            Formula::and([if asks_key { of_key(account) } else { Formula::TRUE }, arn])
        }
        false => {
            let key = if asks_key { Formula::not(of_key(account)) } else { Formula::TRUE };
            Formula::and([Formula::not(named(account)), key])
        }
    }
}

/// The account to which the resource of a request belongs, where its ARN does not tell.
pub(crate) fn owner(request: &Request, same_account: bool) -> Option<String> {
    let named = Arn::plain(&request.resource)
        .is_some_and(|arn| is_account_id(arn.get(&request.resource, Segment::Account)));
    let account = request.caller.account().filter(|_| !named)?;
    match (same_account, request.context.one(KEY)) {
        (true, _) => Some(account.to_owned()),
        (false, Some(key)) => Some(key.to_owned()),
        (false, None) => Some(OTHER.to_owned()),
    }
}
