//! Policies that differ a little from others.

use super::policy::{action, condition, resource, statement, value};
use super::{Dice, Statement, Text};

/// The same policy with something about it changed.
pub fn mutated(text: &Text, dice: &mut Dice<'_>) -> Text {
    let mut text = text.clone();
    for _ in 0..1 + dice.below(2) {
        change(&mut text, dice);
    }
    text
}

fn change(text: &mut Text, dice: &mut Dice<'_>) {
    match dice.below(8) {
        0 => {
            let more = statement(dice);
            let principal = text.statements.first().and_then(|s| s.principal.clone());
            text.statements.push(Statement { principal, ..more });
        }
        1 if text.statements.len() > 1 => {
            let at = dice.below(text.statements.len());
            text.statements.remove(at);
        }
        2 => {
            let by = dice.below(text.statements.len());
            text.statements.rotate_left(by);
        }
        _ => {
            let at = dice.below(text.statements.len());
            if let Some(statement) = text.statements.get_mut(at) {
                change_statement(statement, dice);
            }
        }
    }
}

fn change_statement(statement: &mut Statement, dice: &mut Dice<'_>) {
    match dice.below(9) {
        0 => statement.allows = !statement.allows,
        1 => change_list(&mut statement.actions, dice, action),
        2 => statement.not_action = !statement.not_action,
        3 | 4 => change_list(&mut statement.resources, dice, resource),
        5 => statement.conditions.push(condition(dice)),
        6 if !statement.conditions.is_empty() => {
            let at = dice.below(statement.conditions.len());
            statement.conditions.remove(at);
        }
        _ => {
            let at = dice.below(statement.conditions.len());
            if let Some((operator, _, values)) = statement.conditions.get_mut(at) {
                change_list(values, dice, |dice| value(dice, family(operator)));
            }
        }
    }
}

/// The family of an operator, as a letter.
fn family(operator: &str) -> char {
    const FAMILIES: [(&str, char); 8] = [
        ("Null", 'z'),
        ("Numeric", 'n'),
        ("Date", 'd'),
        ("IpAddress", 'i'),
        ("Arn", 'r'),
        ("Bool", 'b'),
        ("Binary", 'y'),
        ("String", 's'),
    ];
    FAMILIES.iter().find(|(name, _)| operator.contains(name)).map_or('s', |(_, family)| *family)
}

fn change_list(list: &mut Vec<String>, dice: &mut Dice<'_>, one: impl Fn(&mut Dice<'_>) -> String) {
    match dice.below(3) {
        0 if list.len() > 1 => {
            let at = dice.below(list.len());
            list.remove(at);
        }
        1 => list.push(one(dice)),
        _ => {
            let at = dice.below(list.len());
            if let Some(text) = list.get_mut(at) {
                *text = one(dice);
            }
        }
    }
}
