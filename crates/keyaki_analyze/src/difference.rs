//! What one set of policies allows and another does not, in classes that a person understands.
//!
//! A class belongs to one `Allow` statement: the actions and resources of it with which something
//! is allowed that the other side does not allow, and a request as an example.

use keyaki_eval::{Caller, Forms, Formula, Layer, StatementRef, names};
use keyaki_ir::{Effect, Statement};
use keyaki_symbolic::{Ask, Text};

use crate::own::OwnPolicies;
use crate::{Answer, Asker, Subject, Witness, words};

/// What differs between two subjects.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// What the second allows and the first does not.
    pub gained: Vec<Class>,
    /// What the first allows and the second does not.
    pub lost: Vec<Class>,
    /// What was not found out, and why.
    pub undecided: Vec<String>,
}

/// Requests that one statement allows and the other side does not.
#[derive(Clone, Debug)]
pub struct Class {
    /// The statement, among those of the side that allows.
    pub at: StatementRef,
    /// Who, in words; none where the policy belongs to an identity.
    pub who: Option<String>,
    /// The actions, in order; empty where only actions that AWS may add are concerned.
    pub actions: Vec<String>,
    /// The resources of the statement with which there is such a request.
    pub resources: Vec<String>,
    /// The statement's conditions, in words.
    pub when: Vec<String>,
    /// The conditions of `Deny` statements that bear on it, in words.
    pub unless: Vec<String>,
    /// Whether some of it is allowed by the other side as well.
    pub is_partial: bool,
    /// An example, replayed.
    pub example: Witness,
}

/// Compares two subjects.
pub fn difference(old: &Subject, new: &Subject, asker: &Asker<'_>) -> Difference {
    let mut undecided = Vec::new();
    let gained = side(new, old, asker, &mut undecided);
    let lost = side(old, new, asker, &mut undecided);
    Difference { gained, lost, undecided }
}

/// Whether it is proved of the `Allow` statements of `first` that `second` allows what they give;
/// some are not asked about.
pub(crate) fn gives_nothing(
    first: &Subject,
    second: &Subject,
    asker: &Asker<'_>,
    is_left_out: impl Fn(StatementRef) -> bool,
) -> bool {
    parts(first, second).filter(|part| !is_left_out(part.at)).all(|part| {
        let answer = asker.any(&part.subjects, part.without(asker, None));
        answer.holds() == Some(true)
    })
}

/// The `Allow` statements of `first`.
fn parts<'s>(first: &'s Subject, second: &'s Subject) -> impl Iterator<Item = Part<'s>> {
    [Layer::Identity, Layer::Resource].into_iter().flat_map(move |layer| {
        let statements = first.policies.statements(layer);
        let allows = statements.filter(|(_, s)| s.effect() == Some(Effect::Allow));
        allows.map(move |(at, statement)| Part { subjects: [first, second], at, statement, layer })
    })
}

/// What `first` allows and `second` does not; where that is nothing, what it allows without the
/// callers' own policies, or beyond their boundaries, and `second` does not.
pub(crate) fn side(
    first: &Subject,
    second: &Subject,
    asker: &Asker<'_>,
    undecided: &mut Vec<String>,
) -> Vec<Class> {
    for own in OwnPolicies::bearing_on(&[first, second]) {
        let mut open = Vec::new();
        let mut classes = side_beside(first, second, &Asker { own: *own, ..*asker }, &mut open);
        classes.iter_mut().for_each(|c| c.when.extend(own.words().map(str::to_owned)));
        open.retain(|reason| !undecided.contains(reason));
        undecided.append(&mut open);
        if !classes.is_empty() {
            return classes;
        }
    }
    Vec::new()
}

