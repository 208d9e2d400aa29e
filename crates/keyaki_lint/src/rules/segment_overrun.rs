use keyaki_ir::arn::Segment;
use keyaki_ir::{ResourcePattern, Statement};

use crate::context::Context;
use crate::granted::{allows, names};
use crate::rule::rule;

rule! {
    /// Wildcard of a resource that reaches further than it looks.
    ///
    /// `*` takes in slashes and colons.
    /// A pattern for one bucket's objects that has no slash before the wildcard holds the objects of every bucket whose name begins so, and a role's name with a wildcard holds roles below paths of that name.
    /// The finding shows an ARN that is within.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "arn:aws:s3:::reports*"
    ///   //          ^^^^^^^^^^^^^^^^^^^^^^^
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
    ///
    /// ## When to ignore it
    /// When buckets or paths of such names are meant, too.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
    name: "segment-overrun",
    level: Warning,
    confidence: Medium,
    persona: Auditor,
    kinds: Kinds::IDENTITY.and(Kinds::RESOURCE),
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    if !allows(statement) {
        return;
    }
    let on_objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
    let has_objects = on_objects.iter().any(|action| names(statement, action));
    for entry in statement.resource.iter().flat_map(|e| &e.entries) {
        if let Some(surprise) = surprise(entry, has_objects) {
            let message = format!("`{}` reaches further than it looks", entry.text());
            cx.report(entry.origin, message).note(format!("`{surprise}` is within"));
        }
    }
}

/// An ARN that the pattern holds and that was hardly meant.
fn surprise(entry: &ResourcePattern, has_objects: bool) -> Option<String> {
    let (text, arn) = (entry.text(), entry.arn.as_ref()?);
    let resource = arn.get(text, Segment::Resource);
    let head =
        resource.strip_suffix('*').filter(|h| !h.is_empty() && !h.contains(['*', '?', '$']))?;
    let start = text.strip_suffix('*')?;
    match arn.get(text, Segment::Service) {
        "s3" if has_objects && !head.contains('/') => Some(format!("{start}-of-others/secret")),
        "iam" => {
            let name = head.split_once('/').map(|(_, name)| name).filter(|n| !n.is_empty())?;
            (!name.ends_with('/')).then(|| format!("{start}/another-path/administrator"))
        }
        _ => None,
    }
}
