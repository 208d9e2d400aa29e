use keyaki_diag::Applicability;
use keyaki_ir::{
    Principal, PrincipalEntry, PrincipalForm, PrincipalGroup, PrincipalKey, Statement, near,
};

use crate::context::Context;
use crate::placeholder::is_template;
use crate::rule::rule;

rule! {
    /// Kind of principal that does not exist.
    ///
    /// The keys of a principal are `AWS`, `Service`, `Federated` and `CanonicalUser`, in this spelling.
    /// Accounts, users, roles and sessions are all written under `AWS`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "User": "arn:aws:iam::111122223333:user/ann" },
    ///   //             ^^^^^^
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:user/ann" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-principal-key>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
    name: "invalid-principal-key",
    aws: "INVALID_PRINCIPAL_KEY",
    level: Error,
    kinds: Kinds::RESOURCE.and(Kinds::TRUST),
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let maps = statement.principal_elements().filter_map(|e| match &e.form {
        PrincipalForm::Map(groups) => Some(groups),
        PrincipalForm::Any | PrincipalForm::Wrong => None,
    });
    for group in maps.flatten().filter(|g| g.kind.is_none()) {
        let key = &group.key;
        if is_template(&key.value) {
            continue;
        }
        let meant = meant(group);
        let draft = cx.report(key.origin, format!("there is no principal key `{}`", key.value));
        match meant.map(PrincipalKey::name) {
            Some(meant) => {
                let title = format!("replace with `{meant}`");
                draft.note(format!("did you mean `{meant}`?")).replace_string(
                    key.origin,
                    title,
                    Applicability::Unsafe,
                    meant,
                );
            }
            None => {
                draft.note("use `AWS`, `Service`, `Federated` or `CanonicalUser`");
            }
        }
    }
}

/// The key that was probably meant: the one with a similar name, else the one under which all
/// the entries make sense.
fn meant(group: &PrincipalGroup) -> Option<PrincipalKey> {
    let near = near::nearest(&group.key.value, PrincipalKey::ALL.map(PrincipalKey::name));
    let named = PrincipalKey::ALL.into_iter().find(|k| Some(k.name()) == near);
    named.or_else(|| {
        let fits = |key: PrincipalKey| {
            let known = |e: &PrincipalEntry| Principal::classify(Some(key), &e.text);
            group.entries.iter().all(|e| known(e) != Principal::Unknown)
        };
        let keys = [PrincipalKey::Aws, PrincipalKey::Federated];
        keys.into_iter().find(|&key| !group.entries.is_empty() && fits(key))
    })
}
