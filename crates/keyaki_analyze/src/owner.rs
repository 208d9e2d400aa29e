//! The account that a resource belongs to: in its ARN and in the key `aws:ResourceAccount`.

use keyaki_eval::{Formula, Request};
use keyaki_ir::Arn;
use keyaki_ir::arn::{Segment, is_account_id};
use keyaki_ir::glob::Case;
use keyaki_symbolic::{Ask, Text};

const KEY: &str = "aws:ResourceAccount";

/// Two ways to make a request agree with itself about the owner of its resource: the key takes
/// the account of the ARN, or the ARN that of the key. Nothing where it agrees.
pub(crate) fn agreeing(request: &Request) -> impl Iterator<Item = Formula<Ask>> + use<> {
    let owner = Arn::parse(&request.resource)
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
        let glob = format!("arn:*:*:*:{account}:*").into();
        Formula::Atom(Ask::Resource(Text::Like(glob, Case::Sensitive)))
    };
    Formula::and([of_key(account), Formula::or([like(account), like("")])])
}
