use std::ops::Range;

use keyaki_catalog::{Catalog, KeyType};
use keyaki_diag::{Applicability, Edit};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{Comparison, ConditionEntry, ConditionValue, Family, near};

use crate::context::Context;
use crate::placeholder::is_known;
use crate::rule::{ConditionSite, rule};

rule! {
    /// Condition value that names no AWS Region.
    ///
    /// Keys such as `aws:RequestedRegion` hold the code of a Region, and `kms:ViaService` has one in it.
    /// A test against anything else never matches.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:RunInstances",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:RequestedRegion": ["eu-west-1", "eu-west1"] } }
    ///   //                                                                    ^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "ec2:RunInstances",
    ///   "Resource": "*",
    ///   "Condition": { "StringEquals": { "aws:RequestedRegion": ["eu-west-1", "eu-west-2"] } }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the Region is younger than the catalogue: see `keyaki catalog update`.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-region>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion>
    /// - <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service>
    /// - <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>
    name: "invalid-region",
    aws: "INVALID_REGION",
    level: Error,
    kinds: Kinds::ANY,
    check: Condition(check),
}

fn check(cx: &mut Context<'_>, site: ConditionSite<'_>) {
    let entry = site.entry;
    let Some(base) = site.block.operator.operator.map(|o| o.base) else { return };
    if base.family() != Family::String || !names_region(cx, entry) {
        return;
    }
    let folds = base.comparison() == Comparison::TextInAnyCase;
    let case = if folds { Case::Insensitive } else { Case::Sensitive };
    for value in entry.values.iter().filter(|v| is_known(v)) {
        let text = value.text();
        let part =
            if entry.is("kms:ViaService") { region_of_host(text) } else { Some(0..text.len()) };
        let Some(part) = part else { continue };
        if !is_region(cx.catalog(), &text[part.clone()], case) {
            report(cx, value, part);
        }
    }
}

fn report(cx: &mut Context<'_>, value: &ConditionValue, part: Range<usize>) {
    let name = &value.text()[part.clone()];
    let meant = meant(cx.catalog(), name);
    let range = cx.node(value.origin).map(|node| node.inner_range(part));
    let draft = cx.report(value.origin, format!("there is no Region `{name}`"));
    if let (Some(meant), Some(range)) = (meant, range) {
        let edit = Edit { range, replacement: meant.to_owned() };
        draft.note(format!("did you mean `{meant}`?")).fix(
            format!("replace with `{meant}`"),
            Applicability::Unsafe,
            vec![edit],
        );
    }
}

/// Whether the values of a key are names of Regions, or hold one.
fn names_region(cx: &Context<'_>, entry: &ConditionEntry) -> bool {
    if entry.is("aws:RequestedRegion") || entry.is("kms:ViaService") {
        return true;
    }
    let key = &*entry.key.value;
    let ends_in = |word: &str| {
        let at = key.len().saturating_sub(word.len());
        key.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(word))
    };
    (ends_in("Region") || ends_in("Regions"))
        && !key.contains('/')
        && cx.key_type(key).is_some_and(|t| t.element() == KeyType::String)
}

/// The Region in `service.REGION.amazonaws.com`.
fn region_of_host(host: &str) -> Option<Range<usize>> {
    let end = host.find(".amazonaws.")?;
    let dot = host[..end].rfind('.')?;
    Some(dot + 1..end)
}

/// Whether a text is a Region or, as a pattern, matches one.
fn is_region(catalog: &Catalog, text: &str, case: Case) -> bool {
    let mut regions = catalog.partitions().flat_map(|p| p.regions());
    regions.any(|region| glob::matches(text, region, case))
}

/// The one Region that is nearest to a misspelt name.
fn meant<'c>(catalog: &'c Catalog, name: &str) -> Option<&'c str> {
    let regions = || catalog.partitions().flat_map(|p| p.regions());
    let nearest = near::nearest(name, regions())?;
    let slips = near::distance(name, nearest, nearest.len())?;
    let mut equals = regions().filter(|r| near::distance(name, r, slips).is_some());
    (equals.next() == Some(nearest) && equals.next().is_none()).then_some(nearest)
}
