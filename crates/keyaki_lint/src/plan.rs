//! The checks for one kind of policy, by what they look at.

use keyaki_ir::{Defect, PolicyKind, Statement};
use keyaki_syntax::SyntaxError;

use crate::Rule;
use crate::context::Context;
use crate::rule::{ActionSite, Check, ConditionSite, PrincipalSite, ResourceSite};

/// A rule with its check.
pub(crate) type Hook<F> = (&'static Rule, F);

/// What to call at each place, in the order of the rules.
#[derive(Debug, Default)]
#[expect(clippy::type_complexity, reason = "each list has checks of a type of its own")]
pub(crate) struct Plan {
    pub(crate) syntax: Vec<Hook<fn(&mut Context<'_>, &SyntaxError)>>,
    pub(crate) defect: Vec<Hook<fn(&mut Context<'_>, &Defect)>>,
    pub(crate) document: Vec<Hook<fn(&mut Context<'_>)>>,
    pub(crate) proof: Vec<Hook<fn(&mut Context<'_>)>>,
    pub(crate) statement: Vec<Hook<fn(&mut Context<'_>, &Statement)>>,
    pub(crate) action: Vec<Hook<fn(&mut Context<'_>, ActionSite<'_>)>>,
    pub(crate) resource: Vec<Hook<fn(&mut Context<'_>, ResourceSite<'_>)>>,
    pub(crate) principal: Vec<Hook<fn(&mut Context<'_>, PrincipalSite<'_>)>>,
    pub(crate) condition: Vec<Hook<fn(&mut Context<'_>, ConditionSite<'_>)>>,
}

impl Plan {
    /// The plan for those of the rules that are about a kind.
    pub(crate) fn new(rules: &[&'static Rule], kind: PolicyKind) -> Self {
        let mut plan = Plan::default();
        for &rule in rules.iter().filter(|rule| rule.kinds.contains(kind)) {
            plan.add(rule);
        }
        plan
    }

    fn add(&mut self, rule: &'static Rule) {
        match rule.check {
            Check::Syntax(check) => self.syntax.push((rule, check)),
            Check::Defect(check) => self.defect.push((rule, check)),
            Check::Document(check) => self.document.push((rule, check)),
            Check::Proof(check) => self.proof.push((rule, check)),
            Check::Statement(check) => self.statement.push((rule, check)),
            Check::Action(check) => self.action.push((rule, check)),
            Check::Resource(check) => self.resource.push((rule, check)),
            Check::Principal(check) => self.principal.push((rule, check)),
            Check::Condition(check) => self.condition.push((rule, check)),
        }
    }
}
