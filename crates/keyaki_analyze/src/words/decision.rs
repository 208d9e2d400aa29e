//! Requests, and why statements do not match them, in words.

use keyaki_eval::{Caller, FailedCondition, Mismatch, Policies, Request};
use keyaki_ir::Statement;

/// Who makes a request, as it is shown.
pub fn principal(caller: &Caller) -> String {
    match caller {
        Caller::Service { host } => host.clone(),
        Caller::CanonicalUser { id } => id.clone(),
        Caller::Anonymous => "anonymous".to_owned(),
        Caller::Root { .. }
        | Caller::User { .. }
        | Caller::RoleSession { .. }
        | Caller::FederatedUser { .. }
        | Caller::WebIdentity { .. }
        | Caller::Saml { .. } => caller.arn().unwrap_or_default(),
    }
}

/// The name by which a caller is given: of a session, the role's whole ARN where the session is the
/// usual one, so that its path is not lost.
pub fn given(caller: &Caller) -> String {
    let is_usual = matches!(caller, Caller::RoleSession { session, .. } if session == "session");
    caller.principal_arn().filter(|_| is_usual).unwrap_or_else(|| principal(caller))
}

/// Why a statement does not match, in a phrase.
pub fn mismatch(statement: &Statement, request: &Request, mismatch: Mismatch) -> Option<String> {
    let named = |negated: bool, name: &str| match negated {
        true => format!("`Not{name}` excepts"),
        false => format!("no `{name}` matches"),
    };
    Some(match mismatch {
        Mismatch::Principal => {
            format!("{} the caller", named(statement.not_principal.is_some(), "Principal"))
        }
        Mismatch::Action => {
            format!("{} `{}`", named(statement.not_action.is_some(), "Action"), request.action)
        }
        Mismatch::Resource => {
            let negated = statement.not_resource.is_some();
            format!("{} `{}`", named(negated, "Resource"), request.resource)
        }
        Mismatch::Condition(failed) => condition(statement, request, failed)?,
    })
}

fn condition(statement: &Statement, request: &Request, failed: FailedCondition) -> Option<String> {
    let block = statement.condition.as_ref()?.blocks.get(failed.block)?;
    let entry = block.entries.get(failed.entry?)?;
    let key = &entry.key.value;
    let found = match request.context.get(key).map(|v| v.as_slice()) {
        None => "is absent".to_owned(),
        Some([one]) => format!("is `{one}`"),
        Some(values) => format!("is {values:?}"),
    };
    Some(format!("`{}` does not hold: `{key}` {found}", block.operator.text))
}

/// Keys that the conditions ask for and that the request does not have.
pub fn missing_keys(policies: &Policies, request: &Request) -> Option<String> {
    let mut missing: Vec<&str> = Vec::new();
    for layer in policies.layers() {
        for (_, statement) in policies.statements(layer) {
            for (_, entry) in statement.condition_entries() {
                let key = &*entry.key.value;
                if !request.context.has(key) && !missing.iter().any(|m| m.eq_ignore_ascii_case(key))
                {
                    missing.push(key);
                }
            }
        }
    }
    let keys: Vec<_> = missing.iter().map(|k| format!("`{k}`")).collect();
    (!keys.is_empty())
        .then(|| format!("conditions ask for keys that are absent: {}", keys.join(", ")))
}
