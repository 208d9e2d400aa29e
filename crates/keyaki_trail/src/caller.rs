//! Who made a request: the user or role that its permissions are of.

use keyaki_ir::Arn;
use keyaki_ir::arn::Segment;

use crate::event::{Event, Identity};

/// The caller of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The ARN of a user, role or root user.
    Principal(String),
    /// Somebody without policies of an account that is known: services, other accounts, people
    /// who sign in.
    Other,
    /// The event says two things about the account.
    Contradiction(String),
}

pub(crate) fn caller(event: &Event<'_>) -> Caller {
    let Some(identity) = &event.user_identity else { return Caller::Other };
    let Some(arn) = principal_arn(identity) else { return Caller::Other };
    let account = Arn::plain(&arn).map(|a| a.get(&arn, Segment::Account).to_owned());
    match (account.as_deref(), identity.account_id.get()) {
        (Some(of_arn), Some(told)) if of_arn != told => {
            Caller::Contradiction(format!("{arn} with the account id {told}"))
        }
        (Some(_), _) => Caller::Principal(arn),
        (None, _) => Caller::Other,
    }
}

fn principal_arn(identity: &Identity<'_>) -> Option<String> {
    let arn = identity.arn.get();
    match &*identity.kind.0 {
        "IAMUser" | "Root" => arn.map(str::to_owned).filter(|a| a.contains(":iam::")),
        "AssumedRole" | "FederatedUser" => {
            let context = identity.session_context.as_ref();
            let issuer = context.and_then(|c| c.session_issuer.as_ref());
            let issuer = issuer.and_then(|i| i.arn.get()).map(str::to_owned);
            issuer.or_else(|| role_of_session(arn?))
        }
        _ => None,
    }
}

/// The role of a session's ARN; its path is lost.
fn role_of_session(arn: &str) -> Option<String> {
    let (head, rest) = arn.split_once(":assumed-role/")?;
    let role = rest.split('/').next()?;
    Some(format!("{}:role/{role}", head.replacen(":sts:", ":iam:", 1)))
}
