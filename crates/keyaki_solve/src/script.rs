//! A query as an SMT-LIB script.

use keyaki_catalog::{Catalog, KeyType};
use keyaki_symbolic::Query;

use crate::approximation::Approximation;
use crate::cell::{Cell, Cells};
use crate::claim::Slot;
use crate::encode::Encoder;
use crate::model::Layout;
use crate::question::Question;
use crate::smt::{LAST, Term, list, literal};
use crate::{names, regex};

/// Which actions there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Actions {
    /// Those of the catalogue, and those that the policies name.
    #[default]
    Catalog,
    /// Any text. The engine's texts are in lower case.
    Language,
}

/// How texts are encoded of which finitely many kinds suffice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Texts {
    /// As the number of a representative; the resource by its segments.
    #[default]
    Classes,
    /// As strings, as in textbooks.
    Strings,
}

/// How one asks whether a string matches one of several patterns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Membership {
    /// By one membership in the union of the patterns.
    #[default]
    Union,
    /// By one membership for each.
    Each,
}

/// What condition keys can hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyValues {
    /// What the catalogue says: values of their type, several of them or at most one. A key that
    /// it does not know has several where a policy expects that.
    #[default]
    Catalogued,
    /// Any texts, any number of them.
    Any,
}

/// What a script is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Which actions there are.
    pub actions: Actions,
    /// What condition keys can hold.
    pub keys: KeyValues,
    /// How texts are encoded.
    pub texts: Texts,
    /// How memberships are asked.
    pub membership: Membership,
}

/// A question to a solver.
pub struct Script {
    /// Declarations and assertions, without options and commands.
    pub(crate) body: String,
    pub(crate) layout: Layout,
    /// What the encoding takes for granted.
    pub approximations: Vec<Approximation>,
}

/// Why a query cannot be written as a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inexpressible {
    /// What stands in the way.
    pub reason: String,
}

impl std::fmt::Display for Inexpressible {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not expressible for a solver: {}", self.reason)
    }
}

impl std::error::Error for Inexpressible {}

impl Script {
    /// The whole script for a solver's command line: it prints whether there is such a request,
    /// and what it is like.
    pub fn smtlib(&self) -> String {
        let Script { body, layout, .. } = self;
        let values = list("get-value", [list_of(layout.symbols())]);
        format!(
            "(set-option :produce-models true)\n(set-logic {})\n{body}(check-sat)\n{values}\n",
            self.logic()
        )
    }

    pub(crate) fn logic(&self) -> &'static str {
        if self.body.contains(" String)") { "QF_SLIA" } else { "QF_LIA" }
    }
}

fn list_of(parts: &[String]) -> String {
    format!("({})", parts.join(" "))
}

/// Writes a query as a script.
///
/// # Errors
/// What the encoding cannot say.
pub fn script(
    query: &Query<'_>,
    catalog: &Catalog,
    options: &Options,
) -> Result<Script, Inexpressible> {
    let mut question = Question::of(query);
    if options.actions == Actions::Language {
        question = question.in_lower_case();
    }
    let (question, cells) = with_cells(question, options, catalog);
    let mut encoder = Encoder::new(&cells, options);
    let mut assertions = String::new();
    for (number, statement) in question.statements.iter().enumerate() {
        let term = encoder.formula(&statement.formula);
        let place = format!("{} {}", statement.at.layer.name(), statement.at.document);
        let label =
            format!("; side {}, {place}, statement {}", statement.side, statement.at.statement);
        assertions += &format!("{label}\n{}\n", definition(&names::statement(number), &term));
    }
    let goal = encoder.formula(&question.goal);
    assertions += &format!("(assert {})\n", goal.text());
    let nulls: Vec<Term> = (0..question.keys.names().len()).map(|k| encoder.null(k)).collect();
    let Encoder { dissected, lowered, gap, .. } = encoder;
    let gap = question.gap.clone().or(gap.map(str::to_owned));
    if let Some(reason) = gap {
        return Err(Inexpressible { reason });
    }
    let mut body = declarations(&question, &cells, options);
    for (key, null) in nulls.iter().enumerate() {
        body += &definition(&names::null(key), null);
        body.push('\n');
    }
    dissected.iter().for_each(|slot| body += &dissection(*slot));
    lowered.iter().for_each(|slot| body += &lower_case(*slot, &cells));
    body += &assertions;
    within_reach(&body)?;
    let layout = Layout::new(&question.keys, cells);
    let approximations = layout.approximations().to_vec();
    Ok(Script { body, layout, approximations })
}

