use std::fmt::Write as _;

use keyaki_catalog::Catalog;
use keyaki_diag::Applicability;
use keyaki_ir::arn::Segment;
use keyaki_ir::near;

use crate::arn_form::{ArnPattern, literal_head};
use crate::context::Context;
use crate::rule::{ResourceSite, rule};

rule! {
    /// ARN whose resource part fits no resource type of its service.
    ///
    /// Each service documents the ARNs of its resource types.
    /// An ARN that can be none of these names no resource, so the statement does nothing for it.
    ///
    /// Wildcards match any text here, colons too, as in AWS's own check;
    /// a service without documented ARNs is not checked.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:GetRole",
    ///   "Resource": "arn:aws:iam::111122223333:roles/deploy"
    ///   //                                     ^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "iam:GetRole",
    ///   "Resource": ["arn:aws:iam::111122223333:role/deploy", "arn:aws:iam::111122223333:*"]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the resource type is younger than the catalogue: see `keyaki catalog update`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-arn-resource>
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "invalid-arn-resource",
    aws: "INVALID_ARN_RESOURCE",
    level: Error,
    kinds: Kinds::ANY,
    replaces: ["cfn-lint:E3514"],
    check: Resource(check),
}

fn check(cx: &mut Context<'_>, site: ResourceSite<'_>) {
    let entry = site.entry;
    let Some(written) = &entry.arn else { return };
    let Some(arn) = site.arn else { return };
    if !arn.misfit().is_some_and(|m| m.resource) {
        return;
    }
    let service = arn.get(Segment::Service);
    let (message, part) = match arn.get(Segment::Resource) {
        "" => ("the ARN names no resource".to_owned(), 0..entry.text().len()),
        _ => (
            format!("`{service}` has no resource type with such an ARN"),
            written.range(Segment::Resource),
        ),
    };
    let meant = cx.guess(|catalog| meant(catalog, arn, entry.text()));
    let forms = forms(arn);
    let draft = cx.report(entry.origin, message).part(entry.origin, part).note(forms);
    if let Some(meant) = meant {
        let title = format!("replace with `{meant}`");
        draft.replace_string(entry.origin, title, Applicability::Unsafe, &meant);
    }
}

/// What resource parts the service has.
fn forms(arn: &ArnPattern<'_>) -> String {
    const SHOWN: usize = 5;
    let mut forms: Vec<&str> = arn.forms().map(|form| form.resource).collect();
    forms.sort_unstable();
    forms.dedup();
    let mut note = "the service has ".to_owned();
    for (i, form) in forms.iter().take(SHOWN).enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        let _ = write!(note, "{comma}`{form}`");
    }
    if let Some(more) = forms.len().checked_sub(SHOWN).filter(|&n| n > 0) {
        let _ = write!(note, " and {more} more");
    }
    note
}

/// The ARN with the first word of its resource part mended, if that makes it fit.
fn meant(catalog: &Catalog, arn: &ArnPattern<'_>, text: &str) -> Option<String> {
    let word = |text: &'_ str| text.find(['/', ':']).unwrap_or(text.len());
    let resource = arn.get(Segment::Resource);
    let written = &resource[..word(resource)];
    let heads = arn.forms().map(|form| literal_head(form.resource));
    let words = heads.map(|head| &head[..word(head)]).filter(|w| !w.is_empty());
    let nearest = near::nearest(written, words)?;
    let at = text.len().checked_sub(resource.len()).filter(|_| text.ends_with(resource))?;
    let meant = format!("{}{nearest}{}", &text[..at], &resource[written.len()..]);
    ArnPattern::parse(&meant, catalog).filter(|arn| arn.misfit().is_none())?;
    Some(meant)
}