/// What `first` allows and `second` does not, beside what the asker takes for own policies.
fn side_beside(
    first: &Subject,
    second: &Subject,
    asker: &Asker<'_>,
    undecided: &mut Vec<String>,
) -> Vec<Class> {
    match asker.minus(&[first, second]) {
        Answer::Proved { .. } => return Vec::new(),
        Answer::Undecided(reason) => undecided.push(reason),
        Answer::Refuted(_) => {}
    }
    let mut classes = Vec::new();
    for part in parts(first, second) {
        match asker.any(&part.subjects, part.without(asker, None)) {
            Answer::Proved { .. } => {}
            Answer::Undecided(reason) => undecided.push(reason),
            Answer::Refuted(example) => classes.push(part.class(*example, asker)),
        }
    }
    classes
}

/// One statement of the side that allows.
struct Part<'s> {
    subjects: [&'s Subject; 2],
    at: StatementRef,
    statement: &'s Statement,
    layer: Layer,
}

impl<'s> Part<'s> {
    /// The statement matches, naming the caller, and its side allows the request.
    fn matches<'a>(
        &'a self,
        asker: &'a Asker<'_>,
        resource: Option<&'a str>,
    ) -> impl Fn(&Caller, &Formula<Ask>) -> Formula<Ask> + use<'a, 's> {
        move |caller, allowed| {
            let via = match self.layer == Layer::Resource {
                true => asker.own.ways(caller),
                false => Forms::REGARDLESS,
            };
            if !names(self.statement, via, caller, asker.profile) {
                return Formula::FALSE;
            }
            let own = Formula::Atom(Ask::Statement { side: 0, at: self.at });
            let resource =
                resource.map(|text| Formula::Atom(Ask::Resource(Text::Arn(text.into()))));
            Formula::and([own, allowed.clone()].into_iter().chain(resource))
        }
    }

    /// It matches, and the other side does not allow the request.
    fn without<'a>(
        &'a self,
        asker: &'a Asker<'_>,
        resource: Option<&'a str>,
    ) -> impl Fn(&Caller, &[Formula<Ask>]) -> Formula<Ask> + use<'a, 's> {
        let matches = self.matches(asker, resource);
        move |caller, allowed| match allowed {
            [first, second] => Formula::and([matches(caller, first), Formula::not(second.clone())]),
            _ => Formula::FALSE,
        }
    }

    fn class(&self, example: Witness, asker: &Asker<'_>) -> Class {
        let both = self.matches(asker, None);
        let both = asker.any(&self.subjects, |caller, allowed| match allowed {
            [first, second] => Formula::and([both(caller, first), second.clone()]),
            _ => Formula::FALSE,
        });
        Class {
            at: self.at,
            who: words::principals(self.statement),
            actions: asker.actions(&self.subjects, self.without(asker, None)),
            resources: self.resources(asker),
            when: words::conditions(self.statement),
            unless: self.unless(),
            is_partial: !matches!(both, Answer::Proved { .. }),
            example,
        }
    }

    /// The entries of the statement's resource element with which there is such a request; all of
    /// them where that cannot be told apart.
    fn resources(&self, asker: &Asker<'_>) -> Vec<String> {
        if let Some(element) = &self.statement.not_resource {
            return vec![words::all_but(element.entries.iter().map(|e| e.text()))];
        }
        let entries = self.statement.resource.iter().flat_map(|e| &e.entries);
        let texts: Vec<&str> = entries.clone().map(|e| e.text()).collect();
        let apart = |text: &&str| {
            let is_plain = text.starts_with("arn:") && !text.contains("${");
            let ask = || asker.any(&self.subjects, self.without(asker, Some(text)));
            texts.len() == 1 || !is_plain || !matches!(ask(), Answer::Proved { .. })
        };
        let kept = texts.iter().filter(|t| apart(t)).map(|t| (*t).to_owned());
        kept.collect()
    }

    /// The conditions of the side's `Deny` statements that can match what the statement matches.
    fn unless(&self) -> Vec<String> {
        let policies = &self.subjects[0].policies;
        let layers = policies.layers().into_iter();
        let denies = layers
            .flat_map(|l| policies.statements(l))
            .filter(|(_, s)| s.effect() == Some(Effect::Deny) && words::overlap(s, self.statement));
        let texts = denies.map(|(_, s)| words::conditions(s).join(" and "));
        texts.filter(|t| !t.is_empty()).collect()
    }
}
