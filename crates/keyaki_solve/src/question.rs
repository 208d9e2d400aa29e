//! A query as formulas over claims: what its statements and asks mean.

use keyaki_eval::{Formula, Layer, Point, StatementRef};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{ActionPattern, Effect, Element, ResourcePattern, Statement};
use keyaki_symbolic::{Ask, Query, Text};

use crate::arn;
use crate::claim::{Claim, Fold, Segments, Slot, Test, about, like, map};
use crate::condition;
use crate::glob::Glob;
use crate::pattern::{Env, Keys};

/// A statement of the question.
pub(crate) struct Matching {
    /// Where it stands: the side, and where in that.
    pub(crate) side: usize,
    pub(crate) at: StatementRef,
    /// When it matches.
    pub(crate) formula: Formula<Claim>,
}

/// A query as formulas over claims.
pub(crate) struct Question {
    pub(crate) keys: Keys,
    pub(crate) statements: Vec<Matching>,
    pub(crate) goal: Formula<Claim>,
    /// What the claims cannot say.
    pub(crate) gap: Option<String>,
}

impl Question {
    /// What a query means.
    pub(crate) fn of(query: &Query<'_>) -> Question {
        let mut question = Question {
            keys: Keys::default(),
            statements: Vec::new(),
            goal: Formula::TRUE,
            gap: None,
        };
        question.goal = map(&query.formula, &mut |ask| question.ask(ask, query));
        question
    }

    /// The same with claims about the segments of the resource in place of those about the whole;
    /// none where that cannot be said.
    pub(crate) fn cut(&self) -> Option<Question> {
        let mut possible = true;
        let mut cut = |claim: &Claim| {
            let cut = cut(claim);
            possible &= cut.is_some();
            cut.unwrap_or(Formula::FALSE)
        };
        let question = self.map(&mut cut);
        possible.then_some(question)
    }

    /// The same about the action in lower case.
    pub(crate) fn in_lower_case(&self) -> Question {
        self.map(&mut |claim| {
            if let Claim::Holds(Slot::Action, Test::Like(glob, Fold::Ascii)) = claim {
                return about(Slot::Action, &like(glob.lower_case(), Fold::Exact));
            }
            Formula::Atom(claim.clone())
        })
    }

    fn map(&self, replace: &mut impl FnMut(&Claim) -> Formula<Claim>) -> Question {
        let statements = self.statements.iter().map(|s| Matching {
            side: s.side,
            at: s.at,
            formula: map(&s.formula, replace),
        });
        Question {
            keys: self.keys.clone(),
            statements: statements.collect(),
            goal: map(&self.goal, replace),
            gap: self.gap.clone(),
        }
    }

    /// Calls `see` with every claim but those that stand for statements.
    pub(crate) fn for_each_claim<'q>(&'q self, see: &mut impl FnMut(&'q Claim)) {
        self.statements.iter().for_each(|s| s.formula.for_each_atom(see));
        self.goal.for_each_atom(see);
    }

    fn ask(&mut self, ask: &Ask, query: &Query<'_>) -> Formula<Claim> {
        match ask {
            Ask::Statement { side, at } => self.statement(*side, *at, query),
            Ask::Action(text) => about(Slot::Action, &texts(text)),
            Ask::Resource(text) => resource_text(text),
            Ask::Present(key) => Formula::Atom(Claim::Present(self.keys.number(key))),
            Ask::Value(key, text) => {
                let key = self.keys.number(key);
                Formula::Atom(Claim::One(key, Box::new(texts(text))))
            }
            Ask::Any(key, text) => {
                let key = self.keys.number(key);
                Formula::Atom(Claim::Some(key, Box::new(texts(text))))
            }
        }
    }

    fn statement(&mut self, side: usize, at: StatementRef, query: &Query<'_>) -> Formula<Claim> {
        let known = self.statements.iter().position(|s| (s.side, s.at) == (side, at));
        let number = known.unwrap_or_else(|| {
            let formula = self.read(side, at, query);
            self.statements.push(Matching { side, at, formula });
            self.statements.len() - 1
        });
        Formula::Atom(Claim::Statement(number))
    }

    fn read(&mut self, side: usize, at: StatementRef, query: &Query<'_>) -> Formula<Claim> {
        let side = query.sides.get(side);
        let document = side.and_then(|s| s.policies.document(at));
        let statement = document.and_then(|d| d.policy.statements.get(at.statement));
        let (Some(side), Some(document), Some(statement)) = (side, document, statement) else {
            return Formula::FALSE;
        };
        let effect = statement.effect().unwrap_or(Effect::Deny);
        let env = Env::new(side.profile, document.policy.effective_version(), effect);
        let lacks = statement.resource.is_none() && statement.not_resource.is_none();
        let is_implied = lacks && at.layer == Layer::Resource;
        let resource = if is_implied { Formula::TRUE } else { self.resources(statement, env) };
        let condition = statement.condition.as_ref();
        let condition =
            condition.map_or(Formula::TRUE, |c| condition::formula(c, env, &mut self.keys));
        Formula::and([actions(statement), resource, condition])
    }

