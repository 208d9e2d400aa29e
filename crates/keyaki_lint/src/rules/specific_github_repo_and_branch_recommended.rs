use std::cell::LazyCell;
use std::collections::HashSet;

use keyaki_ir::glob::has_wildcard;
use keyaki_ir::{ConditionBlock, ConditionEntry, Effect, Family, Operator, Statement};

use crate::context::Context;
use crate::federation::{claim_of, is_github};
use crate::rule::rule;

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
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let narrowed = LazyCell::new(|| narrowed(statement));
    for (block, entry) in statement.condition_entries() {
        let Some((issuer, claim)) = claim_of(&entry.key.value) else { continue };
        if claim.eq_ignore_ascii_case("sub") && is_github(issuer) && admits_like(statement, block) {
            check_subjects(cx, entry, narrowed.contains(&issuer.to_ascii_lowercase()));
        }
    }
}

fn check_subjects(cx: &mut Context<'_>, entry: &ConditionEntry, has_branch: bool) {
    for value in &entry.values {
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

/// The providers, in lower case, of whose tokens a statement asks for one branch beside the
/// subject.
fn narrowed(statement: &Statement) -> HashSet<String> {
    let names_branch = |claim: &str| BRANCH_CLAIMS.iter().any(|c| c.eq_ignore_ascii_case(claim));
    let issuers = statement.condition_entries().filter_map(|(block, entry)| {
        let (issuer, claim) = claim_of(&entry.key.value)?;
        (names_branch(claim) && is_exact(block, entry)).then(|| issuer.to_ascii_lowercase())
    });
    issuers.collect()
}

/// The claims that name a branch, or something as narrow.
const BRANCH_CLAIMS: [&str; 3] = ["ref", "environment", "job_workflow_ref"];

/// Whether the condition admits what its values match as patterns.
fn admits_like(statement: &Statement, block: &ConditionBlock) -> bool {
    let like = |o: Operator| o.base.has_wildcards() && !o.base.is_negated();
    statement.effect() == Some(Effect::Allow) && block.operator.operator.is_some_and(like)
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
