//! A subject made ready for mining: who may call, the grid of what its statements tell apart, the
//! allowed requests on it, and the scales of its values.

use keyaki_eval::{Caller, Forms, Formula, names};
use keyaki_ir::PrincipalKey;
use keyaki_ir::glob::Case;
use keyaki_symbolic::{Ask, Bits, Budget, Grid, KeyValue, Query, Side, Text};

use crate::Asker;
use crate::asked::Asked;
use crate::callers::{self, CallerCase, Scope};
use crate::findings::mine::{Cell, Scales};
use crate::findings::region::{Part, Regions};
use crate::findings::value::{KeyCell, Scale};
use crate::findings::vocabulary::{action_patterns, alone, entries, key_cells};
use crate::findings::{Bounds, Extent, Zone};

/// Callers, and whether the resource is of their account.
#[derive(Clone, Debug)]
pub(crate) struct Situation {
    pub(crate) case: CallerCase,
    pub(crate) same_account: bool,
}

/// The values of a key, after anything.
struct KeyScale {
    key: Box<str>,
    axis: usize,
    holds: Vec<Bits>,
    cells: Vec<KeyCell>,
}

/// A principal as a policy names it.
type Named = (Option<PrincipalKey>, Box<str>);

/// A subject made ready.
pub(crate) struct Landscape<'a, 's> {
    pub(crate) asker: &'a Asker<'a>,
    pub(crate) ask: &'a Asked<'s>,
    pub(crate) situations: Vec<Situation>,
    pub(crate) grid: Grid<'a>,
    pub(crate) parts: Vec<Part>,
    pub(crate) scales: Scales,
    /// Action patterns, each with the classes of actions that it matches.
    pub(crate) actions: Vec<(Box<str>, Bits)>,
    /// The principals that the values of the first scale stand for, after everybody.
    principals: Vec<Named>,
    /// The cells that the values of the other scales stand for, after anything.
    cells: Vec<(Box<str>, Vec<KeyCell>)>,
}

/// All subjects must allow.
pub(crate) fn all(_: &Caller, allowed: &[Formula<Ask>]) -> Formula<Ask> {
    Formula::and(allowed.iter().cloned())
}

impl<'a, 's> Landscape<'a, 's> {
    pub(crate) fn new(
        ask: &'a Asked<'s>,
        extent: &Extent,
        zone: &Zone,
        asker: &'a Asker<'a>,
        budget: &Budget,
    ) -> Result<Self, String> {
        let situations = situations(ask, extent, zone);
        let formulas: Vec<Formula<Ask>> =
            situations.iter().map(|s| formula(s, ask, extent, zone, asker)).collect();
        let patterns = action_patterns(ask.subjects);
        let keys = key_cells(ask.subjects);
        let grid = grid(ask, &formulas, &patterns, &keys, asker, budget)?;
        let regions = Regions::new(&grid);
        let mut parts = Vec::new();
        for (number, formula) in formulas.iter().enumerate() {
            let own = regions.of(formula).map_err(|_| "the policies are too large".to_owned())?;
            parts.extend(own.into_iter().map(|mut part| {
                part.inside.push([number].into_iter().collect());
                part
            }));
        }
        let mut landscape = Landscape {
            asker,
            ask,
            parts,
            actions: actions(&grid, &patterns),
            scales: Scales { all: Vec::new() },
            principals: Vec::new(),
            cells: Vec::new(),
            situations,
            grid,
        };
        landscape.scale_principals();
        landscape.scale_keys(keys);
        Ok(landscape)
    }

    fn scale_principals(&mut self) {
        let all: Bits = (0..self.situations.len()).collect();
        let mut holds = vec![all];
        for (statement, group, entry) in entries(self.ask.subjects) {
            let alone = alone(statement, group, entry);
            let names =
                |s: &Situation| names(&alone, Forms::ALL, &s.case.caller, self.asker.profile);
            let named: Bits =
                (0..self.situations.len()).filter(|s| names(&self.situations[*s])).collect();
            if !named.is_empty() && !holds.contains(&named) {
                holds.push(named);
                self.principals.push((group.kind, entry.text.clone()));
            }
        }
        self.scales.all.push((self.grid.axes(), Scale::new(holds)));
    }

    fn scale_keys(&mut self, keys: Vec<(Box<str>, KeyCell, usize)>) {
        let mut scaled: Vec<KeyScale> = Vec::new();
        let mut number = 0;
        for (key, cell, _) in keys {
            let classes = match &cell {
                KeyCell::Absent | KeyCell::Present => self.presence(&key, &cell),
                KeyCell::Like { .. } => {
                    number += 1;
                    self.grid.value(number - 1).map(|(axis, classes)| (*axis, classes.clone()))
                }
            };
            let Some((axis, classes)) = classes.filter(|(_, classes)| !classes.is_empty()) else {
                continue;
            };
            let known = scaled.iter().position(|s| s.axis == axis);
            let at = known.unwrap_or_else(|| {
                let holds = vec![(0..self.grid.size(axis)).collect()];
                scaled.push(KeyScale { key, axis, holds, cells: Vec::new() });
                scaled.len() - 1
            });
            let scale = &mut scaled[at];
            if !scale.holds.contains(&classes) {
                scale.holds.push(classes);
                scale.cells.push(cell);
            }
        }
        scaled.sort_by(|a, b| a.key.cmp(&b.key));
        for scale in scaled {
            self.scales.all.push((scale.axis, Scale::new(scale.holds)));
            self.cells.push((scale.key, scale.cells));
        }
    }

