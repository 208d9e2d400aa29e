//! Questions about policies parts of which are not known before deployment.
//!
//! Such policies are given in two readings. In the general one, free conditions stand for what is
//! not known ([`keyaki_ir::hole`]): a proof about it holds whatever comes. The examples take some
//! values for what is not known: a request that refutes an example is told together with the
//! values. What neither the general reading proves nor an example refutes is undecided.
//!
//! Statements of all readings have the documents and the `index` of those that are shown; those of
//! examples stand at the same places.

use std::collections::BTreeSet;

use keyaki_eval::{Policies, StatementRef};
use keyaki_ir::Statement;

use crate::own::{OwnPolicies, beside_any};
use crate::{
    Answer, Asker, Class, Difference, Question, Subject, Witness, ask, difference,
    difference::gives_nothing, words,
};

/// Policies as they are shown, and the readings that answers come from.
#[derive(Clone, Debug)]
pub struct Open {
    /// The policies as they are shown.
    pub subject: Subject,
    /// The general readings, or why there are none.
    pub general: General,
    /// Examples.
    pub examples: Vec<Example>,
    /// What is not known, in words; nothing where everything is.
    pub unknown: Vec<String>,
}

/// Readings that hold whatever is not known: the first for profiles that do not tell effects apart,
/// the second for those that do.
#[derive(Clone, Debug)]
pub struct General {
    /// For all questions but those about the public.
    pub all: [Result<Policies, String>; 2],
    /// For questions about callers whom no policy names.
    pub public: [Result<Policies, String>; 2],
}

/// Policies with values for what is not known.
#[derive(Clone, Debug)]
pub struct Example {
    /// The policies.
    pub policies: Policies,
    /// The values, by what they are taken for.
    pub values: Vec<(String, String)>,
}

impl Open {
    /// Policies of which everything is known.
    pub fn settled(subject: Subject) -> Open {
        let policies = || subject.policies.clone();
        let both = || [Ok(policies()), Ok(policies())];
        let general = General { all: both(), public: both() };
        let examples = vec![Example { policies: policies(), values: Vec::new() }];
        Open { subject, general, examples, unknown: Vec::new() }
    }

    /// Whether everything is known, and has a meaning.
    fn is_settled(&self) -> bool {
        self.unknown.is_empty() && self.general.all.iter().all(Result::is_ok)
    }

    fn general(&self, is_public: bool, asker: &Asker<'_>) -> Result<Subject, String> {
        let readings = if is_public { &self.general.public } else { &self.general.all };
        let policies = readings[usize::from(asker.profile.tells_effects_apart())].clone()?;
        Ok(Subject { policies, layer: self.subject.layer })
    }

    fn example(&self, example: &Example) -> Subject {
        Subject { policies: example.policies.clone(), layer: self.subject.layer }
    }
}

/// Answers a question about policies that may be open, given in the order in which the question
/// names its own; these are the ones that are shown.
///
/// That two policies of resources are the same, or that one is within the other, is about what
/// they say of the same requests; where callers without policies of their own would tell them
/// apart, the proof says so.
pub fn ask_open(question: &Question<'_>, open: &[&Open], asker: &Asker<'_>) -> Answer {
    let mut answer = answer(question, open, asker);
    let compares = matches!(question, Question::NoNewAccess { .. } | Question::Equivalent { .. });
    if let Answer::Proved { approximations, .. } = &mut answer
        && compares
    {
        let subjects: Vec<&Subject> = open.iter().map(|o| &o.subject).collect();
        let holds = |own: &OwnPolicies| {
            let asker = Asker { own: *own, core_questions: 0, ..*asker };
            self::answer(question, open, &asker).holds() == Some(true)
        };
        if !OwnPolicies::bearing_on(&subjects)[1..].iter().all(holds) {
            approximations.push(DELEGATED.to_owned());
        }
    }
    answer
}

/// What a comparison of policies of resources leaves out.
const DELEGATED: &str = "it is taken that the callers' own policies allow it: to those that do not, one side grants more, as it names users, roles or sessions where the other names accounts or roles";

