//! Conditions that a request gets past because it lacks the key.
//!
//! An `Allow` whose condition holds without the key grants to requests that nothing was checked of:
//! negated operators, `...IfExists` and `ForAllValues` do that. A `Deny` whose condition does not
//! hold without the key refuses no such request: a positive operator without `IfExists` does that.
//! What is found is a request without the key that is allowed, and that the statement would treat
//! otherwise if the condition were about something else.

use keyaki_eval::Formula;
use keyaki_ir::{BaseOperator, Effect};
use keyaki_symbolic::Ask;

use crate::asked::matches;
use crate::callers::absent;
use crate::core::statements;
use crate::part::without;
use crate::{Answer, Asker, Part, Place, Subject};

impl Subject {
    /// The conditions, other than those that ask whether a key is there.
    pub fn conditions(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        for (at, statement) in statements(self) {
            for place in Place::all(statement) {
                let condition = place.condition(statement);
                let operator = condition.and_then(|(block, _)| block.operator.operator);
                if operator.is_some_and(|o| o.base != BaseOperator::Null) {
                    parts.push(Part::element(at, place));
                }
            }
        }
        parts
    }
}

/// Whether nothing gets past a condition for want of its key.
pub(crate) fn fails_closed(subject: &Subject, part: Part, asker: &Asker<'_>) -> Answer {
    let statement = subject.policies.statement(part.at);
    let condition = statement.and_then(|s| Some((s, part.place?.condition(s)?)));
    let Some((statement, (_, entry))) = condition else {
        return Answer::Undecided("there is no such condition".to_owned());
    };
    let key = &entry.key.value;
    let unconditional =
        Subject { policies: without(&subject.policies, &[part]), layer: subject.layer };
    // Of a `Deny`, what it would refuse without the condition.
    let side = usize::from(statement.effect() == Some(Effect::Deny));
    let mut answer = asker.any(&[subject, &unconditional], |caller, allowed| {
        let own = matches(side, part.at, statement, caller, asker.profile);
        let lacks: Formula<Ask> = absent(key);
        Formula::and(allowed.iter().take(1).cloned().chain([own, lacks]))
    });
    if let Answer::Refuted(witness) = &mut answer {
        witness.responsible.retain(|r| r.subject == 0);
    }
    answer
}
