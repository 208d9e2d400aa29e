//! Grants on KMS keys, which allow beside all policies.
//!
//! Source: <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>.

use crate::{Caller, Request};

/// A grant on a KMS key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The ARN of the key.
    pub key: String,
    /// The ARN of the grantee principal, or a service principal.
    pub grantee: String,
    /// The operations, as the API names them: `Decrypt`, `GenerateDataKey`.
    pub operations: Vec<String>,
    /// The encryption context that must be among the request's.
    pub context_subset: Vec<(String, String)>,
    /// The encryption context that must be exactly the request's.
    pub context_equals: Option<Vec<(String, String)>>,
}

impl Grant {
    /// What the condition keys of the encryption context begin with.
    pub const CONTEXT: &'static str = "kms:EncryptionContext:";

    /// Whether the grant allows a request.
    pub fn allows(&self, request: &Request) -> bool {
        let operation = request.action.split_once(':').map_or("", |(_, name)| name);
        self.operations.iter().any(|o| o.eq_ignore_ascii_case(operation))
            && request.action.to_ascii_lowercase().starts_with("kms:")
            && request.resource == self.key
            && self.is_for(&request.caller)
            && self.context_fits(request)
    }

    /// Whether a caller is the grantee.
    pub fn is_for(&self, caller: &Caller) -> bool {
        let arns = [caller.arn(), caller.principal_arn()];
        arns.into_iter().flatten().any(|arn| arn == self.grantee)
            || matches!(caller, Caller::Service { host } if *host == self.grantee)
    }

    fn context_fits(&self, request: &Request) -> bool {
        const PREFIX: &str = Grant::CONTEXT;
        let has = |(key, value): &(String, String)| {
            request.context.one(&format!("{PREFIX}{key}")) == Some(value)
        };
        let given = || {
            request.context.iter().filter(|(k, _)| {
                k.get(..PREFIX.len()).is_some_and(|p| p.eq_ignore_ascii_case(PREFIX))
            })
        };
        self.context_subset.iter().all(has)
            && self
                .context_equals
                .as_ref()
                .is_none_or(|all| all.iter().all(has) && given().count() == all.len())
    }
}
