//! A request for authorization: one principal, one action, one resource, one context.

use keyaki_ir::arn::{Arn, Segment, is_account_id};

use crate::{Caller, Context};

/// One request. An API call that touches several resources makes several requests,
/// all of which must be allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who makes it.
    pub caller: Caller,
    /// The action: `s3:GetObject`. Letter case does not count.
    pub action: String,
    /// The ARN of the resource, or `*` for an action that works on no resource.
    pub resource: String,
    /// The account that owns the resource, where the ARN does not tell.
    pub resource_account: Option<String>,
    /// The condition context.
    pub context: Context,
}

impl Request {
    /// The account that owns the resource: as given, else from the ARN, else from the key
    /// `aws:ResourceAccount`; none where none of them tells.
    pub fn owner(&self) -> Option<&str> {
        self.owner_as_named().or_else(|| self.context.one("aws:ResourceAccount"))
    }

    /// The account that owns the resource, without a look at the context.
    pub(crate) fn owner_as_named(&self) -> Option<&str> {
        let from_arn = || {
            let arn = Arn::plain(&self.resource)?;
            Some(arn.get(&self.resource, Segment::Account)).filter(|a| is_account_id(a))
        };
        self.resource_account.as_deref().or_else(from_arn)
    }

    /// Whether caller and resource belong to the same account. Where the resource's owner is not
    /// known, it is taken to be the caller's account; [`Request::owner`] tells that it is not.
    pub fn is_same_account(&self) -> bool {
        match (self.caller.account(), self.owner()) {
            (Some(caller), Some(owner)) => caller == owner,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}
