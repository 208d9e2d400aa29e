//! Laws that hold between a policy and a changed one, whatever they say.

use super::identity::compare;
use super::{Checked, Dice, Statement, Text, mutated, policy};

/// Checks one law on a random policy.
///
/// # Errors
/// The law, and a policy for which the engine breaks it.
pub fn law(dice: &mut Dice<'_>) -> Result<Checked, String> {
    let text = policy(dice);
    match dice.below(7) {
        0 => within("adding an Allow takes nothing away", &text, &with(&text, true, dice), dice),
        1 => within("adding a Deny adds nothing", &with(&text, false, dice), &text, dice),
        2 => {
            let mut turned = text.clone();
            turned.statements.reverse();
            same("the order of statements", &text, &turned, dice)
        }
        3 => same("splitting lists", &text, &split(&text), dice),
        4 => {
            let mut more = text.clone();
            more.statements.extend(never(dice));
            same("a statement that never matches", &text, &more, dice)
        }
        5 => {
            let mut twice = text.clone();
            twice.statements.extend(text.statements.iter().cloned());
            same("saying it twice", &text, &twice, dice)
        }
        _ => antisymmetric(&text, dice),
    }
}

/// The policy with one more statement of an effect.
fn with(text: &Text, allows: bool, dice: &mut Dice<'_>) -> Text {
    let mut more = text.clone();
    let added = policy(dice).statements.into_iter().next();
    more.statements.extend(added.map(|s| Statement { allows, ..s }));
    more
}

/// A statement whose conditions contradict each other.
fn never(dice: &mut Dice<'_>) -> Option<Statement> {
    let mut statement = policy(dice).statements.into_iter().next()?;
    let null = |is: &str| ("Null".to_owned(), "k:c".to_owned(), vec![is.to_owned()]);
    statement.conditions.extend([null("true"), null("false")]);
    Some(statement)
}

/// One statement for each element of each positive list.
fn split(text: &Text) -> Text {
    let mut statements = Vec::new();
    for statement in &text.statements {
        let each = |list: &[String], is_negated: bool| -> Vec<Vec<String>> {
            match is_negated {
                true => vec![list.to_vec()],
                false => list.iter().map(|t| vec![t.clone()]).collect(),
            }
        };
        for actions in each(&statement.actions, statement.not_action) {
            for resources in each(&statement.resources, statement.not_resource) {
                let actions = actions.clone();
                statements.push(Statement { actions, resources, ..statement.clone() });
            }
        }
    }
    Text { version: text.version, statements }
}

fn within(law: &str, one: &Text, other: &Text, dice: &mut Dice<'_>) -> Result<Checked, String> {
    match compare(one, other, dice, 10)? {
        Checked::Refuted => Err(format!("{law}: {}\nagainst\n{}", one.json(), other.json())),
        checked @ (Checked::Proved | Checked::Undecided(_)) => Ok(checked),
    }
}

fn same(law: &str, one: &Text, other: &Text, dice: &mut Dice<'_>) -> Result<Checked, String> {
    match within(law, one, other, dice)? {
        Checked::Proved => within(law, other, one, dice),
        checked @ (Checked::Refuted | Checked::Undecided(_)) => Ok(checked),
    }
}

/// If neither allows more than the other, a third that allows more than one does so than the
/// other, too.
fn antisymmetric(text: &Text, dice: &mut Dice<'_>) -> Result<Checked, String> {
    let other = mutated(text, dice);
    let third = mutated(text, dice);
    let there = compare(text, &other, dice, 10)?;
    let back = compare(&other, text, dice, 10)?;
    if there != Checked::Proved || back != Checked::Proved {
        return Ok(there);
    }
    let (one, two) = (compare(text, &third, dice, 10)?, compare(&other, &third, dice, 10)?);
    let differs = matches!(
        (&one, &two),
        (Checked::Proved, Checked::Refuted) | (Checked::Refuted, Checked::Proved)
    );
    match differs {
        true => Err(format!(
            "equivalent policies are told apart: {}\nand\n{}\nby\n{}",
            text.json(),
            other.json(),
            third.json()
        )),
        false => Ok(one),
    }
}
