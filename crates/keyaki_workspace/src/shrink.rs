//! A shorter policy that provably grants the same, or several that do so together.
//!
//! Statements are merged, what is covered is dropped, lists of actions give way to wildcards where
//! that is wanted, and labels go where the policy is still too long. Each step is only a proposal:
//! one after which it is not proved that the policy allows and denies the same is taken back.

mod merge;
mod split;
mod wildcard;

use keyaki_analyze::{Answer, Asker, Question, Subject, ask, ask_beside_any};
use keyaki_catalog::Catalog;
use keyaki_eval::{Document, Profile};
use keyaki_ir::{Policy, PolicyKind};
use keyaki_lint::meaning;
use keyaki_symbolic::Actions;
use keyaki_syntax::Tree;
use serde_json::{Map, Value, json};

/// The steps of each question: some seconds at most.
const STEPS: u64 = 200_000_000;

/// So often a statement is looked at to find out which others can go: some seconds at most.
const MOST_LOOKS: usize = 4_000_000;

/// A statement as an object.
type Statement = Map<String, Value>;

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The most characters of a policy, without white space.
    pub limit: usize,
    /// The kind of the policy.
    pub kind: PolicyKind,
    /// Whether wildcards may stand for lists of actions: then only the actions of the catalogue
    /// are counted, and those that AWS adds later may be within.
    pub wildcards: bool,
    /// Whether several policies are wanted where one is too long.
    pub split: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Shrunk {
    /// The policies, each as a document.
    pub policies: Vec<Value>,
    /// How many characters without white space the policy had.
    pub before: usize,
    /// How many each of the policies has.
    pub after: Vec<usize>,
    /// Whether they grant and deny the same as before, together.
    pub proof: Answer,
    /// Of how many statements it was not asked whether they can go, because there are too many.
    pub not_judged: usize,
}

/// Told how many statements have been judged, and of how many.
pub type Told<'t> = &'t mut dyn FnMut(usize, usize);

/// Shrinks a policy.
///
/// # Errors
/// Why it has no meaning that could be kept.
pub fn shrink(
    text: &str,
    wanted: Wanted,
    catalog: &Catalog,
    told: Told<'_>,
) -> Result<Shrunk, String> {
    let value: Value = serde_json::from_str(text).map_err(|e| format!("no JSON: {e}"))?;
    let policy = Candidate::read(&value).ok_or("no policy with statements that are objects")?;
    let judge = Judge::new(&policy, wanted, catalog)?;
    let before = policy.length();
    let mut best = policy;
    judge.take(&mut best, merge::without_repeated);
    judge.take(&mut best, merge::merged);
    let mut not_judged = judge.drop_needless(&mut best, told);
    if wanted.wildcards {
        judge.take(&mut best, |candidate| wildcard::compressed(candidate, catalog));
        judge.take(&mut best, merge::merged);
        not_judged = judge.drop_needless(&mut best, told);
    }
    if best.length() > wanted.limit {
        judge.take(&mut best, Candidate::without_labels);
    }
    let parts = match best.length() > wanted.limit && wanted.split {
        true => split::split(&best, wanted.limit).unwrap_or_else(|| vec![best.clone()]),
        false => vec![best],
    };
    let proof = judge.proof(&parts);
    let after = parts.iter().map(Candidate::length).collect();
    let policies = parts.iter().map(Candidate::document).collect();
    Ok(Shrunk { policies, before, after, proof, not_judged })
}

/// A policy on its way.
#[derive(Clone, Debug, PartialEq)]
struct Candidate {
    /// The elements beside `Statement`.
    head: Map<String, Value>,
    statements: Vec<Statement>,
}

impl Candidate {
    fn read(value: &Value) -> Option<Candidate> {
        let mut head = value.as_object()?.clone();
        let statements = match head.remove("Statement")? {
            Value::Array(list) => list,
            one @ Value::Object(_) => vec![one],
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
        let statements: Option<Vec<Statement>> =
            statements.iter().map(|s| s.as_object().cloned()).collect();
        statements.filter(|s| !s.is_empty()).map(|statements| Candidate { head, statements })
    }

    fn document(&self) -> Value {
        let mut document = self.head.clone();
        let statements = self.statements.iter().cloned().map(Value::Object).collect();
        document.insert("Statement".to_owned(), Value::Array(statements));
        Value::Object(document)
    }

    /// As a policy; its statements are those of the candidate, in order.
    fn lowered(&self) -> Policy {
        keyaki_ir::lower(&Tree::parse(self.document().to_string()))
    }

    /// The characters without white space between the tokens.
    fn length(&self) -> usize {
        self.document().to_string().chars().count()
    }

    /// Without `Sid` and `Id`, which tell nothing about access.
    fn without_labels(&self) -> Candidate {
        let mut candidate = self.clone();
        candidate.head.shift_remove("Id");
        candidate.statements.iter_mut().for_each(|s| {
            s.shift_remove("Sid");
        });
        candidate
    }
}

/// What decides whether a candidate grants and denies the same as the policy.
struct Judge<'c> {
    original: Subject,
    kind: PolicyKind,
    actions: Actions,
    catalog: &'c Catalog,
}

