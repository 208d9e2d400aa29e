use std::cell::LazyCell;

use keyaki_ir::{BaseOperator, ConditionBlock, ConditionEntry, Statement};

use crate::context::Context;
use crate::federation::{admitted_issuers, has_hidden_keys, is_github, tested_keys};
use crate::rule::rule;

rule! {
    /// GitHub Actions trusted without saying which repository.
    ///
    /// Everybody can run workflows on GitHub, and all of them get tokens of the same provider.
    /// Without a condition on the subject of the token, any repository of anybody can assume the role.
    ///
    /// A condition on `repository`, `repository_id` or `job_workflow_ref` counts as well.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": {
    ///     "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    ///     //           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ///   },
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": {
    ///     "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" }
    ///   }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": {
    ///     "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    ///   },
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": {
    ///     "StringEquals": {
    ///       "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    ///       "token.actions.githubusercontent.com:sub": "repo:example-org/api:ref:refs/heads/main"
    ///     }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Practically never.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-security-warning-missing-github-repo-condition-key>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub>
    /// - <https://docs.github.com/en/actions/concepts/security/openid-connect>
    name: "missing-github-repo-condition-key",
    aws: "MISSING_GITHUB_REPO_CONDITION_KEY",
    level: Security,
    kinds: Kinds::TRUST,
    replaces: ["checkov:CKV_AWS_358"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if has_hidden_keys(statement) {
        return;
    }
    let tested = LazyCell::new(|| tested_keys(statement, is_positive));
    for (entry, issuer) in admitted_issuers(statement).filter(|(_, i)| is_github(i)) {
        let key = |claim| format!("{}:{claim}", issuer.to_ascii_lowercase());
        if !CLAIMS.iter().any(|claim| tested.binary_search(&key(claim)).is_ok()) {
            cx.report(entry.origin, "no condition says which repository of GitHub is meant")
                .note(format!("add `{issuer}:sub` with the repository and the branch"));
        }
    }
}

/// The claims that name a repository.
const CLAIMS: [&str; 4] = ["sub", "repository", "repository_id", "job_workflow_ref"];

/// Whether a test asks for a value, rather than for another one or for none.
fn is_positive(block: &ConditionBlock, entry: &ConditionEntry) -> bool {
    let operator = block.operator.operator;
    let is_test = operator.is_none_or(|o| !o.base.is_negated() && o.base != BaseOperator::Null);
    is_test && !entry.values.is_empty()
}
