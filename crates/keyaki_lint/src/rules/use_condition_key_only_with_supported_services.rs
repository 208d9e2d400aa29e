use keyaki_ir::{ActionPattern, Statement};

use crate::context::Context;
use crate::rule::rule;
use crate::vpce_services::VpceKey;

rule! {
    /// Condition about the owner of the VPC endpoint, with services whose requests do not tell it.
    ///
    /// `aws:VpceAccount`, `aws:VpceOrgID` and `aws:VpceOrgPaths` are there only for some services.
    /// A request to any other has no such key: a grant does not work, and a deny with a negated operator hits all requests, those through your own endpoints, too.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": "*",
    ///   //        ^^^
    ///   "Resource": "*",
    ///   "Condition": { "StringNotEquals": { "aws:VpceOrgID": "o-a1b2c3d4e5" } }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Deny",
    ///   "Action": ["s3:*", "kms:*"],
    ///   "Resource": "*",
    ///   "Condition": { "StringNotEquals": { "aws:VpceOrgID": "o-a1b2c3d4e5" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When AWS's list of services has grown since.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-use-condition-key-only-with-supported-services>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-vpceaccount>
    name: "use-condition-key-only-with-supported-services",
    aws: "USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES",
    level: Warning,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for (_, test) in statement.condition_entries() {
        let Some(key) = VpceKey::of(&test.key.value) else { continue };
        let named = statement.action.iter().flat_map(|e| &e.entries);
        let entries = named.filter(|e| !is_supported(e, key)).map(|e| e.origin);
        let origins: Vec<_> =
            entries.chain(statement.not_action.as_ref().map(|e| e.origin)).collect();
        let Some((&first, more)) = origins.split_first() else { continue };
        let message = format!("requests to some of these services carry no `{}`", test.key.value);
        let mut draft = cx.report(first, message).and_at(test.key.origin, "tested here");
        for &origin in more {
            draft = draft.and_at(origin, "neither do these");
        }
        draft.note("name the actions of services that support the key, and no others");
    }
}

fn is_supported(entry: &ActionPattern, key: VpceKey) -> bool {
    let Some(service) = entry.service() else { return false };
    let passes_role = entry.text.eq_ignore_ascii_case("iam:PassRole");
    !passes_role && key.is_carried_by(&service.to_ascii_lowercase())
}