impl<'c> Judge<'c> {
    fn new(policy: &Candidate, wanted: Wanted, catalog: &'c Catalog) -> Result<Self, String> {
        let lowered = policy.lowered();
        let mut blocks =
            lowered.statements.iter().flat_map(|s| &s.condition).flat_map(|c| &c.blocks);
        let is_whole = lowered.statements.iter().all(|s| s.effect().is_some())
            && blocks.all(|b| b.operator.operator.is_some());
        if !lowered.defects.is_empty() || !is_whole {
            return Err("the policy does not fit AWS's grammar".to_owned());
        }
        let actions = if wanted.wildcards { Actions::Known } else { Actions::Any };
        let original = meaning::of(lowered, wanted.kind);
        Ok(Judge { original, kind: wanted.kind, actions, catalog })
    }

    /// Takes a step if it makes the policy shorter and changes nothing.
    fn take(&self, best: &mut Candidate, step: impl Fn(&Candidate) -> Candidate) {
        let next = step(best);
        let of = |candidate: &Candidate| meaning::of(candidate.lowered(), self.kind);
        if next.length() < best.length() && self.is_same(&of(best), &of(&next)) {
            *best = next;
        }
    }

    /// Drops statements that change nothing. Of how many that was not asked.
    fn drop_needless(&self, best: &mut Candidate, told: Told<'_>) -> usize {
        let mut policy = best.lowered();
        let mut subject = meaning::of(policy.clone(), self.kind);
        let all = policy.statements.len();
        let judged = all.min(MOST_LOOKS / all.max(1));
        for (done, at) in (all - judged..all).rev().enumerate() {
            let mut rest = policy.clone();
            rest.statements.remove(at);
            if rest.statements.is_empty() {
                break;
            }
            let without = meaning::of(rest.clone(), self.kind);
            if self.is_same(&subject, &without) {
                best.statements.remove(at);
                (policy, subject) = (rest, without);
            }
            told(done + 1, judged);
        }
        all - judged
    }

    fn is_same(&self, one: &Subject, other: &Subject) -> bool {
        matches!(self.same(one, other), Answer::Proved { .. })
    }

    /// Whether policies together grant and deny the same as the original.
    fn proof(&self, parts: &[Candidate]) -> Answer {
        match self.together(parts) {
            Some(other) => self.same(&self.original, &other),
            None => {
                Answer::Undecided("several policies of one resource are not compared".to_owned())
            }
        }
    }

    /// Whether one grants and denies the same as the other.
    fn same(&self, one: &Subject, other: &Subject) -> Answer {
        let profile = Profile::documented();
        let asker = Asker::new(self.catalog, &profile, self.actions, STEPS);
        match ask_beside_any(&Question::Equivalent { one, other }, &asker) {
            Answer::Proved { .. } => {
                let [one, other] = [one, other].map(|s| meaning::opened(s.clone()));
                ask(&Question::Equivalent { one: &one, other: &other }, &asker)
            }
            open @ (Answer::Refuted(_) | Answer::Undecided(_)) => open,
        }
    }

    /// Policies as one subject; none where a resource would have several.
    fn together(&self, parts: &[Candidate]) -> Option<Subject> {
        let mut policies = parts.iter().map(Candidate::lowered);
        let mut subject = meaning::of(policies.next()?, self.kind);
        let rest: Vec<Document> =
            policies.map(|policy| Document { name: String::new(), policy }).collect();
        if subject.policies.resource.is_some() && !rest.is_empty() {
            return None;
        }
        let of_account = subject.policies.scp.iter_mut().flatten().next();
        of_account.unwrap_or(&mut subject.policies.identity).extend(rest);
        Some(subject)
    }
}

/// The texts of an element, one or several.
fn texts(value: Option<&Value>) -> Option<Vec<String>> {
    match value? {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(list) => list.iter().map(|v| v.as_str().map(str::to_owned)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// Texts as an element, the shorter form where there is one alone.
fn element(mut texts: Vec<String>) -> Value {
    match texts.len() {
        1 => Value::String(texts.swap_remove(0)),
        _ => json!(texts),
    }
}
