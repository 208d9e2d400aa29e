//! Formulas with everything taken out that other parts of them settle: most of what two versions
//! of a policy have in common is gone before anything is read closely.

use std::collections::{HashMap, HashSet};

use keyaki_eval::Formula;

/// What is settled: the values of atoms.
type Settled = HashMap<usize, bool>;

/// A formula that holds for the same requests, with negations at the atoms.
pub(crate) fn simplified(formula: &Formula<usize>) -> Formula<usize> {
    let settled = settle(inward(formula, true));
    match distributable(&settled) {
        Some(at) => distributed(settled, at),
        None => settled,
    }
}

/// The formula, or its opposite, with negations at the atoms.
fn inward(formula: &Formula<usize>, positive: bool) -> Formula<usize> {
    match (formula, positive) {
        (Formula::Atom(atom), true) => Formula::Atom(*atom),
        (Formula::Atom(atom), false) => Formula::not(Formula::Atom(*atom)),
        (Formula::Not(part), _) => inward(part, !positive),
        (Formula::And(parts), true) | (Formula::Or(parts), false) => {
            Formula::and(parts.iter().map(|p| inward(p, positive)))
        }
        (Formula::And(parts), false) | (Formula::Or(parts), true) => {
            Formula::or(parts.iter().map(|p| inward(p, positive)))
        }
    }
}

/// How often what was settled anew is put into the rest.
const ROUNDS: usize = 16;

/// Puts the atoms that must hold or must not into all other parts.
fn settle(mut formula: Formula<usize>) -> Formula<usize> {
    let mut settled = Settled::new();
    for _ in 0..ROUNDS {
        let known = settled.len();
        for (atom, value) in parts(&formula).iter().filter_map(unit) {
            if settled.insert(atom, value).is_some_and(|before| before != value) {
                return Formula::FALSE;
            }
        }
        if settled.len() == known {
            break;
        }
        let Formula::And(parts) = formula else { break };
        let rest = parts.into_iter().filter(|p| unit(p).is_none());
        let rest: Vec<_> = rest.map(|p| put_in(p, &settled)).collect();
        let mut units: Vec<_> = settled.iter().map(|(atom, value)| (*atom, *value)).collect();
        units.sort_unstable();
        formula = Formula::and(units.into_iter().map(literal).chain(rest));
    }
    formula
}

fn parts(formula: &Formula<usize>) -> &[Formula<usize>] {
    match formula {
        Formula::And(parts) => parts,
        Formula::Atom(_) | Formula::Not(_) | Formula::Or(_) => std::slice::from_ref(formula),
    }
}

/// The atom and the value that it must have for a part to hold, if the part is no more than that.
fn unit(formula: &Formula<usize>) -> Option<(usize, bool)> {
    match formula {
        Formula::Atom(atom) => Some((*atom, true)),
        Formula::Not(part) => match **part {
            Formula::Atom(atom) => Some((atom, false)),
            Formula::Not(_) | Formula::And(_) | Formula::Or(_) => None,
        },
        Formula::And(_) | Formula::Or(_) => None,
    }
}

fn literal((atom, value): (usize, bool)) -> Formula<usize> {
    match value {
        true => Formula::Atom(atom),
        false => Formula::not(Formula::Atom(atom)),
    }
}

fn put_in(formula: Formula<usize>, settled: &Settled) -> Formula<usize> {
    match formula {
        Formula::Atom(atom) => match settled.get(&atom) {
            Some(true) => Formula::TRUE,
            Some(false) => Formula::FALSE,
            None => Formula::Atom(atom),
        },
        Formula::Not(part) => Formula::not(put_in(*part, settled)),
        Formula::And(parts) => Formula::and(parts.into_iter().map(|p| put_in(p, settled))),
        Formula::Or(parts) => Formula::or(parts.into_iter().map(|p| put_in(p, settled))),
    }
}

/// The most alternatives that are taken apart.
const MOST_ALTERNATIVES: usize = 4;

/// The part whose alternatives would settle something in the other parts.
fn distributable(formula: &Formula<usize>) -> Option<usize> {
    let Formula::And(parts) = formula else { return None };
    let settles_elsewhere = |at: usize, units: &HashSet<usize>| {
        let others = parts.iter().enumerate().filter(|(other, _)| *other != at);
        others.filter(|(_, p)| unit(p).is_none()).any(|(_, part)| {
            let mut met = false;
            part.for_each_atom(&mut |atom| met |= units.contains(atom));
            met
        })
    };
    (0..parts.len()).find(|at| match &parts[*at] {
        Formula::Or(alternatives) if alternatives.len() <= MOST_ALTERNATIVES => {
            let ands = alternatives.iter().filter(|a| matches!(a, Formula::And(_)));
            let units: HashSet<usize> =
                ands.flat_map(self::parts).filter_map(unit).map(|(atom, _)| atom).collect();
            !units.is_empty() && settles_elsewhere(*at, &units)
        }
        Formula::Or(_) | Formula::Atom(_) | Formula::Not(_) | Formula::And(_) => false,
    })
}

/// One conjunction for each alternative of a part.
fn distributed(formula: Formula<usize>, at: usize) -> Formula<usize> {
    let Formula::And(mut parts) = formula else { return formula };
    let alternatives = match parts.remove(at) {
        Formula::Or(alternatives) => alternatives,
        part @ (Formula::Atom(_) | Formula::Not(_) | Formula::And(_)) => vec![part],
    };
    let with = |one: Formula<usize>| settle(Formula::and(parts.iter().cloned().chain([one])));
    Formula::or(alternatives.into_iter().map(with))
}

#[cfg(test)]
mod tests {
    use super::*;

    type F = Formula<usize>;

    fn of(atoms: impl IntoIterator<Item = usize>) -> F {
        F::or(atoms.into_iter().map(F::Atom))
    }

    /// What these statements allow, and those do not deny.
    fn policy(allow: impl IntoIterator<Item = usize>, deny: impl IntoIterator<Item = usize>) -> F {
        F::and([of(allow), F::not(of(deny))])
    }

    #[test]
    fn a_policy_without_itself_is_nothing() {
        let policy = policy([0, 1], [2]);
        assert_eq!(simplified(&F::and([policy.clone(), F::not(policy)])), F::FALSE);
    }

    #[test]
    fn only_what_differs_is_left_to_allow() {
        let formula = F::and([policy([0, 1, 2], [5]), F::not(policy([0, 1], [5]))]);
        let no = |atom: usize| F::not(F::Atom(atom));
        assert_eq!(
            simplified(&formula),
            F::and([no(0), no(1), F::Atom(2), no(5)]),
            "of statements 0, 1, 2 with 5 denied"
        );
    }

    #[test]
    fn values_stay_the_same() {
        let samples = [
            F::and([policy([0, 1, 2], [3]), F::not(policy([0, 1], [3, 4]))]),
            F::and([policy([0], [1]), F::not(policy([2, 0], [3, 4]))]),
            F::and([of([0, 1]), policy([2], [3]), F::not(F::and([of([0, 1]), policy([2], [4])]))]),
            F::or([policy([0], [1]), F::not(F::Atom(0))]),
            F::not(F::and([F::Atom(0), F::not(of([1, 2]))])),
        ];
        for formula in samples {
            let simple = simplified(&formula);
            for values in 0..32u32 {
                let value = |f: &F| f.eval(&mut |atom| values >> atom & 1 == 1);
                assert_eq!(value(&formula), value(&simple), "{formula:?} {simple:?} {values:b}");
            }
        }
    }
}