fn answer(question: &Question<'_>, open: &[&Open], asker: &Asker<'_>) -> Answer {
    if open.iter().all(|o| o.is_settled()) {
        return ask(question, asker);
    }
    let is_public = matches!(question, Question::NoPublicAccess { .. });
    let general: Result<Vec<Subject>, String> =
        open.iter().map(|o| o.general(is_public, asker)).collect();
    let mut reason = None;
    match &general {
        Err(why) => reason = Some(why.clone()),
        Ok(general) => {
            // What a proof needs would be told of other statements than those that are shown.
            let asker = Asker { core_questions: 0, ..*asker };
            match about(question, general).map(|q| ask(&q, &asker)) {
                Some(proved @ Answer::Proved { .. }) => return for_all(proved, open),
                Some(Answer::Refuted(_)) => {}
                Some(Answer::Undecided(why)) => reason = Some(why),
                None => {
                    let label = open.iter().flat_map(|o| &o.unknown).next();
                    return Answer::Undecided(unknown(label.map(String::as_str)));
                }
            }
        }
    }
    for examples in combinations(open) {
        let subjects: Vec<Subject> =
            open.iter().zip(&examples).map(|(o, example)| o.example(example)).collect();
        if let Some(Answer::Refuted(mut witness)) =
            about(question, &subjects).map(|q| ask(&q, asker))
        {
            let mut shown: Vec<&Subject> = open.iter().map(|o| &o.subject).collect();
            if let Question::NoNewAccess { .. } = question {
                shown.reverse();
            }
            witness.assumed = assumed(&examples, &witness, &shown);
            return Answer::Refuted(witness);
        }
    }
    let labels = open.iter().flat_map(|o| &o.unknown);
    let reason = reason.unwrap_or_else(|| depends_on(labels.map(String::as_str)));
    Answer::Undecided(reason)
}

fn about<'q>(question: &'q Question<'_>, subjects: &'q [Subject]) -> Option<Question<'q>> {
    question.about(&subjects.iter().collect::<Vec<_>>())
}

/// A proof that holds for all values.
fn for_all(answer: Answer, open: &[&Open]) -> Answer {
    let Answer::Proved { mut approximations, .. } = answer else { return answer };
    let labels: BTreeSet<&str> = open.iter().flat_map(|o| &o.unknown).map(String::as_str).collect();
    let named: Vec<&str> = labels.into_iter().collect();
    approximations.push(format!("this holds whatever {} may be", few(&named)));
    Answer::Proved { approximations, core: None }
}

/// How many names are written out.
const NAMED: usize = 3;

/// The first names, and how many there are.
fn few(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    match names.len().checked_sub(NAMED).filter(|more| *more > 0) {
        Some(more) => format!("{} and {more} more", shown.join(", ")),
        None => shown.join(", "),
    }
}

fn unknown(label: Option<&str>) -> String {
    format!("`{}` is not known before deployment", label.unwrap_or("something"))
}

fn depends_on<'l>(labels: impl Iterator<Item = &'l str>) -> String {
    let labels: BTreeSet<&str> = labels.collect();
    let named: Vec<&str> = labels.into_iter().collect();
    format!("it depends on what is not known before deployment: {}", few(&named))
}

/// Most combinations of examples that are tried.
const MOST_COMBINATIONS: usize = 16;

/// Examples of all sides that take the same values for the same.
fn combinations<'o>(open: &[&'o Open]) -> Vec<Vec<&'o Example>> {
    let mut all: Vec<Vec<&Example>> = vec![Vec::new()];
    for side in open {
        let mut longer = Vec::new();
        for chosen in &all {
            let fits = |e: &&Example| chosen.iter().all(|other| agree(e, other));
            let with = |e| chosen.iter().copied().chain([e]).collect();
            longer.extend(side.examples.iter().filter(fits).map(with));
        }
        longer.truncate(MOST_COMBINATIONS);
        all = longer;
    }
    all
}

fn agree(one: &Example, other: &Example) -> bool {
    one.values.iter().all(|(name, value)| {
        other.values.iter().all(|(other, taken)| name != other || value == taken)
    })
}

