use keyaki_diag::Applicability;
use keyaki_ir::{PrincipalElement, PrincipalEntry, Statement};

use crate::assuming::{Way, covers};
use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Action of assuming a role that does not go with the principal.
    ///
    /// Users, roles, accounts and services assume a role by `sts:AssumeRole`, users of a SAML provider by `sts:AssumeRoleWithSAML`, users of an OpenID Connect provider by `sts:AssumeRoleWithWebIdentity`.
    /// Any other combination admits nobody.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Federated": "arn:aws:iam::111122223333:saml-provider/corp" },
    ///   "Action": ["sts:AssumeRole", "sts:TagSession"]
    ///   //         ^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "Federated": "arn:aws:iam::111122223333:saml-provider/corp" },
    ///   "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the action and the principal have no effect together.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-mismatched-action-for-principal>
    /// - <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html>
    /// - <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
    name: "mismatched-action-for-principal",
    aws: "MISMATCHED_ACTION_FOR_PRINCIPAL",
    level: Error,
    kinds: Kinds::TRUST,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let (Some(element), Some(action)) = (&statement.principal, &statement.action) else { return };
    let Some(principals) = ways_of(element) else { return };
    let mut excluded = is_excluded(statement, &principals);
    for entry in &action.entries {
        let Some(way) = Way::named(&entry.text) else { continue };
        let useless = principals.iter().all(|(_, open)| *open != way);
        if !useless && !excluded {
            continue;
        }
        let unfit: Vec<String> = principals
            .iter()
            .filter(|(_, open)| *open != way && (useless || !covers(statement, open.action())))
            .map(|(principal, _)| format!("`{}`", principal.text))
            .collect();
        // Who has no way to assume the role is told once.
        excluded = excluded && unfit.is_empty();
        if unfit.is_empty() {
            continue;
        }
        let meant = single_way(&principals).filter(|w| !covers(statement, w.action()));
        let message = format!("`{}` does not go with {}", entry.text, unfit.join(", "));
        let draft = cx.report(entry.origin, message).note(ADVICE);
        if let Some(meant) = meant.filter(|_| useless) {
            let title = format!("replace with `{}`", meant.action());
            draft.replace_string(entry.origin, title, Applicability::Unsafe, meant.action());
        }
    }
}

/// The principals with the way that is open to each; none where one may take any way.
fn ways_of(element: &PrincipalElement) -> Option<Vec<(&PrincipalEntry, Way)>> {
    let ways = element.entries().map(|(_, entry)| Some((entry, Way::of(entry.principal)?)));
    ways.collect::<Option<Vec<_>>>().filter(|ways| !ways.is_empty())
}

/// Whether some principal has no way to assume the role.
fn is_excluded(statement: &Statement, principals: &[(&PrincipalEntry, Way)]) -> bool {
    principals.iter().any(|(_, way)| !covers(statement, way.action()))
}

/// The way that is open to all of the principals.
fn single_way(principals: &[(&PrincipalEntry, Way)]) -> Option<Way> {
    let (_, first) = principals.first()?;
    principals.iter().all(|(_, way)| way == first).then_some(*first)
}

const ADVICE: &str = "use `sts:AssumeRoleWithSAML` for SAML providers, \
    `sts:AssumeRoleWithWebIdentity` for OpenID Connect providers, `sts:AssumeRole` for all others";
