use keyaki_ir::glob::has_wildcard;
use keyaki_ir::{ConditionBlock, ConditionEntry, Effect, Family, Operator};

use crate::context::Context;
use crate::federation::{claim_of, claims, is_github};
use crate::rule::{ConditionSite, rule};

rule! {
    /// Wildcard in the subject of a GitHub token.
    ///
    /// The subject holds the organisation, the repository and the branch, tag or environment.
    /// A wildcard lets in more than one of them: other repositories, or the branches of anybody who may push or open a pull request.
    ///
    /// Where the wildcard stands for the branch alone, a condition on `ref`, `environment` or `job_workflow_ref` without wildcard makes up for it.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": {
    ///     "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    ///   },
    ///   "Action": "sts:AssumeRoleWithWebIdentity",
    ///   "Condition": {
    ///     "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
    ///     "StringLike": { "token.actions.githubusercontent.com:sub": "repo:example-org/*" }
    ///     //                                                         ^^^^^^^^^^^^^^^^^^^^
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
    /// When the role can do nothing that every contributor may not do.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-general-warning-specific-github-repo-and-branch-recommended>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub>
    /// - <https://docs.github.com/en/actions/concepts/security/openid-connect>
    name: "specific-github-repo-and-branch-recommended",
    aws: "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",
    level: Warning,
    kinds: Kinds::TRUST,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let Some((issuer, claim)) = claim_of(&site.entry.key.value) else { return };
    if !claim.eq_ignore_ascii_case("sub") || !is_github(issuer) || !admits_like(site) {
        return;
    }
    let has_branch = claims(site.statement, issuer).any(|(block, entry, claim)| {
        BRANCH_CLAIMS.iter().any(|c| c.eq_ignore_ascii_case(claim)) && is_exact(block, entry)
    });
    for value in &site.entry.values {
        let text = value.text();
        let in_repository = is_in_one_repository(text);
        if !value.pattern.has_wildcard() || (in_repository && has_branch) {
            continue;
        }
        let more = if in_repository { "branch" } else { "repository" };
        cx.report(value.origin, format!("`{text}` admits more than one {more} of GitHub"))
            .note("write the repository and the branch in full");
    }
}

/// The claims that name a branch, or something as narrow.
const BRANCH_CLAIMS: [&str; 3] = ["ref", "environment", "job_workflow_ref"];

/// Whether the condition admits what its values match as patterns.
fn admits_like(site: ConditionSite<'_>) -> bool {
    let like = |o: Operator| o.base.has_wildcards() && !o.base.is_negated();
    site.statement.effect() == Some(Effect::Allow) && site.block.operator.operator.is_some_and(like)
}

fn is_exact(block: &ConditionBlock, entry: &ConditionEntry) -> bool {
    let operator = block.operator.operator;
    operator.is_some_and(|o| o.base.family() == Family::String && !o.base.is_negated())
        && entry.values.iter().all(|v| !v.pattern.has_wildcard())
}

/// Whether the wildcards of a subject stand behind the repository: `repo:org/name:…`.
fn is_in_one_repository(subject: &str) -> bool {
    let rest = subject.strip_prefix("repo:").and_then(|rest| rest.split_once(':'));
    rest.is_some_and(|(repository, _)| repository.contains('/') && !has_wildcard(repository))
}