/// The values of examples that bear on a request: those in statements that may match such a request,
/// and those that decide otherwise than by text. The subjects are in the order of the witness's.
fn assumed(examples: &[&Example], witness: &Witness, shown: &[&Subject]) -> Vec<(String, String)> {
    let matching = witness.responsible.iter();
    let matching: Vec<&Statement> =
        matching.filter_map(|r| shown.get(r.subject)?.policies.statement(r.at)).collect();
    let all = shown.iter().flat_map(|s| {
        s.policies.layers().into_iter().flat_map(|layer| s.policies.statements(layer))
    });
    let bearing = all.filter(|(_, s)| matching.iter().any(|m| words::overlap(s, m)));
    let texts: Vec<String> = bearing.flat_map(|(_, s)| texts(s)).collect();
    let bears = |(name, value): &&(String, String)| {
        let written = format!("${{{name}}}");
        is_decision(value) || !is_usual(name) && texts.iter().any(|t| t.contains(&written))
    };
    let mut all: Vec<(String, String)> =
        examples.iter().flat_map(|e| &e.values).filter(bears).cloned().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The texts of a statement.
fn texts(statement: &Statement) -> Vec<String> {
    let resources = statement.resource_elements().flat_map(|e| &e.entries).map(|e| e.text());
    let actions = statement.action_elements().flat_map(|e| &e.entries).map(|a| &*a.text);
    let principals = statement.principal_elements().flat_map(|p| p.entries());
    let values = statement.condition_entries().flat_map(|(_, e)| &e.values).map(|v| v.text());
    let all = resources.chain(actions).chain(values).chain(principals.map(|(_, e)| &*e.text));
    all.map(str::to_owned).collect()
}

/// Whether a value is what a condition comes to, what an unknown policy says, or how many turns a
/// loop has.
fn is_decision(value: &str) -> bool {
    matches!(value, "true" | "false" | "empty" | "everything" | "one")
}

/// Parameters that are the same wherever most deploy.
fn is_usual(name: &str) -> bool {
    matches!(name, "AWS::Partition" | "AWS::URLSuffix")
}

/// Compares policies that may be open.
pub fn difference_open(old: &Open, new: &Open, asker: &Asker<'_>) -> Difference {
    if old.is_settled() && new.is_settled() {
        return difference(&old.subject, &new.subject, asker);
    }
    let mut found = Difference::default();
    let sides = [(new, old, &mut found.gained), (old, new, &mut found.lost)];
    for (first, second, classes) in sides {
        side(first, second, asker, classes, &mut found.undecided);
    }
    found
}

/// What `first` allows and `second` does not.
fn side(
    first: &Open,
    second: &Open,
    asker: &Asker<'_>,
    classes: &mut Vec<Class>,
    undecided: &mut Vec<String>,
) {
    let general = first.general(false, asker);
    let general = general.and_then(|f| Ok((f, second.general(false, asker)?)));
    if let Ok((one, other)) = &general
        && beside_any(&[one, other], asker, |asker| asker.minus(&[one, other])).holds()
            == Some(true)
    {
        return;
    }
    let mut told = BTreeSet::new();
    for examples in combinations(&[first, second]) {
        let [one, other] = examples[..] else { continue };
        let (one, other) = (first.example(one), second.example(other));
        let mut ignored = Vec::new();
        for mut class in crate::difference::side(&one, &other, asker, &mut ignored) {
            let Some(shown) = first.subject.policies.statement(class.at) else { continue };
            if told.insert((class.at.layer, class.at.document, shown.index)) {
                let subjects = [&first.subject, &second.subject];
                class.example.assumed = assumed(&examples, &class.example, &subjects);
                let taken = one.policies.statement(class.at);
                as_shown(&mut class, taken, shown);
                classes.push(class);
            }
        }
    }
    let labels = || first.unknown.iter().chain(&second.unknown).map(String::as_str);
    match general {
        Err(why) => undecided.push(why),
        Ok((one, other)) => {
            let is_told = |at: StatementRef| {
                let index = one.policies.statement(at).map_or(at.statement, |s| s.index);
                told.contains(&(at.layer, at.document, index))
            };
            // Of the other statements it must be proved that they give no access.
            let gives_nothing = |own: &OwnPolicies| {
                gives_nothing(&one, &other, &Asker { own: *own, ..*asker }, is_told)
            };
            if !OwnPolicies::bearing_on(&[&one, &other]).iter().all(gives_nothing) {
                undecided.push(depends_on(labels()));
            }
        }
    }
}

/// Words of the statement that is shown in the place of those of the example.
fn as_shown(class: &mut Class, example: Option<&Statement>, shown: &Statement) {
    class.who = words::principals(shown);
    class.when = words::conditions(shown);
    let entries = |s: &Statement| -> Vec<String> {
        s.resource.iter().flat_map(|e| &e.entries).map(|e| e.text().to_owned()).collect()
    };
    let (taken, written) = (example.map_or_else(Vec::new, entries), entries(shown));
    for resource in &mut class.resources {
        if let Some(at) = taken.iter().position(|t| t == resource)
            && let Some(text) = written.get(at)
        {
            resource.clone_from(text);
        }
    }
}
