use keyaki_catalog::ArnTemplate;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{ResourcePattern, Statement};

use crate::context::Context;
use crate::granted::{actions, allows, is_every_resource, views};
use crate::rule::rule;

rule! {
    /// Resource pattern that holds every resource of the types that the actions take.
    ///
    /// It looks like a limit and is none.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::*"
    ///   //          ^^^^^^^^^^^^^^^^
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "sqs:SendMessage",
    ///   "Resource": "arn:aws:sqs:*:*:*"
    ///   //          ^^^^^^^^^^^^^^^^^^^
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "sqs:SendMessage",
    ///   "Resource": "arn:aws:sqs:*:111122223333:orders-*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When all resources are meant.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
    name: "near-star-resource",
    level: Security,
    confidence: Medium,
    persona: Pedantic,
    kinds: Kinds::IDENTITY,
    replaces: ["parliament:RESOURCE_EFFECTIVELY_STAR", "aws-guardrails:IAM105"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let resources = statement.resource.iter().flat_map(|e| &e.entries);
    let likely: Vec<&ResourcePattern> =
        resources.filter(|r| allows(statement) && is_likely(r)).collect();
    if likely.is_empty() {
        return;
    }
    let catalog = cx.catalog();
    let templates: Vec<_> = views(catalog, &actions(catalog, statement))
        .flat_map(|a| a.resources().collect::<Vec<_>>())
        .flat_map(|r| r.resource_type().arns().collect::<Vec<_>>())
        .collect();
    for entry in likely {
        let wide = entry.text().replacen("arn:aws:", "arn:*:", 1);
        let is_held = |t: &&ArnTemplate<'_>| glob::includes(&wide, t.glob(), Case::Sensitive);
        if let Some(held) = templates.iter().find(is_held) {
            let message = format!("`{}` holds every resource of its type", entry.text());
            cx.report(entry.origin, message)
                .note(format!("in its partition, `{}` is within for all values", held.template()))
                .note("name the account and the resources");
        }
    }
}

/// Whether a pattern leaves account and name open.
fn is_likely(entry: &ResourcePattern) -> bool {
    entry.arn.is_some() && entry.text().ends_with('*') && !is_every_resource(entry)
}
