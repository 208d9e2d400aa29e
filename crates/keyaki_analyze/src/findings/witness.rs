//! A request for each finding, replayed by the evaluator.

use keyaki_symbolic::{Budget, Found};

use crate::Witness;
use crate::callers::{self, CallerCase, Scope};
use crate::findings::Bounds;
use crate::findings::landscape::{Landscape, Situation, all};
use crate::findings::mine::Cell;

/// How many points are tried for one cell.
const TRIES: usize = 64;

impl Landscape<'_, '_> {
    /// An allowed request in a cell, one of its own if there is such.
    ///
    /// # Errors
    /// Why none was found.
    pub(crate) fn witness(
        &self,
        cell: &Cell,
        bounds: &Bounds,
        budget: &Budget,
    ) -> Result<Witness, String> {
        let mut reason = "no request was found".to_owned();
        let mut tries = 0;
        let mut unrealistic = None;
        for within in [self.scales.core(cell), self.scales.whole(cell)] {
            for part in &self.parts {
                let point = part.point(&within, budget);
                let point = point.map_err(|_| "the budget of steps ran out".to_owned())?;
                let Some(point) = point else { continue };
                let situation = point.last().and_then(|s| self.situations.get(*s));
                let Some(situation) = situation else { continue };
                tries += 1;
                if tries > TRIES {
                    return unrealistic.ok_or(reason);
                }
                let found = self.grid.request(&point, &situation.case.caller);
                match self.replayed(&found, situation, bounds) {
                    Ok(witness) if witness.is_realistic => return Ok(witness),
                    Ok(witness) => unrealistic = unrealistic.or(Some(witness)),
                    Err(why) => reason = why,
                }
            }
        }
        unrealistic.ok_or(reason)
    }

    /// The request as somebody can make it.
    fn replayed(
        &self,
        found: &Found,
        situation: &Situation,
        bounds: &Bounds,
    ) -> Result<Witness, String> {
        let ask = self.ask.with(situation.same_account);
        let case = &situation.case;
        let callers = match case.scope {
            Scope::Itself => vec![case.caller.clone()],
            Scope::Account | Scope::Kind | Scope::AnyPath => {
                callers::fitting(case, &found.request, situation.same_account)
            }
        };
        let mut reason = "no caller fits".to_owned();
        for caller in callers {
            let exact = CallerCase { caller, scope: Scope::Itself };
            let query = self.asker.query(&exact.caller, ask.of(&exact), &ask, &all);
            let mut found = found.clone();
            found.request.caller = exact.caller;
            match self.asker.witness(&query, &found, &ask, &all) {
                Ok(witness) if self.holds(bounds, &witness) => return Ok(witness),
                Ok(_) => "it lies outside".clone_into(&mut reason),
                Err(why) => reason = why,
            }
        }
        Err(reason)
    }

    fn holds(&self, bounds: &Bounds, witness: &Witness) -> bool {
        let context = &witness.request.context;
        let profile = self.asker.profile;
        bounds.conditions.iter().all(|(key, cell)| cell.holds(key, context, profile))
    }
}
