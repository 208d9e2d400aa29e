use std::collections::HashMap;

use keyaki_diag::Applicability;
use keyaki_ir::arn::{Arn, Segment};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{Element, ResourcePattern, Statement};

use crate::context::Context;
use crate::covering::{Covered, covered, opaque};
use crate::rule::rule;

rule! {
    /// Resource that another entry of the same list covers.
    ///
    /// The entry changes nothing; it costs characters of the policy's quota and hides what counts.
    /// The same resource written twice is reported, too.
    /// `*` takes in slashes and colons: `arn:aws:s3:::reports*` covers all objects of `reports`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": ["arn:aws:s3:::reports/2026/*", "arn:aws:s3:::reports/*"]
    ///   //           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": ["arn:aws:s3:::reports/*", "arn:aws:s3:::Reports/*"]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the list is kept by a tool that merges lists of resources.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-redundant-resource>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
    name: "redundant-resource",
    aws: "REDUNDANT_RESOURCE",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for element in statement.resource_elements().filter(|e| e.entries.len() > 1) {
        let mut variables = HashMap::new();
        let patterns = element.entries.iter().map(|e| &e.pattern);
        let texts: Option<Vec<_>> = patterns.map(|p| opaque(p, &mut variables)).collect();
        let texts = texts.unwrap_or_default();
        for mut covered in covered(texts.iter().map(|t| &**t), Case::Sensitive) {
            let entry = &texts[covered.entry];
            covered.by.retain(|&by| covers_by_segment(&texts[by], entry));
            if !covered.by.is_empty() {
                report(cx, element, &covered);
            }
        }
    }
}

/// Whether a pattern that covers another as a text also does so segment by segment: a wildcard
/// before the resource does not reach beyond its colon.
fn covers_by_segment(outer: &str, inner: &str) -> bool {
    if outer == "*" || outer == inner {
        return true;
    }
    let (Some(arn), Some(covered)) = (Arn::parse(outer), Arn::parse(inner)) else { return false };
    Segment::ALL.into_iter().all(|segment| {
        glob::includes(arn.get(outer, segment), covered.get(inner, segment), Case::Sensitive)
    })
}

fn report(cx: &mut Context<'_>, element: &Element<ResourcePattern>, covered: &Covered) {
    let entry = &element.entries[covered.entry];
    let first = &element.entries[covered.by[0]];
    let message = if entry.text() == first.text() {
        format!("`{}` is listed twice", entry.text())
    } else {
        format!("`{}` is covered by `{}`", entry.text(), first.text())
    };
    let mut draft = cx.report(entry.origin, message);
    for &by in &covered.by {
        draft = draft.and_at(element.entries[by].origin, "covers it");
    }
    let title = format!("remove `{}`", entry.text());
    draft.remove(entry.origin, title, Applicability::Safe);
}
