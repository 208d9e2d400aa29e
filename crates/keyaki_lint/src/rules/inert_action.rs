use keyaki_catalog::{Action, ArnTemplate, Catalog, Segment as TemplateSegment};
use keyaki_ir::arn::Segment;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{Arn, ResourcePattern, Statement};

use crate::context::Context;
use crate::granted::{allows, listed, views};
use crate::rule::rule;

rule! {
    /// Action that none of the listed resources can be meant for.
    ///
    /// The action takes resources of other types, or none at all, so that the entry grants nothing.
    /// An action that takes no resource needs `*`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject", "s3:ListAllMyBuckets", "sqs:SendMessage"],
    ///   //                         ^^^^^^^^^^^^^^^^^^^^^  ^^^^^^^^^^^^^^^^^
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:GetObject", "s3:ListBucket"],
    ///   "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the catalogue is older than the types of resource that the action takes.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    name: "inert-action",
    level: Warning,
    confidence: Medium,
    persona: Pedantic,
    kinds: Kinds::IDENTITY,
    replaces: ["parliament:RESOURCE_MISMATCH", "iam-policy-validator:action_resource_matching", "cfn-lint:I3510"],
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    let Some(resources) = statement.resource.as_ref().filter(|_| allows(statement)) else { return };
    let is_open =
        |r: &ResourcePattern| r.arn.is_none() || crate::placeholder::is_template(r.text());
    if resources.entries.is_empty() || resources.entries.iter().any(is_open) {
        return;
    }
    let catalog = cx.catalog();
    for entry in statement.action.iter().flat_map(|e| &e.entries) {
        let set = catalog.expand(&entry.text);
        let mut actions = views(catalog, &set).peekable();
        if actions.peek().is_some() && actions.all(|a| is_inert(catalog, a, &resources.entries)) {
            let message = format!("`{}` acts on none of these resources", entry.text);
            let draft =
                cx.report(entry.origin, message).and_at(resources.origin, "these resources");
            draft.note(taken(catalog, &entry.text));
        }
    }
}

/// Whether no resource of the action can be among those listed. An action of which nothing is
/// known might take any.
fn is_inert(catalog: &Catalog, action: Action<'_>, listed: &[ResourcePattern]) -> bool {
    let templates: Vec<ArnTemplate<'_>> =
        action.resources().flat_map(|r| r.resource_type().arns().collect::<Vec<_>>()).collect();
    let meets = |r: &ResourcePattern| templates.iter().any(|t| could_be(r, *t));
    let is_known = catalog.action_by_id(action.id()).is_some() && action.access_level().is_some();
    is_known && !listed.iter().any(meets)
}

/// Whether a pattern could hold an ARN of a template.
fn could_be(entry: &ResourcePattern, template: ArnTemplate<'_>) -> bool {
    let text = entry.pattern.widened();
    let service = match (template.service(), Arn::parse(&text)) {
        (TemplateSegment::Literal(name), Some(arn)) => {
            glob::matches(arn.get(&text, Segment::Service), name, Case::Insensitive)
                || glob::has_wildcard(text.get(..arn.range(Segment::Service).end).unwrap_or(""))
        }
        (TemplateSegment::Empty | TemplateSegment::Any | TemplateSegment::Literal(_), _) => true,
    };
    service && glob::intersects(template.glob(), &text, Case::Insensitive)
}

/// What the actions of a pattern take.
fn taken(catalog: &Catalog, pattern: &str) -> String {
    let set = catalog.expand(pattern);
    let mut types: Vec<String> = views(catalog, &set)
        .flat_map(|a| a.resources().map(|r| r.resource_type().arn().to_owned()).collect::<Vec<_>>())
        .collect();
    types.sort();
    types.dedup();
    match types.is_empty() {
        true => "it takes no resource: grant it on `*`".to_owned(),
        false => format!("it takes {}", listed(&types)),
    }
}
