//! The runner: one walk over the policy, each check called where it belongs.

use keyaki_diag::Finding;
use keyaki_ir::Statement;

use crate::context::Context;
use crate::rule::{ActionSite, Check, ConditionSite, PrincipalSite, ResourceSite, Rule};
use crate::{Document, Selection};

/// The selected rules, sorted by what they look at.
#[derive(Debug)]
pub struct Linter {
    rules: Vec<&'static Rule>,
}

impl Linter {
    /// A linter for the rules of a selection.
    pub fn new(selection: &Selection) -> Self {
        let mut rules: Vec<_> = crate::rules().iter().copied().collect();
        rules.retain(|rule| selection.contains(&rule.meta));
        Self { rules }
    }

    /// The rules that run.
    pub fn rules(&self) -> &[&'static Rule] {
        &self.rules
    }

    /// Checks one document. Findings come in order of position, then of rule name.
    pub fn lint(&self, document: Document<'_>) -> Vec<Finding> {
        let Some(&first) = self.rules.first() else { return Vec::new() };
        let mut cx = Context::new(document, first);
        let rules = self.rules.iter().filter(|r| r.kinds.contains(document.kind));
        for &rule in rules {
            cx.rule = rule;
            run(rule, &mut cx, document);
        }
        let mut findings = cx.into_findings();
        findings.sort_by(|a, b| {
            let key = |f: &Finding| (f.range(), f.rule.name);
            key(a).cmp(&key(b))
        });
        findings
    }
}

impl Default for Linter {
    fn default() -> Self {
        Self::new(&Selection::default())
    }
}

fn run(rule: &Rule, cx: &mut Context<'_>, document: Document<'_>) {
    let policy = document.policy;
    let statements = policy.statements.iter();
    match rule.check {
        Check::Syntax(check) => document.tree.errors().iter().for_each(|e| check(cx, e)),
        Check::Defect(check) => policy.defects.iter().for_each(|d| check(cx, d)),
        Check::Document(check) => check(cx),
        Check::Statement(check) => statements.for_each(|s| check(cx, s)),
        Check::Action(check) => statements.flat_map(action_sites).for_each(|s| check(cx, s)),
        Check::Resource(check) => statements.flat_map(resource_sites).for_each(|s| check(cx, s)),
        Check::Principal(check) => statements.flat_map(principal_sites).for_each(|s| check(cx, s)),
        Check::Condition(check) => statements.flat_map(condition_sites).for_each(|s| check(cx, s)),
    }
}

fn action_sites(statement: &Statement) -> impl Iterator<Item = ActionSite<'_>> {
    statement.action_elements().flat_map(move |element| {
        element.entries.iter().map(move |entry| ActionSite { statement, element, entry })
    })
}

fn resource_sites(statement: &Statement) -> impl Iterator<Item = ResourceSite<'_>> {
    statement.resource_elements().flat_map(move |element| {
        element.entries.iter().map(move |entry| ResourceSite { statement, element, entry })
    })
}

fn principal_sites(statement: &Statement) -> impl Iterator<Item = PrincipalSite<'_>> {
    statement.principal_elements().flat_map(move |element| {
        element.entries().map(move |(group, entry)| PrincipalSite {
            statement,
            element,
            group,
            entry,
        })
    })
}

fn condition_sites(statement: &Statement) -> impl Iterator<Item = ConditionSite<'_>> {
    statement.condition_entries().map(move |(block, entry)| ConditionSite {
        statement,
        block,
        entry,
    })
}
