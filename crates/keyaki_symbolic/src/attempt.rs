//! Queries about keys that policies relate to each other, asked again with values for the keys.

use keyaki_eval::Formula;
use keyaki_ir::Pattern;
use keyaki_ir::glob::Case;

use crate::budget::{Budget, Exhausted};
use crate::decide::{Decider, Point};
use crate::engine::{Engine, Outcome, Sought};
use crate::instantiate::Known;
use crate::program::{Node, Program};
use crate::query::{Ask, Query, Text};
use crate::space::{Dimension, Literal, ResourceTest};
use crate::{compile, valuation};

/// The most classes of actions for which values of variables are tried.
const MOST_OPEN: usize = 8;

/// Values for the keys that relations name, read off a point where some of these were taken to hold;
/// off one where variables stand for some text rather than for none, if there is one.
pub(crate) fn values_at(
    point: Point,
    node: &Node,
    decider: &mut Decider<'_, '_>,
    sought: (&Program<'_>, &Known, &Budget),
) -> Result<Known, Exhausted> {
    let (program, fixed, budget) = sought;
    let mut literals = Vec::new();
    for (number, holds) in &point.relations {
        let relation = Dimension::Relation(*number);
        literals.push(Literal { dimension: relation, test: 0, holds: *holds });
        let about = program.space.relations[*number as usize].about().filter(|_| *holds);
        if let Some((pattern, _, None)) = about {
            let languages = compile::filled(&Pattern::new(pattern)).into_iter().collect();
            literals.push(decider.resource_test(ResourceTest { languages, star: false }));
        }
    }
    let filled = decider.find(node, &literals)?;
    valuation::at_point(&filled.unwrap_or(point), program, fixed, budget)
}

impl Engine<'_> {
    /// The relations between keys were taken as they come, and some actions may satisfy them; now
    /// values are tried for the keys: usual ones first, then those with which each action was left
    /// open, then others.
    pub(crate) fn try_values(&self, sought: &Sought<'_, '_>) -> Result<Outcome, Exhausted> {
        let Sought { query, program, budget, open, fixed, .. } = sought;
        let usual = valuation::usual_values(program, fixed);
        let attempt = |(action, values): (&String, &Known)| {
            let outcome = self.with_values(query, action, values, budget);
            matches!(outcome, Outcome::Found(_)).then_some(outcome)
        };
        let mut likeliest = open.iter().take(MOST_OPEN);
        if let Some(found) = likeliest.clone().find_map(|(action, _)| attempt((action, &usual))) {
            return Ok(found);
        }
        let beside = |own: &Known| usual.clone().into_iter().chain(own.clone()).collect::<Known>();
        if let Some(found) = likeliest.find_map(|(action, own)| attempt((action, &beside(own)))) {
            return Ok(found);
        }
        // Other values are tried for fewer actions.
        let others = valuation::others(query, program, &usual, budget)?;
        let mut pairs = others.iter().flat_map(|v| open.iter().take(2).map(move |(a, _)| (a, v)));
        Ok(pairs.find_map(attempt).unwrap_or_else(|| {
            Outcome::Undecided(
                "the policies relate condition keys to each other by policy variables, and neither \
                 a proof for all values nor a request with likely values was found"
                    .to_owned(),
            )
        }))
    }

    /// Asks for one action, where keys have these values.
    fn with_values(
        &self,
        original: &Query<'_>,
        action: &str,
        values: &Known,
        budget: &Budget,
    ) -> Outcome {
        let parts = values.iter().map(|(key, value)| pin(key, value.as_deref()));
        let is = Ask::Action(Text::Is(action.into(), Case::Insensitive));
        let all = [original.formula.clone(), Formula::Atom(is)].into_iter().chain(parts);
        let query = Query {
            sides: original.sides.clone(),
            formula: Formula::and(all),
            caller: original.caller.clone(),
        };
        self.ask_with(&query, budget, Some(action))
    }
}

fn pin(key: &str, value: Option<&str>) -> Formula<Ask> {
    match value {
        Some(value) => {
            Formula::Atom(Ask::Value(key.into(), Text::Is(value.into(), Case::Sensitive)))
        }
        None => Formula::not(Formula::Atom(Ask::Present(key.into()))),
    }
}
