use keyaki_diag::Applicability;
use keyaki_ir::glob::Case;
use keyaki_ir::{ActionPattern, Element, Statement};

use crate::context::Context;
use crate::covering::{Covered, covered};
use crate::rule::rule;

rule! {
    /// Action that another entry of the same list covers.
    ///
    /// The entry changes nothing; it costs characters of the policy's quota and hides what counts.
    /// The same action written twice is reported, too. Letter case does not count.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:Get*", "s3:PutObject", "s3:getobjectacl", "s3:PutObject"],
    ///   //                                    ^^^^^^^^^^^^^^^^^  ^^^^^^^^^^^^^^
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": ["s3:Get*", "s3:PutObject", "s3:PutObjectAcl"],
    ///   "Resource": "arn:aws:s3:::reports/*"
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the list is kept by a tool that merges lists of actions.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-redundant-action>
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
    name: "redundant-action",
    aws: "REDUNDANT_ACTION",
    level: Suggestion,
    kinds: Kinds::ANY,
    check: Statement(check),
}

fn check(cx: &mut Context<'_>, statement: &Statement) {
    for element in statement.action_elements().filter(|e| e.entries.len() > 1) {
        let texts = element.entries.iter().map(|e| &*e.text);
        for covered in covered(texts, Case::Insensitive) {
            report(cx, element, &covered);
        }
    }
}

fn report(cx: &mut Context<'_>, element: &Element<ActionPattern>, covered: &Covered) {
    let entry = &element.entries[covered.entry];
    let first = &element.entries[covered.by[0]];
    let message = if entry.text.eq_ignore_ascii_case(&first.text) {
        format!("`{}` is listed twice", entry.text)
    } else {
        format!("`{}` is covered by `{}`", entry.text, first.text)
    };
    let mut draft = cx.report(entry.origin, message);
    for &by in &covered.by {
        draft = draft.and_at(element.entries[by].origin, "covers it");
    }
    let title = format!("remove `{}`", entry.text);
    draft.remove(entry.origin, title, Applicability::Safe);
}