/// Encodes the resource by its segments where each of them has finitely many classes, and as one
/// string otherwise.
fn with_cells(question: Question, options: &Options, catalog: &Catalog) -> (Question, Cells) {
    if options.texts == Texts::Classes
        && let Some(cut) = question.cut()
    {
        let cells = Cells::choose(&cut, options, catalog);
        if cells.has_classes_of_segments() {
            return (cut, cells);
        }
    }
    let cells = Cells::choose(&question, options, catalog);
    (question, cells)
}

/// The characters that SMT-LIB's strings lack cannot be asked for.
fn within_reach(body: &str) -> Result<(), Inexpressible> {
    let mut escapes = body.split("\\u{").skip(1).filter_map(|e| e.split_once('}'));
    let is_out = |hex: &str| u32::from_str_radix(hex, 16).is_ok_and(|c| c > u32::from(LAST));
    match escapes.any(|(hex, _)| is_out(hex)) {
        true => Err(Inexpressible {
            reason: "a pattern holds a character beyond those that solvers know".to_owned(),
        }),
        false => Ok(()),
    }
}

fn definition(name: &str, term: &Term) -> String {
    format!("(define-fun {name} () Bool {})", term.text())
}

fn declarations(question: &Question, cells: &Cells, options: &Options) -> String {
    let mut body = String::new();
    let has_text = cells.iter().any(|(_, cell)| matches!(cell, Cell::Text { .. }));
    if has_text {
        body += regex::DEFINITIONS;
    }
    declare(&mut body, names::NO_RESOURCE, "Bool");
    for (key, name) in question.keys.names().iter().enumerate() {
        let plain: String = name.chars().filter(|c| c.is_ascii_graphic()).collect();
        body += &format!("; key{key}: {plain}\n");
        declare(&mut body, &names::present(key), "Bool");
        declare(&mut body, &names::several(key), "Bool");
        let facts = cells.facts.get(key).copied().unwrap_or_default();
        if !facts.several {
            assert(&mut body, &format!("(not {})", names::several(key)));
        }
        if facts.always {
            assert(&mut body, &names::present(key));
        }
    }
    for (slot, cell) in cells.iter() {
        let count = match slot {
            Slot::Value(key, _) => cells.values.get(key).copied().unwrap_or(1),
            Slot::Action | Slot::Resource | Slot::Segment(_) => 1,
        };
        for index in 0..count {
            let slot = match slot {
                Slot::Value(key, _) => Slot::Value(key, index),
                Slot::Action | Slot::Resource | Slot::Segment(_) => slot,
            };
            declare_text(&mut body, slot, cell, options);
        }
    }
    body
}

fn declare(body: &mut String, name: &str, sort: &str) {
    *body += &format!("(declare-const {name} {sort})\n");
}

fn assert(body: &mut String, term: &str) {
    *body += &format!("(assert {term})\n");
}

fn declare_text(body: &mut String, slot: Slot, cell: &Cell, options: &Options) {
    let name = names::text(slot);
    match cell {
        Cell::Actions(classes) => declare_number(body, &name, classes.examples.len()),
        Cell::Classes(texts) => declare_number(body, &name, texts.len()),
        Cell::Text { only, forms } => {
            declare(body, &name, "String");
            if let Some(domain) = domain(slot, *only, options) {
                assert(body, &format!("(str.in_re {name} {domain})"));
            }
            if !forms.is_empty() {
                declare_forms(body, slot, *only, forms);
            }
        }
    }
}

