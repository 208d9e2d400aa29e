use keyaki_diag::Applicability;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{ActionPattern, Statement};

use crate::context::Context;
use crate::granted::{allows, denies};
use crate::meaning::narrowed;
use crate::rule::rule;
use crate::wider::{could_cover, has_action_but, has_resource, is_wider};

rule! {
    /// Action that other statements grant on the same resources already.
    ///
    /// Without the entry the policy grants the same; that is proved.
    /// A statement all of whose entries are covered is told by `subsumed-statement`, entries that the same list covers by `redundant-action`.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" },
    ///     {
    ///       "Effect": "Allow",
    ///       "Action": ["s3:GetObject", "s3:PutObject"],
    ///       //         ^^^^^^^^^^^^^^
    ///       "Resource": "arn:aws:s3:::reports/*"
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [
    ///     { "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::invoices/*" },
    ///     {
    ///       "Effect": "Allow",
    ///       "Action": ["s3:GetObject", "s3:PutObject"],
    ///       "Resource": "arn:aws:s3:::reports/*"
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When each statement is to be read by itself.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
    name: "covered-entry",
    level: Suggestion,
    persona: Pedantic,
    kinds: Kinds::IDENTITY.and(Kinds::RESOURCE),
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    let statements = &cx.policy().statements;
    // What is found can be left out together: nothing that is found covers anything else.
    let mut gone: Vec<keyaki_syntax::NodeId> = Vec::new();
    for statement in statements.iter().filter(|s| allows(s)) {
        let Some(list) = statement.action.as_ref().filter(|l| l.entries.len() > 1) else {
            continue;
        };
        let others = statements.iter().filter(|o| o.origin != statement.origin && allows(o));
        let wide: Vec<&Statement> = others.clone().filter(|o| is_on_all(o, statement)).collect();
        if wide.is_empty() || could_cover(others, statement) {
            continue;
        }
        for entry in &list.entries {
            let covers = |o: &&Statement| has_action_but(o, entry, |e| gone.contains(&e.origin));
            let covering: Vec<&Statement> = wide.iter().copied().filter(covers).collect();
            if covering.is_empty()
                || is_wider(statement, std::slice::from_ref(entry), &covering, cx.policy())
                || !is_covered(cx, statement, entry, &covering, &gone)
            {
                continue;
            }
            gone.push(entry.origin);
            let message = format!("`{}` is granted by another statement", entry.text);
            let mut draft = cx.report(entry.origin, message);
            for other in covering {
                draft = draft.and_at(other.origin, "grants it");
            }
            let title = format!("remove `{}`", entry.text);
            draft.note("proved: the policy grants the same without it").remove(
                entry.origin,
                title,
                Applicability::Safe,
            );
        }
    }
}

/// Whether a statement could be on all that another is on.
fn is_on_all(other: &Statement, statement: &Statement) -> bool {
    let mut resources = statement.resource.iter().flat_map(|e| &e.entries);
    statement.not_resource.is_none() && resources.all(|r| has_resource(other, r))
}

fn is_covered(
    cx: &Context<'_>,
    statement: &Statement,
    entry: &ActionPattern,
    covering: &[&Statement],
    gone: &[keyaki_syntax::NodeId],
) -> bool {
    let Some(meaning) = cx.meaning() else { return false };
    let meets = |e: &ActionPattern| glob::intersects(&e.text, &entry.text, Case::Insensitive);
    let pick = |s: &Statement, own: bool| match own {
        _ if denies(s) => Some(narrowed(s, meets)),
        true => (s.origin == statement.origin).then(|| narrowed(s, |e| e.origin == entry.origin)),
        false => {
            let is_covering = covering.iter().any(|c| c.origin == s.origin);
            is_covering.then(|| narrowed(s, |e| meets(e) && !gone.contains(&e.origin)))
        }
    };
    let new = meaning.some(|s| pick(s, true));
    let old = meaning.some(|s| pick(s, false));
    meaning.covers(cx.catalog(), &old, &new)
}
