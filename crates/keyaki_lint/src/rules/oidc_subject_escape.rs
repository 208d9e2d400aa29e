use keyaki_ir::BaseOperator;

use crate::context::Context;
use crate::granted::allows;
use crate::rule::ConditionSite;
use crate::rule::rule;

rule! {
    /// Subject pattern of a token issuer that other owners can match.
    ///
    /// Where a wildcard stands before the end of the organisation's name, anybody can register an organisation whose name goes on from there.
    /// The finding shows such a subject.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com" },
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": {
    ///     "StringEquals": { "gitlab.com:aud": "https://gitlab.com" },
    ///     "StringLike": {
    ///       "gitlab.com:sub": "project_path:example*"
    ///       //                ^^^^^^^^^^^^^^^^^^^^^^^
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com" },
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": {
    ///     "StringEquals": { "gitlab.com:aud": "https://gitlab.com" },
    ///     "StringLike": { "gitlab.com:sub": "project_path:example/deploy:ref_type:branch:ref:main" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Practically never.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html>
    /// - <https://docs.github.com/en/actions/reference/security/oidc>
    name: "oidc-subject-escape",
    level: Security,
    kinds: Kinds::TRUST,
    replaces: ["checkov:CKV_AWS_358", "checkov:CKV_AWS_393", "iam-policy-validator:trust_policy_validation"],
    check: Condition(check),
}

/// Issuers, how their subjects begin, and what ends the owner's name.
const ISSUERS: [(&str, &str, char); 6] = [
    ("token.actions.githubusercontent.com:sub", "repo:", '/'),
    ("gitlab.com:sub", "project_path:", '/'),
    ("app.terraform.io:sub", "organization:", ':'),
    ("agent.buildkite.com:sub", "organization:", ':'),
    ("oidc.circleci.com", "org/", '/'),
    ("api.bitbucket.org", "{", '}'),
];

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let base = site.block.operator.operator.map(|o| o.base);
    if base != Some(BaseOperator::StringLike) || !allows(site.statement) {
        return;
    }
    let mut issuers = ISSUERS.into_iter();
    let Some((_, start, end)) = issuers.find(|(key, _, _)| site.entry.starts_with(key)) else {
        return;
    };
    for value in &site.entry.values {
        let text = value.text();
        let Some(wildcard) = text.find(['*', '?']) else { continue };
        let owner = text.strip_prefix(start).map_or("", |rest| rest);
        let is_closed = owner.find(end).is_some_and(|at| start.len() + at < wildcard);
        if is_closed {
            continue;
        }
        let known = text.get(..wildcard).unwrap_or_default();
        let known = if known.len() < start.len() { start } else { known };
        let message = format!("`{text}` admits subjects of other owners");
        cx.report(value.origin, message)
            .note(format!("for instance `{known}somebody-else{end}anything`"))
            .note(format!("end the owner's name with `{end}` before the first wildcard"));
    }
}