    /// `Resource` must match and `NotResource` must not; without either, nothing matches.
    fn resources(&mut self, statement: &Statement, env: Env<'_>) -> Formula<Claim> {
        if statement.resource.is_none() && statement.not_resource.is_none() {
            return Formula::FALSE;
        }
        let positive = statement.resource.as_ref().map(|e| self.some_resource(e, env));
        let negative = statement.not_resource.as_ref().map(|e| {
            let has_variables = e.entries.iter().any(|e| !e.pattern.variables().is_empty());
            if has_variables && env.reads_otherwise(Point::NotResourceUnresolved) {
                self.gap = Some(gap(Point::NotResourceUnresolved));
            }
            Formula::not(self.some_resource(e, env.negated()))
        });
        Formula::and(positive.into_iter().chain(negative))
    }

    fn some_resource(
        &mut self,
        element: &Element<ResourcePattern>,
        env: Env<'_>,
    ) -> Formula<Claim> {
        let is_star = |text: &str| !text.is_empty() && text.bytes().all(|b| b == b'*');
        let (stars, others): (Vec<_>, Vec<_>) =
            element.entries.iter().partition(|e| is_star(e.text()));
        if !stars.is_empty() && !env.reads_otherwise(Point::Newline) {
            return Formula::TRUE;
        }
        let mut any = Glob::read("*");
        any.one_line = true;
        let lines = stars.iter().map(|_| Formula::Atom(Test::Like(any.clone(), Fold::Exact)));
        let others = others.iter().map(|e| arn::resource(&e.pattern, env, &mut self.keys));
        let tests: Vec<_> = others.chain(lines).collect();
        let arns = Formula::and([is_arn(), about(Slot::Resource, &Formula::or(tests))]);
        match stars.is_empty() {
            true => arns,
            false => Formula::or([Formula::Atom(Claim::NoResource), arns]),
        }
    }
}

/// A claim about the resource as one about its segments.
fn cut(claim: &Claim) -> Option<Formula<Claim>> {
    let Claim::Holds(Slot::Resource, test) = claim else {
        return Some(Formula::Atom(claim.clone()));
    };
    match test {
        Test::Arn(segments) => Some(of_segments(segments)),
        Test::Like(glob, fold) => {
            let ways = arn::cut(glob, *fold)?;
            Some(Formula::or(ways.iter().map(of_segments)))
        }
        Test::Number { .. } | Test::Date { .. } | Test::Address(_) => None,
    }
}

fn of_segments(segments: &Segments) -> Formula<Claim> {
    let tests = segments.iter().enumerate().filter_map(|(index, segment)| {
        let (glob, fold) = segment.as_ref()?;
        Some(Formula::Atom(Claim::Holds(Slot::Segment(index), Test::Like(glob.clone(), *fold))))
    });
    Formula::and(tests)
}

fn gap(point: Point) -> String {
    format!("{} ({}): {}", point.id(), point.name(), point.alternative())
}

/// That the resource is an ARN.
fn is_arn() -> Formula<Claim> {
    Formula::not(Formula::Atom(Claim::NoResource))
}

/// `Action` must match and `NotAction` must not; without either, nothing matches.
fn actions(statement: &Statement) -> Formula<Claim> {
    let any = |element: &Element<ActionPattern>| {
        let tests = element.entries.iter().map(|e| like(Glob::read(&e.text), Fold::Ascii));
        about(Slot::Action, &Formula::or(tests))
    };
    let positive = statement.action.as_ref().map(any);
    let negative = statement.not_action.as_ref().map(|e| Formula::not(any(e)));
    match (&positive, &negative) {
        (None, None) => Formula::FALSE,
        _ => Formula::and(positive.into_iter().chain(negative)),
    }
}

fn texts(text: &Text) -> Formula<Test> {
    let fold = |case: &Case| match case {
        Case::Sensitive => Fold::Exact,
        Case::Insensitive => Fold::Ascii,
    };
    match text {
        Text::Is(text, case) => like(Glob::exactly(text), fold(case)),
        Text::Like(pattern, case) => like(Glob::read(pattern), fold(case)),
        Text::Arn(pattern) => arn::fixed(pattern),
    }
}

/// What the resource as a whole is like, be it an ARN or `*`.
fn resource_text(text: &Text) -> Formula<Claim> {
    let star = match text {
        Text::Is(text, _) | Text::Arn(text) => &**text == "*",
        Text::Like(pattern, case) => glob::matches(pattern, "*", *case),
    };
    let arns = Formula::and([is_arn(), about(Slot::Resource, &texts(text))]);
    match star {
        true => Formula::or([Formula::Atom(Claim::NoResource), arns]),
        false => arns,
    }
}
