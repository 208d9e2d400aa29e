//! A subject made ready for mining: who may call, the grid of what its statements tell apart, the
//! allowed requests on it, and the scales of its values.

use keyaki_eval::{Formula, Forms, Layer, names};
use keyaki_ir::glob::Case;
use keyaki_ir::{
    Effect, PrincipalElement, PrincipalEntry, PrincipalForm, PrincipalGroup, PrincipalKey,
    Statement, Version,
};
use keyaki_symbolic::{Ask, Bits, Budget, Grid, KeyValue, Query, Side, Text};

use crate::ask::Asked;
use crate::callers::{self, CallerCase, Scope};
use crate::findings::mine::{Cell, Scales};
use crate::findings::region::{Part, Regions};
use crate::findings::value::{KeyCell, Scale, of_statement};
use crate::findings::{Bounds, Zone};
use crate::{Asker, Subject};

/// Callers, and whether the resource is of their account.
#[derive(Clone, Debug)]
pub(crate) struct Situation {
    pub(crate) case: CallerCase,
    pub(crate) same_account: bool,
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

/// Of several subjects, the one that there is.
pub(crate) fn first(allowed: &[Formula<Ask>]) -> Formula<Ask> {
    allowed.first().cloned().unwrap_or(Formula::FALSE)
}

impl<'a, 's> Landscape<'a, 's> {
    pub(crate) fn new(
        ask: &'a Asked<'s>,
        zone: &Zone,
        asker: &'a Asker<'a>,
        budget: &Budget,
    ) -> Result<Self, String> {
        let situations = situations(ask, zone);
        let formulas: Vec<Formula<Ask>> =
            situations.iter().map(|s| formula(s, ask, zone, asker)).collect();
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
            let names = |s: &Situation| {
                names(&alone, Forms::ALL, &s.case.caller, self.asker.profile)
            };
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
        let mut by_axis: Vec<(usize, Box<str>, Vec<Bits>, Vec<KeyCell>)> = Vec::new();
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
            let known = by_axis.iter().position(|(own, ..)| *own == axis);
            let at = known.unwrap_or_else(|| {
                let all = (0..self.grid.size(axis)).collect();
                by_axis.push((axis, key.clone(), vec![all], Vec::new()));
                by_axis.len() - 1
            });
            let (_, _, holds, cells) = &mut by_axis[at];
            if !holds.contains(&classes) {
                holds.push(classes);
                cells.push(cell);
            }
        }
        by_axis.sort_by(|a, b| a.1.cmp(&b.1));
        for (axis, key, holds, cells) in by_axis {
            self.scales.all.push((axis, Scale::new(holds)));
            self.cells.push((key, cells));
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
        let conditions = self.cells.iter().zip(values).filter_map(|((key, cells), value)| {
            Some((key.clone(), cells.get(value?)?.clone()))
        });
        Bounds { principal, conditions: conditions.collect() }
    }
}

/// The situations of callers outside of the zone.
fn situations(ask: &Asked<'_>, zone: &Zone) -> Vec<Situation> {
    let mut cases = callers::of_subjects(ask.subjects, ask.asked());
    cases.retain(|c| {
        let account = c.caller.account().filter(|_| c.scope != Scope::Kind);
        !account.is_some_and(|a| zone.accounts.iter().any(|own| own == a))
    });
    let each = cases.into_iter().flat_map(|case| {
        let topologies = crate::ask::topologies(ask.subjects, &case);
        topologies.into_iter().map(move |same| Situation { case: case.clone(), same_account: same })
    });
    each.collect()
}

/// When a request of such a caller is allowed.
fn formula(
    situation: &Situation,
    ask: &Asked<'_>,
    zone: &Zone,
    asker: &Asker<'_>,
) -> Formula<Ask> {
    let ask = ask.with(situation.same_account);
    let case = &situation.case;
    let own = match case.scope {
        Scope::Itself | Scope::Account => ask.of(case),
        Scope::Kind => case.requirements(ask.asked()),
    };
    let outside = callers::outside(zone, ask.asked());
    asker.query(&case.caller, Formula::and([own, outside]), &ask, &first).formula
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
    let caller = keyaki_eval::Caller::Anonymous;
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
        let classes = products.iter().flatten().map(|(_, c)| c).fold(Bits::default(), |a, b| a.union(b));
        rest = rest.minus(&classes);
        actions.push((pattern.clone(), classes));
    }
    if !rest.is_empty() {
        actions.push(("*".into(), rest));
    }
    actions
}

/// All statements, with the number of the subject and the version of the policy.
fn statements<'p>(
    subjects: &[&'p Subject],
) -> impl Iterator<Item = (usize, Version, Layer, &'p Statement)> {
    subjects.iter().enumerate().flat_map(|(number, subject)| {
        let layers = subject.policies.layers().into_iter();
        layers.flat_map(move |layer| {
            subject.policies.statements(layer).map(move |(at, statement)| {
                let document = subject.policies.document(at);
                let version = document.map_or(Version::V2012, |d| d.policy.effective_version());
                (number, version, layer, statement)
            })
        })
    })
}

/// The action patterns that statements allow, each once.
fn action_patterns(subjects: &[&Subject]) -> Vec<Box<str>> {
    let mut patterns: Vec<Box<str>> = Vec::new();
    for (_, _, _, statement) in statements(subjects) {
        if statement.effect() != Some(Effect::Allow) {
            continue;
        }
        for entry in statement.action.iter().flat_map(|e| &e.entries) {
            if !patterns.iter().any(|p| p.eq_ignore_ascii_case(&entry.text)) {
                patterns.push(entry.text.clone());
            }
        }
    }
    patterns
}

/// The cells of all condition keys, each with the number of the subject.
fn key_cells(subjects: &[&Subject]) -> Vec<(Box<str>, KeyCell, usize)> {
    let of = |(subject, version, _, statement): (usize, Version, Layer, &Statement)| {
        let cells = of_statement(statement, version).into_iter();
        cells.map(move |(key, cell)| (key, cell, subject))
    };
    statements(subjects).flat_map(of).collect()
}

/// The principals that statements name.
fn entries<'p>(
    subjects: &[&'p Subject],
) -> impl Iterator<Item = (&'p Statement, &'p PrincipalGroup, &'p PrincipalEntry)> {
    statements(subjects).flat_map(|(_, _, _, statement)| {
        let elements = statement.principal_elements();
        elements.flat_map(|e| e.entries()).map(move |(group, entry)| (statement, group, entry))
    })
}

/// A statement that names one principal.
fn alone(statement: &Statement, group: &PrincipalGroup, entry: &PrincipalEntry) -> Statement {
    let group = PrincipalGroup { entries: vec![entry.clone()], ..group.clone() };
    let (name, origin) = (group.origin, group.origin);
    let form = PrincipalForm::Map(vec![group]);
    Statement {
        principal: Some(PrincipalElement { negated: false, name, origin, form }),
        not_principal: None,
        ..statement.clone()
    }
}