    /// The classes in which a key is absent, or present.
    fn presence(&self, key: &str, cell: &KeyCell) -> Option<(usize, Bits)> {
        let axis = self.grid.key(key)?;
        let absent: Bits = self.grid.absent(axis).into_iter().collect();
        let all: Bits = (0..self.grid.size(axis)).collect();
        match cell {
            KeyCell::Absent => Some((axis, absent)),
            KeyCell::Present => Some((axis, all.minus(&absent))),
            KeyCell::Like { .. } => None,
        }
    }

    /// What a cell stands for.
    pub(crate) fn bounds(&self, cell: &Cell) -> Bounds {
        let mut values = cell.iter().map(|v| v.checked_sub(1));
        let principal = values.next().flatten().and_then(|p| self.principals.get(p).cloned());
        let conditions =
            self.cells.iter().zip(values).filter_map(|((key, cells), value)| {
                Some((key.clone(), cells.get(value?)?.clone()))
            });
        Bounds { principal, conditions: conditions.collect() }
    }
}

/// The situations of callers outside of the zone.
fn situations(ask: &Asked<'_>, extent: &Extent, zone: &Zone) -> Vec<Situation> {
    let mut cases = callers::of_subjects(ask.subjects, ask.asked());
    cases.retain(|c| !(extent.without_services && matches!(c.caller, Caller::Service { .. })));
    cases.retain(|c| {
        let account = c.caller.account().filter(|_| c.scope != Scope::Kind);
        !account.is_some_and(|a| zone.accounts.iter().any(|own| own == a))
    });
    let each = cases.into_iter().flat_map(|case| {
        let topologies = crate::asked::topologies(ask.subjects, &case);
        topologies.into_iter().map(move |same| Situation { case: case.clone(), same_account: same })
    });
    each.collect()
}

/// When a request of such a caller is allowed.
fn formula(
    situation: &Situation,
    ask: &Asked<'_>,
    extent: &Extent,
    zone: &Zone,
    asker: &Asker<'_>,
) -> Formula<Ask> {
    let ask = ask.with(situation.same_account);
    let case = &situation.case;
    let own = match case.scope {
        Scope::Itself | Scope::Account | Scope::AnyPath => ask.of(case),
        Scope::Kind => case.requirements(ask.asked()),
    };
    let outside = callers::outside(zone, ask.asked());
    let within = extent.resources.iter();
    let within: Vec<_> =
        within.map(|r| Formula::Atom(Ask::Resource(Text::Arn(r.as_str().into())))).collect();
    let within = if within.is_empty() { Formula::TRUE } else { Formula::or(within) };
    asker.query(&case.caller, Formula::and([own, outside, within]), &ask, &all).formula
}

fn grid<'a>(
    ask: &Asked<'_>,
    formulas: &[Formula<Ask>],
    patterns: &[Box<str>],
    keys: &[(Box<str>, KeyCell, usize)],
    asker: &Asker<'a>,
    budget: &Budget,
) -> Result<Grid<'a>, String> {
    let mut atoms: Vec<Formula<Ask>> = patterns.iter().map(|p| Formula::Atom(action(p))).collect();
    for formula in formulas {
        formula.for_each_atom(&mut |atom| atoms.push(Formula::Atom(atom.clone())));
    }
    let sides: Vec<Side<'_>> = ask
        .subjects
        .iter()
        .map(|s| Side { policies: &s.policies, profile: asker.profile })
        .collect();
    let values: Vec<KeyValue<'_>> = keys
        .iter()
        .filter_map(|(_, cell, subject)| match cell {
            KeyCell::Absent | KeyCell::Present => None,
            KeyCell::Like { operator, entry, version, effect } => Some(KeyValue {
                operator: *operator,
                entry: entry.clone(),
                version: *version,
                effect: *effect,
                side: *sides.get(*subject)?,
            }),
        })
        .collect();
    let caller = Caller::Anonymous;
    let query = Query { sides: sides.clone(), formula: Formula::And(atoms), caller };
    Grid::new(&query, &values, asker.catalog, asker.actions, budget)
}

fn action(pattern: &str) -> Ask {
    Ask::Action(Text::Like(pattern.into(), Case::Insensitive))
}

/// The patterns with the actions that they match; what none of them matches goes to `*`.
fn actions(grid: &Grid<'_>, patterns: &[Box<str>]) -> Vec<(Box<str>, Bits)> {
    let all: Bits = (0..grid.size(keyaki_symbolic::ACTION)).collect();
    let mut rest = all;
    let mut actions = Vec::new();
    for pattern in patterns {
        let products = grid.atom(&action(pattern));
        let classes =
            products.iter().flatten().map(|(_, c)| c).fold(Bits::default(), |a, b| a.union(b));
        rest = rest.minus(&classes);
        actions.push((pattern.clone(), classes));
    }
    if !rest.is_empty() {
        actions.push(("*".into(), rest));
    }
    actions
}
