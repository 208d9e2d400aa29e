//! The runner: one walk over the policy, each check called where it belongs.

use keyaki_diag::{Finding, Persona};
use keyaki_ir::{PolicyKind, Statement};
use keyaki_syntax::{SyntaxError, Tree};

use crate::arn_form::ArnPattern;
use crate::context::Context;
use crate::memory::{Memory, Recall};
use crate::plan::{Hook, Plan};
use crate::rule::{ActionSite, ConditionSite, PrincipalSite, ResourceSite, Rule};
use crate::{Document, Selection, Settings, hole};

/// The selected rules.
#[derive(Debug)]
pub struct Linter {
    rules: Vec<&'static Rule>,
    /// What to do for each kind, in the order of the kinds.
    plans: [Plan; PolicyKind::ALL.len()],
    /// The same for policies that are longer than any that AWS takes.
    for_long: [Plan; PolicyKind::ALL.len()],
    settings: Settings,
}

/// From how many bytes on a policy is longer than any that AWS takes. Rules that compare much with
/// much, or ask the engine, leave such texts alone, so that their time stays in proportion.
const LONG: u32 = 200 * 1024;

/// Whether a rule takes a time in proportion to any text.
fn is_linear(rule: &Rule) -> bool {
    rule.meta.aws_code.is_some() || (rule.meta.persona == Persona::Regular && !rule.asks())
}

impl Linter {
    /// A linter for the rules of a selection.
    pub fn new(selection: &Selection) -> Self {
        Self::of(crate::rules().iter().copied().filter(|rule| selection.contains(&rule.meta)))
    }

    /// The same without the rules that ask the engine: for answers within a keystroke.
    pub fn without_proofs(selection: &Selection) -> Self {
        let rules = crate::rules().iter().copied().filter(|rule| !rule.asks());
        Self::of(rules.filter(|rule| selection.contains(&rule.meta)))
    }

    /// The rules that ask the engine, and no others: for answers while nobody types.
    pub fn with_proofs_alone(selection: &Selection) -> Self {
        let rules = crate::rules().iter().copied().filter(|rule| rule.asks());
        Self::of(rules.filter(|rule| selection.contains(&rule.meta)))
    }

    fn of(rules: impl Iterator<Item = &'static Rule>) -> Self {
        let rules: Vec<_> = rules.collect();
        let plans = PolicyKind::ALL.map(|kind| Plan::new(&rules, kind));
        let linear: Vec<_> = rules.iter().copied().filter(|rule| is_linear(rule)).collect();
        let for_long = PolicyKind::ALL.map(|kind| Plan::new(&linear, kind));
        Self { rules, plans, for_long, settings: Settings::default() }
    }

    /// The same with settings.
    pub fn with(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// The rules that run.
    pub fn rules(&self) -> &[&'static Rule] {
        &self.rules
    }

    /// Checks one document. Findings come in order of position, then of rule name.
    pub fn lint<'a>(&'a self, document: Document<'a>) -> Vec<Finding> {
        self.run(document, None)
    }

    /// The same for one version after the other of a text, each with the tree of the version
    /// before and what the same linter remembers of it: finds exactly the same, and looks only at
    /// statements that have changed and at the policy as a whole.
    pub fn lint_again<'a>(
        &'a self,
        document: Document<'a>,
        before: Option<(&Tree, &Memory)>,
    ) -> (Vec<Finding>, Memory) {
        let mut recall = Recall::new(&document, is_long(&document), before);
        (self.run(document, Some(&mut recall)), recall.into_memory())
    }

    fn run<'a>(&'a self, document: Document<'a>, recall: Option<&mut Recall<'_>>) -> Vec<Finding> {
        let Some(&first) = self.rules.first() else { return Vec::new() };
        let mut cx = Context::new(document, first, &self.settings);
        let plans = if is_long(&document) { &self.for_long } else { &self.plans };
        run(&plans[document.kind as usize], &mut cx, document, recall);
        let (findings, beyond) = cx.into_findings();
        let mut findings = hole::without_guesses(&document, findings, &beyond);
        findings.sort_by_cached_key(|f| (f.range(), f.rule.name));
        findings
    }
}

fn is_long(document: &Document<'_>) -> bool {
    document.tree.range(document.policy.origin).len() > LONG
}

impl Default for Linter {
    fn default() -> Self {
        Self::new(&Selection::default())
    }
}

fn run<'a>(
    plan: &Plan,
    cx: &mut Context<'a>,
    document: Document<'a>,
    mut recall: Option<&mut Recall<'_>>,
) {
    let policy = document.policy;
    for &(rule, check) in &plan.document {
        cx.run(rule, check);
    }
    syntax_errors(document).iter().for_each(|error| call(&plan.syntax, cx, error));
    policy.defects.iter().for_each(|defect| call(&plan.defect, cx, defect));
    for statement in &policy.statements {
        match &mut recall {
            Some(recall) => recall.check(cx, statement, |cx| check(plan, cx, statement)),
            None => check(plan, cx, statement),
        }
    }
    for &(rule, check) in &plan.proof {
        cx.run(rule, check);
    }
}

/// Calls the checks that look at one statement at a time.
fn check<'a>(plan: &Plan, cx: &mut Context<'a>, statement: &'a Statement) {
    call(&plan.statement, cx, statement);
    if !plan.action.is_empty() {
        actions(plan, cx, statement);
    }
    if !plan.resource.is_empty() {
        resources(plan, cx, statement);
    }
    principal_sites(statement).for_each(|site| call(&plan.principal, cx, site));
    condition_sites(statement).for_each(|site| call(&plan.condition, cx, site));
}

/// The faults of the text that this document is to tell.
fn syntax_errors<'a>(document: Document<'a>) -> &'a [SyntaxError] {
    let errors = document.tree.errors();
    if document.whole_text {
        return errors;
    }
    let part = document.tree.range(document.policy.origin);
    let first = |offset| errors.partition_point(|error| error.range.start < offset);
    errors.get(first(part.start)..first(part.end)).unwrap_or_default()
}

fn actions<'a>(plan: &Plan, cx: &mut Context<'a>, statement: &'a Statement) {
    for entry in statement.action_elements().flat_map(|element| &element.entries) {
        let service = entry.service().and_then(|prefix| cx.service(prefix));
        call(&plan.action, cx, ActionSite { statement, entry, service });
    }
}

fn resources<'a>(plan: &Plan, cx: &mut Context<'a>, statement: &'a Statement) {
    for element in statement.resource_elements() {
        for entry in &element.entries {
            let arn = ArnPattern::new(entry, cx.catalog());
            let site = ResourceSite { entry, arn: arn.as_ref() };
            call(&plan.resource, cx, site);
        }
    }
}

#[expect(clippy::type_complexity, reason = "a list of checks that take the same")]
fn call<'a, T: Copy>(hooks: &[Hook<fn(&mut Context<'a>, T)>], cx: &mut Context<'a>, at: T) {
    for &(rule, check) in hooks {
        cx.run(rule, |cx| check(cx, at));
    }
}

fn principal_sites(statement: &Statement) -> impl Iterator<Item = PrincipalSite<'_>> {
    let entries = statement.principal_elements().flat_map(|element| element.entries());
    entries.map(|(group, entry)| PrincipalSite { group, entry })
}

fn condition_sites(statement: &Statement) -> impl Iterator<Item = ConditionSite<'_>> {
    statement.condition_entries().map(move |(block, entry)| ConditionSite {
        statement,
        block,
        entry,
    })
}
