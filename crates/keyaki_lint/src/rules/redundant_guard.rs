use keyaki_analyze::{Part, Place, Question};
use keyaki_diag::Applicability;
use keyaki_ir::{BaseOperator, Statement};

use crate::condition_edit::remove_entry;
use crate::context::Context;
use crate::rule::ConditionSite;
use crate::rule::rule;
use crate::wider::repeats_a_key;

rule! {
    /// Test of a condition key that another test of the same statement implies.
    ///
    /// `Null` beside a test that needs the key is the usual case.
    /// That the statement applies to the same requests without the test is proved.
    ///
    /// ## Avoid
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "*",
    ///   "Condition": {
    ///     "StringEquals": { "aws:PrincipalTag/team": "reports" },
    ///     "Null": { "aws:PrincipalTag/team": "false" }
    ///     //        ^^^^^^^^^^^^^^^^^^^^^^^
    ///   }
    /// }
    /// ```
    ///
    /// ## Prefer
    /// ```json
    /// {
    ///   "Effect": "Allow",
    ///   "Action": "s3:GetObject",
    ///   "Resource": "*",
    ///   "Condition": {
    ///     "StringNotEquals": { "aws:PrincipalTag/team": "guests" },
    ///     "Null": { "aws:PrincipalTag/team": "false" }
    ///   }
    /// }
    /// ```
    ///
    /// ## When to ignore it
    /// When the test says something to people.
    ///
    /// ## Sources
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
    name: "redundant-guard",
    level: Suggestion,
    persona: Pedantic,
    kinds: Kinds::ANY,
    check: Proof(check),
}

fn check(cx: &mut Context<'_>) {
    for statement in cx.policy().statements.iter().filter(|s| repeats_a_key(s)) {
        if let Some(site) = redundant(cx, statement) {
            let edit = remove_entry(cx, site);
            let draft = cx
                .report(site.entry.key.origin, "another test of the statement implies this one")
                .note("proved: the statement applies to the same requests without it");
            if let Some(edit) = edit {
                draft.fix("remove the test", Applicability::Safe, vec![edit]);
            }
        }
    }
}

/// The first test that changes nothing; tests of presence go first.
fn redundant<'s>(cx: &Context<'_>, statement: &'s Statement) -> Option<ConditionSite<'s>> {
    let meaning = cx.meaning()?;
    let subject = meaning.alone(statement);
    let blocks = statement.condition.iter().flat_map(|c| &c.blocks).enumerate();
    let mut sites: Vec<(Place, ConditionSite<'s>)> = blocks
        .flat_map(|(b, block)| {
            block.entries.iter().enumerate().map(move |(e, entry)| {
                (Place::Condition { block: b, entry: e }, ConditionSite { statement, block, entry })
            })
        })
        .filter(|(_, site)| is_repeated(site))
        .collect();
    sites.sort_by_key(|(_, s)| {
        s.block.operator.operator.map(|o| o.base) != Some(BaseOperator::Null)
    });
    let is_dead = |place: Place| {
        let part = Part::element(meaning.at(0), place);
        meaning.holds(cx.catalog(), &Question::Dead { subject: &subject, part })
    };
    sites.into_iter().find(|(place, _)| is_dead(*place)).map(|(_, site)| site)
}

fn is_repeated(site: &ConditionSite<'_>) -> bool {
    let same = site.statement.condition_entries().filter(|(_, e)| e.is(&site.entry.key.value));
    same.count() > 1
}