fn declare_number(body: &mut String, name: &str, count: usize) {
    declare(body, name, "Int");
    assert(body, &format!("(<= 0 {name} {})", count.saturating_sub(1)));
}

/// Which texts can stand at a place.
fn domain(slot: Slot, only: Option<KeyType>, options: &Options) -> Option<String> {
    match (slot, only) {
        (Slot::Resource, _) => regex::arn(&Box::new([const { None }; 5])),
        (Slot::Action, _) if options.actions == Actions::Language => {
            let below = "(re.range \"\\u{0}\" \"@\")";
            let above = format!("(re.range \"[\" {})", literal(&LAST.to_string()));
            let name = format!("(re.* (re.union {below} {above}))");
            Some(format!("(re.++ (re.+ {}) (str.to_re \":\") {name})", regex::NO_COLON))
        }
        (Slot::Value(..), Some(KeyType::Bool)) => {
            Some("(re.union (str.to_re \"true\") (str.to_re \"false\"))".to_owned())
        }
        (Slot::Action | Slot::Segment(_) | Slot::Value(..), _) => None,
    }
}

/// Ties a text to the numbers, dates and addresses that are looked at.
fn declare_forms(body: &mut String, slot: Slot, only: Option<KeyType>, forms: &[String]) {
    let (name, form) = (names::text(slot), names::form(slot));
    declare(body, &form, "Int");
    let first = usize::from(only.is_some());
    assert(body, &format!("(<= {first} {form} {})", forms.len()));
    for (number, text) in (1..).zip(forms) {
        assert(body, &format!("(=> (= {form} {number}) (= {name} {}))", literal(text)));
    }
    // Whatever looks like a number, a date or an address.
    let digit = "(re.range \"0\" \"9\")";
    let sign = "(str.to_re \"-\") (str.to_re \"+\") (str.to_re \".\") (str.to_re \":\")";
    let hex = format!("(re.union {digit} (re.range \"a\" \"f\") (re.range \"A\" \"F\"))");
    let start = format!("(re.++ (re.union {digit} {sign}) re.all)");
    let address = format!("(re.++ (re.+ {hex}) (str.to_re \":\") re.all)");
    let looks = format!("(str.in_re {name} (re.union {start} {address}))");
    assert(body, &format!("(=> (= {form} 0) (not {looks}))"));
}

/// Ties a text to its segments.
fn dissection(slot: Slot) -> String {
    let (name, is_arn) = (names::text(slot), names::is_arn(slot));
    let mut body = String::new();
    declare(&mut body, &is_arn, "Bool");
    let mut parts = vec!["\"arn\"".to_owned()];
    for index in 0..5 {
        let segment = names::segment_of(slot, index);
        declare(&mut body, &segment, "String");
        if index < 4 {
            assert(&mut body, &format!("(str.in_re {segment} (re.* {}))", regex::NO_COLON));
        }
        parts.extend(["\":\"".to_owned(), segment]);
    }
    let arn = regex::arn(&Box::new([const { None }; 5])).unwrap_or_default();
    assert(&mut body, &format!("(=> {is_arn} (= {name} {}))", list("str.++", parts)));
    assert(&mut body, &format!("(= {is_arn} (str.in_re {name} {arn}))"));
    body
}

/// Keeps a text in lower case.
fn lower_case(slot: Slot, cells: &Cells) -> String {
    let count = match slot {
        Slot::Value(key, _) => cells.values.get(key).copied().unwrap_or(1),
        Slot::Action | Slot::Resource | Slot::Segment(_) => 1,
    };
    let lower = "(re.* (re.union (re.range \"\\u{0}\" \"@\") (re.range \"[\" \"~\")))";
    let mut body = String::new();
    for index in 0..count {
        let slot = match slot {
            Slot::Value(key, _) => Slot::Value(key, index),
            Slot::Action | Slot::Resource | Slot::Segment(_) => slot,
        };
        assert(&mut body, &format!("(str.in_re {} {lower})", names::text(slot)));
    }
    body
}
