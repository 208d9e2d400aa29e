use keyaki_diag::{Applicability, Edit};
use keyaki_ir::{Principal, PrincipalElement, PrincipalForm, PrincipalKey, Statement};
use keyaki_syntax::{NodeKind, Value};

use crate::context::Context;
use crate::rule::rule;

rule! {
    /// Principal that is neither `"*"` nor an object.
    ///
    /// `Principal` and `NotPrincipal` take an object that says of which kind each principal is:
    /// `AWS`, `Service`, `Federated` or `CanonicalUser`.
    /// The string `"*"` is the only short form.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": "arn:aws:iam::111122223333:root",
    ///   //           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// Never: the policy cannot be saved.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-principal-format>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
    name: "invalid-principal-format",
    aws: "INVALID_PRINCIPAL_FORMAT",
    level: Error,
    kinds: Kinds::RESOURCE.and(Kinds::TRUST),
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let wrong = |e: &&PrincipalElement| matches!(e.form, PrincipalForm::Wrong);
    for element in statement.principal_elements().filter(wrong) {
        let Some(value) = cx.node(element.origin) else { continue };
        // What could not be read at all has its syntax error already.
        if value.kind() == NodeKind::Error {
            continue;
        }
        let key = common_key(value);
        let draft = cx.report(
            element.origin,
            "the principal is neither `\"*\"` nor an object such as `{\"AWS\": …}`",
        );
        if let Some(key) = key {
            let replacement = format!("{{\"{}\": {}}}", key.name(), value.source());
            let edit = Edit { range: value.range(), replacement };
            let title = format!("write it as `{}` principal", key.name());
            draft.fix(title, Applicability::Unsafe, vec![edit]);
        }
    }
}

/// The key under which all the strings of a value belong.
fn common_key(value: Value<'_>) -> Option<PrincipalKey> {
    let key = |v: Value<'_>| v.as_str().map(key_of);
    if value.kind() != NodeKind::Array {
        return key(value);
    }
    let mut keys = value.elements().map(key);
    let first = keys.next()??;
    keys.all(|k| k == Some(first)).then_some(first)
}

/// The key under which a principal belongs.
fn key_of(text: &str) -> PrincipalKey {
    let known = [PrincipalKey::Aws, PrincipalKey::Federated];
    let fits = |k: &PrincipalKey| Principal::classify(Some(*k), text) != Principal::Unknown;
    if text.ends_with(".amazonaws.com") {
        return PrincipalKey::Service;
    }
    known.into_iter().find(fits).unwrap_or(PrincipalKey::Aws)
}
