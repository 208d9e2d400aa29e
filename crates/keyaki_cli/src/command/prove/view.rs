//! Answers as what is reported: with the statements in their source.

use std::collections::BTreeSet;

use keyaki_analyze::words::principal;
use keyaki_analyze::{Answer, Core, Needed, Place, Question, Witness};
use keyaki_diag::TextRange;
use keyaki_eval::StatementRef;
use keyaki_ir::Effect;
use keyaki_report::proof;
use keyaki_report::simulation::Request;

use crate::command::policies::Loaded;

pub(super) fn proof<'l>(
    question: &Question<'_>,
    answer: &Answer,
    loaded: &[&'l Loaded],
) -> proof::Proof<'l> {
    let mut proof = proof::Proof {
        answer: answer.name(),
        meaning: question.meaning(answer).to_owned(),
        reason: None,
        witness: None,
        core: None,
        approximations: Vec::new(),
        notes: Vec::new(),
        engine: String::new(),
        profile: String::new(),
    };
    match answer {
        Answer::Proved { approximations, core: needed } => {
            proof.approximations.clone_from(approximations);
            proof.core = needed.as_ref().map(|needed| core(needed, loaded, role));
        }
        Answer::Refuted(found) => proof.witness = Some(witness(found, loaded)),
        Answer::Undecided(reason) => proof.reason = Some(reason.clone()),
    }
    proof
}

/// What a proof needs, in its source.
pub(super) fn core<'l>(
    core: &Core,
    loaded: &[&'l Loaded],
    role: fn(Option<Effect>, bool) -> &'static str,
) -> proof::Core<'l> {
    let statements = core.statements.iter();
    proof::Core {
        statements: statements.filter_map(|n| needed(n, loaded.get(n.subject)?, role)).collect(),
        is_minimal: core.is_minimal,
        questions: core.questions,
    }
}

/// What a statement does for a proof about access.
fn role(effect: Option<Effect>, is_limit: bool) -> &'static str {
    match (effect, is_limit) {
        (Some(Effect::Deny), false) => "denied by this",
        (Some(Effect::Deny), true) => "nothing but this is denied here",
        (_, false) => "allowed by this on the other side",
        (_, true) => "nothing but this is allowed here",
    }
}

fn needed<'l>(
    needed: &Needed,
    loaded: &'l Loaded,
    role: fn(Option<Effect>, bool) -> &'static str,
) -> Option<proof::Needed<'l>> {
    let effect = loaded.policies.statement(needed.at)?.effect();
    let elements = needed.elements.iter();
    Some(proof::Needed {
        statement: loaded.statement(needed.at)?,
        is_limit: needed.is_limit,
        says: role(effect, needed.is_limit),
        elements: elements.filter_map(|(p, v)| element(needed.at, *p, v, loaded)).collect(),
    })
}

/// An element with all of its values.
pub(super) fn whole_element(
    at: StatementRef,
    place: Place,
    loaded: &Loaded,
) -> Option<proof::Element> {
    let count = place.values(loaded.policies.statement(at)?).len();
    let values: Vec<usize> = (0..count).collect();
    let mut element = element(at, place, &values, loaded)?;
    element.ranges = loaded.element_range(at, place).into_iter().collect();
    Some(element)
}

/// An element with some of its values.
pub(super) fn element(
    at: StatementRef,
    place: Place,
    values: &[usize],
    loaded: &Loaded,
) -> Option<proof::Element> {
    let statement = loaded.policies.statement(at)?;
    let all = place.values(statement);
    let mut ranges: Vec<TextRange> =
        values.iter().filter_map(|v| loaded.value_range(at, place, *v)).collect();
    if ranges.is_empty() {
        ranges.extend(loaded.element_range(at, place));
    }
    Some(proof::Element {
        name: place.name(statement),
        values: values.iter().filter_map(|v| all.get(*v)).map(|v| (*v).to_owned()).collect(),
        ranges,
    })
}

pub(crate) fn witness<'l>(found: &Witness, loaded: &[&'l Loaded]) -> proof::Witness<'l> {
    let request = &found.request;
    let context = request.context.iter();
    let statements = found.responsible.iter();
    let mut notes = Vec::new();
    if !found.is_known {
        notes.push(format!("the catalogue does not know the action `{}`", request.action));
    } else if !found.is_realistic {
        notes.push(
            "no action of which the catalogue knows takes such a resource with such keys"
                .to_owned(),
        );
    }
    // A statement of a template may be there in several ways.
    let mut told = BTreeSet::new();
    let statements = statements.filter_map(|r| {
        let statement = loaded.get(r.subject)?.statement(r.at)?;
        told.insert((r.subject, r.at.layer, statement.file, statement.range)).then_some(statement)
    });
    let statements = statements.collect();
    proof::Witness {
        request: Request {
            principal: principal(&request.caller),
            action: request.action.clone(),
            resource: request.resource.clone(),
            context: context.map(|(k, v)| (k.to_owned(), v.as_slice().to_vec())).collect(),
        },
        resource_account: request.resource_account.clone(),
        absent: found.absent.clone(),
        statements,
        notes,
        assumed: found.assumed.clone(),
    }
}
