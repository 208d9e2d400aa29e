use keyaki_diag::Applicability;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{Comparison, ConditionEntry, Family, Operator, Principal, Statement};
use keyaki_syntax::NodeId;

use crate::context::Context;
use crate::placeholder::is_template;
use crate::rule::rule;

rule! {
    /// Service principal that is not written as one.
    ///
    /// A service is named by a host in small letters, mostly `service.amazonaws.com`; `kms:ViaService` has the Region in it.
    /// Anything else names no service: the principal is refused, and a condition never matches.
    ///
    /// Checked are `Service` principals and the keys that hold the name of a service, such as `iam:PassedToService` and `aws:CalledVia`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:PassRole",
    ///   "Resource": "arn:aws:iam::111122223333:role/app",
    ///   "Condition": { "StringEquals": { "iam:PassedToService": "lambda" } }
    ///   //                                                      ^^^^^^^^
    /// }
    /// ```
    ///
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "kms:Decrypt",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "kms:ViaService": "secretsmanager.amazonaws.com" } }
    ///   //                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:PassRole",
    ///   "Resource": "arn:aws:iam::111122223333:role/app",
    ///   "Condition": { "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the service is an internal one of AWS with another form of name.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-service-principal-format>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services>
    /// - <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service>
    name: "invalid-service-principal-format",
    aws: "INVALID_SERVICE_PRINCIPAL_FORMAT",
    level: Error,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if cx.kind().takes_principal() {
        check_principals(cx, statement);
    }
    for (block, entry) in statement.condition_entries() {
        let Some(form) = Form::of_key(entry) else { continue };
        let Some(operator) = block.operator.operator else { continue };
        if operator.base.family() == Family::String {
            check_values(cx, entry, operator, form);
        }
    }
}

fn check_principals(cx: &mut Context<'_>, statement: &Statement) {
    for element in statement.principal_elements() {
        for (_, entry) in element.entries().filter(|(_, e)| e.principal == Principal::Service) {
            let text = &*entry.text;
            if !glob::has_wildcard(text) && !is_template(text) && !Form::Plain.fits(cx, text) {
                report(cx, entry.origin, text, Form::Plain);
            }
        }
    }
}

fn check_values(cx: &mut Context<'_>, entry: &ConditionEntry, operator: Operator, form: Form) {
    for value in &entry.values {
        let text = value.text();
        let right = is_template(text)
            || match glob::has_wildcard(text) {
                // Without `Like` the wildcard is the mistake.
                true => !operator.base.has_wildcards() || form.can_fit(cx, text),
                false if ignores_case(operator) => form.fits(cx, &text.to_ascii_lowercase()),
                false => form.fits(cx, text),
            };
        if !right {
            report(cx, value.origin, text, form);
        }
    }
}

fn ignores_case(operator: Operator) -> bool {
    operator.base.comparison() == Comparison::TextInAnyCase
}

fn report(cx: &mut Context<'_>, origin: NodeId, text: &str, form: Form) {
    let meant = form.meant(cx, text);
    let draft = cx
        .report(origin, format!("`{text}` is not a service principal"))
        .note(format!("the expected format is `{}`", form.shown()));
    if let Some(meant) = meant {
        let title = format!("replace with `{meant}`");
        draft.replace_string(origin, title, Applicability::Unsafe, &meant);
    }
}

/// The forms of service names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `service.amazonaws.com`; more labels may stand before.
    Plain,
    /// `service.region.amazonaws.com`.
    Regional,
}

/// The keys whose values name a service.
const KEYS: [(&str, Form); 12] = [
    ("aws:CalledVia", Form::Plain),
    ("aws:CalledViaFirst", Form::Plain),
    ("aws:CalledViaLast", Form::Plain),
    ("aws:PrincipalServiceName", Form::Plain),
    ("aws:PrincipalServiceNamesList", Form::Plain),
    ("iam:AWSServiceName", Form::Plain),
    ("iam:PassedToService", Form::Plain),
    ("kms:GranteeServicePrincipal", Form::Plain),
    ("kms:RetiringServicePrincipal", Form::Plain),
    ("organizations:ServicePrincipal", Form::Plain),
    ("sts:AWSServiceName", Form::Plain),
    ("kms:ViaService", Form::Regional),
];

/// The domain of services inside of AWS, beside those of the partitions.
const INTERNAL: &str = "aws.internal";

/// The services of Alexa, which are not of AWS.
const ALEXA: [&str; 2] = ["alexa-appkit.amazon.com", "alexa-connectedhome.amazon.com"];

impl Form {
    fn of_key(entry: &ConditionEntry) -> Option<Form> {
        KEYS.iter().find(|(key, _)| entry.is(key)).map(|&(_, form)| form)
    }

    fn shown(self) -> &'static str {
        match self {
            Form::Plain => "service.amazonaws.com",
            Form::Regional => "service.region.amazonaws.com",
        }
    }

    /// Whether the name has this form.
    fn fits(self, cx: &Context<'_>, name: &str) -> bool {
        !glob::has_wildcard(name) && (self.has_shape(cx, name) || ALEXA.contains(&name))
    }

    /// Whether the pattern matches some name of this form.
    fn can_fit(self, cx: &Context<'_>, pattern: &str) -> bool {
        let any = match self {
            Form::Plain => "*.",
            Form::Regional => "*.*.",
        };
        let meets = |domain| glob::intersects(pattern, &format!("{any}{domain}"), Case::Sensitive);
        let may_match = || pattern.bytes().all(is_allowed) && domains(cx).any(meets);
        self.has_shape(cx, pattern) || may_match()
    }

    /// Whether a name or pattern consists of enough labels before a domain.
    fn has_shape(self, cx: &Context<'_>, pattern: &str) -> bool {
        let least = match self {
            Form::Plain => 1,
            Form::Regional => 2,
        };
        let is_label = |l: &str| !l.is_empty() && l.bytes().all(is_allowed);
        domains(cx).any(|domain| {
            let rest = pattern.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.'));
            let labels = rest.map(|rest| rest.split('.'));
            labels.is_some_and(|mut l| l.clone().count() >= least && l.all(is_label))
        })
    }

    /// The service principal that was probably meant.
    fn meant(self, cx: &Context<'_>, text: &str) -> Option<String> {
        let lower = text.trim().to_ascii_lowercase();
        if self.fits(cx, &lower) {
            return Some(lower);
        }
        let first = lower.split_once('.').map_or(&*lower, |(first, _)| first);
        let known = self == Form::Plain && cx.catalog().service(first).is_some();
        known.then(|| format!("{first}.amazonaws.com"))
    }
}

/// Whether a name, or a pattern of names, may hold the character.
fn is_allowed(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'*' | b'?')
}

fn domains<'c>(cx: &Context<'c>) -> impl Iterator<Item = &'c str> {
    cx.catalog().partitions().map(|p| p.dns_suffix()).chain([INTERNAL])
}
