use std::collections::HashMap;

use keyaki_diag::Applicability;
use keyaki_ir::{ActionPattern, PrincipalElement, Statement};

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
    let principals = || element.entries().map(|(_, entry)| (entry, Way::of(entry.principal)));
    if principals().any(|(_, open)| open.is_none()) {
        return;
    }
    let is_shut_out = Way::ALL.map(|way| !covers(statement, way.action()));
    let common = common_way(element);
    // Who has no way to assume the role is told with the first action that they cannot take.
    let mut told = false;
    // Equal actions are unfit for the same principals.
    let mut known = HashMap::new();
    for entry in &action.entries {
        let Some(way) = Way::named(&entry.text) else { continue };
        let unfit = known.entry((way, told)).or_insert_with(|| {
            let useless = principals().all(|(_, open)| open != Some(way));
            let is_unfit =
                |open: Way| open != way && (useless || !told && is_shut_out[open as usize]);
            let unfit = principals().filter(|(_, open)| open.is_some_and(is_unfit));
            let meant = common.filter(|&w| useless && is_shut_out[w as usize]);
            (named(unfit.map(|(principal, _)| &*principal.text)), meant)
        });
        if let (Some(unfit), meant) = unfit {
            told = true;
            report(cx, entry, unfit, *meant);
        }
    }
}

/// How many principals a message names.
const NAMED: usize = 20;

/// Principals for a message; none where there are none.
fn named<'p>(mut principals: impl Iterator<Item = &'p str>) -> Option<String> {
    let names: Vec<String> = principals.by_ref().take(NAMED).map(|p| format!("`{p}`")).collect();
    let more = match principals.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!names.is_empty()).then(|| names.join(", ") + &more)
}

fn report(cx: &mut Context<'_>, action: &ActionPattern, unfit: &str, meant: Option<Way>) {
    let message = format!("`{}` does not go with {unfit}", action.text);
    let draft = cx.report(action.origin, message).note(ADVICE);
    if let Some(meant) = meant.map(Way::action) {
        let title = format!("replace with `{meant}`");
        draft.replace_string(action.origin, title, Applicability::Unsafe, meant);
    }
}

const ADVICE: &str = "use `sts:AssumeRoleWithSAML` for SAML providers, \
    `sts:AssumeRoleWithWebIdentity` for OpenID Connect providers, `sts:AssumeRole` for all others";

/// The way that is open to all of the principals.
fn common_way(element: &PrincipalElement) -> Option<Way> {
    let mut ways = element.entries().map(|(_, entry)| Way::of(entry.principal));
    let first = ways.next()?;
    first.filter(|_| ways.all(|way| way == first))
}
