//! What a check sees, and how it reports.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use keyaki_catalog::{Catalog, KeyLookup, KeyType, Service};
use keyaki_diag::{Applicability, Confidence, Edit, Finding, Fix, Place, TextRange};
use keyaki_ir::{ActionPattern, Policy, PolicyKind, ResourceType, Statement, Version, glob};
use keyaki_syntax::{NodeId, NodeKind, Tree, Value};

use crate::budget::Budget;
use crate::condition_index::ConditionIndex;
use crate::granted::Granted;
use crate::meaning::Meaning;
use crate::memory::{self, Found};
use crate::policy_keys::PolicyKeys;
use crate::{Document, Rule, Settings};

/// For how many unknown names of one document the catalogue is searched for what was meant.
const MAX_GUESSES: u32 = 200;

/// How many services of average size are searched for the action patterns of one document that
/// begin with a wildcard. The longest policy that AWS takes has room for some thousand of these.
const MAX_SEARCHES: u32 = 10_000;

/// How many services a search of the whole catalogue counts for.
const ALL_SERVICES: u32 = 20;

/// The document under check, and the findings so far.
pub(crate) struct Context<'a> {
    document: Document<'a>,
    settings: &'a Settings,
    /// Pointer of the policy within its tree; findings are given relative to it.
    base: String,
    /// The rule that is running.
    pub(crate) rule: &'static Rule,
    findings: Vec<Finding>,
    /// Which of them were found by looking at more than a statement.
    beyond: BTreeSet<usize>,
    /// The service that was asked for last, and its prefix.
    last_service: Cell<Option<(&'a str, Service<'a>)>>,
    /// How many more times somebody may ask what was meant.
    guesses: Budget,
    /// How many more services may be searched for action patterns.
    searches: Budget,
    /// The statement under check.
    statement: Option<NodeId>,
    /// Whether a check has read more than its statement and what is written in `memory.rs`.
    reads_beyond: Cell<bool>,
    /// The same of the check that is running; what it takes to repair something is not counted.
    rule_reads_beyond: Cell<bool>,
    keys: OnceCell<PolicyKeys<'a>>,
    /// The key that was asked for last; several rules ask in turn.
    last_key: Cell<Option<(&'a str, KeyLookup<'a>)>>,
    /// The conditions of the statement that was asked for last.
    conditions: RefCell<Option<Rc<ConditionIndex<'a>>>>,
    /// What the policy grants, once a rule has asked for it.
    granted: OnceCell<Rc<Granted>>,
    /// What the policy means, once a rule has asked for it.
    meaning: OnceCell<Option<Rc<Meaning>>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(document: Document<'a>, rule: &'static Rule, settings: &'a Settings) -> Self {
        let base = document.tree.pointer(document.policy.origin);
        Self {
            document,
            settings,
            base,
            rule,
            findings: Vec::new(),
            beyond: BTreeSet::new(),
            last_service: Cell::new(None),
            guesses: Budget::new(MAX_GUESSES),
            searches: Budget::new(MAX_SEARCHES),
            statement: None,
            reads_beyond: Cell::new(false),
            rule_reads_beyond: Cell::new(false),
            keys: OnceCell::new(),
            last_key: Cell::new(None),
            conditions: RefCell::new(None),
            granted: OnceCell::new(),
            meaning: OnceCell::new(),
        }
    }

    /// What was probably meant, by a search of the catalogue. The search is slow, and a text may
    /// hold any number of unknown names, so that it is made for the first ones only.
    pub(crate) fn guess(
        &self,
        search: impl FnOnce(&'a Catalog) -> Option<String>,
    ) -> Option<String> {
        if self.guesses.take(1) { search(self.catalog()) } else { None }
    }

    /// Whether an action pattern matches some action that AWS lists. Where it begins with a
    /// wildcard it is compared with the actions one by one; after many such patterns the answer
    /// is yes.
    pub(crate) fn matches_live(&self, entry: &ActionPattern) -> bool {
        let cost = match entry.split() {
            Some((service, _)) if glob::has_wildcard(service) => ALL_SERVICES,
            Some((_, name)) => u32::from(name.starts_with(['*', '?'])),
            None => ALL_SERVICES,
        };
        !self.searches.take(cost) || self.catalog().matches_live(&entry.text)
    }

    /// The findings, and which of them were found by looking at more than a statement.
    pub(crate) fn into_findings(self) -> (Vec<Finding>, BTreeSet<usize>) {
        (self.findings, self.beyond)
    }

    /// Runs the check of a rule.
    pub(crate) fn run(&mut self, rule: &'static Rule, check: impl FnOnce(&mut Self)) {
        let first = self.findings.len();
        self.rule = rule;
        self.rule_reads_beyond.set(false);
        check(self);
        if self.rule_reads_beyond.get() {
            self.beyond.extend(first..self.findings.len());
        }
    }

    /// Notes that more is read than a statement.
    fn read_beyond(&self) {
        self.reads_beyond.set(true);
        self.rule_reads_beyond.set(true);
    }

    /// Checks a statement. What was found in it, if that depends on nothing around it.
    pub(crate) fn watched(
        &mut self,
        statement: &Statement,
        check: impl FnOnce(&mut Self),
    ) -> Option<Found> {
        let (first, before) = (self.findings.len(), self.budgets().map(Budget::count));
        self.statement = Some(statement.origin);
        self.reads_beyond.set(false);
        check(self);
        self.statement = None;
        let [guesses, searches] = self.budgets();
        let taken = [guesses.since(before[0]), searches.since(before[1])];
        if self.reads_beyond.get() {
            return None;
        }
        let Place { range, pointer, .. } = self.place(statement.origin);
        let findings = memory::relative(self.findings.get(first..)?, range, &pointer)?;
        Some(Found { findings, taken })
    }

    /// Reports what was found in a statement before. Whether checking it would find the same.
    pub(crate) fn put_back(&mut self, statement: &Statement, found: &Found) -> bool {
        let [guesses, searches] = self.budgets();
        let left = (guesses.after(found.taken[0]), searches.after(found.taken[1]));
        let (Some(left_guesses), Some(left_searches)) = left else { return false };
        guesses.set(left_guesses);
        searches.set(left_searches);
        if !found.findings.is_empty() {
            let Place { range, pointer, .. } = self.place(statement.origin);
            let at = |finding| memory::absolute(finding, range, &pointer);
            self.findings.extend(found.findings.iter().filter_map(at));
        }
        true
    }

    fn budgets(&self) -> [&Budget; 2] {
        [&self.guesses, &self.searches]
    }

    /// What was set of the rules.
    pub(crate) fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// A number that was set of the running rule.
    pub(crate) fn number(&self, setting: &'static str) -> Option<usize> {
        self.settings.number(self.rule.meta.name, setting)
    }

    /// A list that was set of the running rule.
    pub(crate) fn texts(&self, setting: &'static str) -> &'a [String] {
        self.settings.texts(self.rule.meta.name, setting)
    }

    /// What the policy grants, action by action.
    pub(crate) fn granted(&self) -> Rc<Granted> {
        self.read_beyond();
        let new = || Rc::new(Granted::new(self.catalog(), self.policy()));
        Rc::clone(self.granted.get_or_init(new))
    }

    /// What the policy means; none where AWS would refuse it.
    pub(crate) fn meaning(&self) -> Option<Rc<Meaning>> {
        self.read_beyond();
        self.meaning.get_or_init(|| Meaning::new(&self.document).map(Rc::new)).clone()
    }

    pub(crate) fn policy(&self) -> &'a Policy {
        self.read_beyond();
        self.document.policy
    }

    pub(crate) fn catalog(&self) -> &'a Catalog {
        self.document.catalog
    }

    /// The service with this prefix. The same one is mostly asked for many times in a row.
    pub(crate) fn service(&self, prefix: &str) -> Option<Service<'a>> {
        let last = self.last_service.get().filter(|(last, _)| last.eq_ignore_ascii_case(prefix));
        if let Some((_, service)) = last {
            return Some(service);
        }
        let service = self.document.catalog.service(prefix)?;
        self.last_service.set(Some((service.prefix(), service)));
        Some(service)
    }

    /// What a condition key is; the keys of the policy are looked up once.
    pub(crate) fn key(&self, name: &str) -> KeyLookup<'a> {
        if let Some((_, lookup)) = self.last_key.get().filter(|(last, _)| *last == name) {
            return lookup;
        }
        let (policy, catalog) = (self.document.policy, self.document.catalog);
        let keys = self.keys.get_or_init(|| PolicyKeys::new(policy, catalog));
        let found = keys.get(name);
        self.last_key.set(found.or(self.last_key.get()));
        found.map_or_else(|| catalog.key(name), |(_, lookup)| lookup)
    }

    /// The conditions of a statement of the policy; none for any other statement.
    pub(crate) fn conditions(&self, statement: &Statement) -> Option<Rc<ConditionIndex<'a>>> {
        let last = self.conditions.borrow().clone();
        if let Some(index) = last.filter(|index| index.origin == statement.origin) {
            return Some(index);
        }
        let statements = &self.document.policy.statements;
        let at = statements.binary_search_by_key(&statement.origin, |s| s.origin).ok()?;
        let index = Rc::new(ConditionIndex::new(statements.get(at)?));
        self.conditions.replace(Some(Rc::clone(&index)));
        Some(index)
    }

    /// The type of a condition key's value; none where the key is not known.
    pub(crate) fn key_type(&self, name: &str) -> Option<KeyType> {
        self.key(name).key_type()
    }

    pub(crate) fn kind(&self) -> PolicyKind {
        self.document.kind
    }

    pub(crate) fn resource_type(&self) -> Option<ResourceType> {
        self.document.resource_type
    }

    /// Whether policy variables are replaced, or plain text as before 2012.
    pub(crate) fn has_variables(&self) -> bool {
        self.document.policy.effective_version() >= Version::V2012
    }

    /// Where to report what is said of all statements together: their list.
    pub(crate) fn whole(&self) -> NodeId {
        let list = self.node(self.policy().origin).and_then(|policy| policy.get("Statement"));
        list.map_or(self.policy().origin, |list| list.id())
    }

    /// The syntax node of an origin.
    pub(crate) fn node(&self, origin: NodeId) -> Option<Value<'a>> {
        self.document.tree.value(origin)
    }

    pub(crate) fn range(&self, origin: NodeId) -> TextRange {
        self.document.tree.range(origin)
    }

    /// The tree of the document.
    pub(crate) fn tree(&self) -> &'a Tree {
        self.read_beyond();
        self.document.tree
    }

    /// The source of the document as a whole.
    pub(crate) fn source(&self) -> &'a str {
        self.read_beyond();
        self.document.tree.source()
    }

    /// The source text of a node, quotes and brackets included.
    pub(crate) fn text(&self, origin: NodeId) -> &'a str {
        self.node(origin).map_or("", Value::source)
    }

    fn place(&self, origin: NodeId) -> Place {
        let pointer = self.document.tree.pointer(origin);
        let pointer = pointer.strip_prefix(&self.base).map(str::to_owned).unwrap_or(pointer);
        Place { range: self.range(origin), pointer, label: String::new() }
    }

    /// Reports a finding of the running rule at a node. The message tells what is wrong:
    /// lower case, no full stop, user text in backticks.
    pub(crate) fn report(&mut self, at: NodeId, message: impl Into<String>) -> Draft<'_, 'a> {
        let meta = &self.rule.meta;
        let finding = Finding {
            rule: meta,
            level: meta.level,
            confidence: meta.confidence,
            message: one_line(message.into()),
            places: vec![self.place(at)],
            notes: Vec::new(),
            fixes: Vec::new(),
        };
        self.findings.push(finding);
        Draft { context: self }
    }
}

/// A finding that was just reported and can be said more about.
pub(crate) struct Draft<'c, 'a> {
    context: &'c mut Context<'a>,
}

impl Draft<'_, '_> {
    fn finding(&mut self) -> &mut Finding {
        let last = self.context.findings.len() - 1;
        &mut self.context.findings[last]
    }

    /// Narrows the main place to a part of the node's text, given as byte offsets into the
    /// decoded text of the string.
    pub(crate) fn part(mut self, at: NodeId, part: Range<usize>) -> Self {
        if let Some(value) = self.context.node(at) {
            let range = value.inner_range(part);
            self.finding().places[0].range = range;
        }
        self
    }

    /// Narrows the main place to the bracket that opens it: for what a whole object lacks.
    pub(crate) fn opening(mut self) -> Self {
        let range = &mut self.finding().places[0].range;
        *range = TextRange::new(range.start, range.end.min(range.start + 1));
        self
    }

    /// Narrows the main place to a range of the source.
    pub(crate) fn range(mut self, range: TextRange) -> Self {
        self.finding().places[0].range = range;
        self
    }

    /// Adds a place that belongs to the finding, with what to say there.
    pub(crate) fn and_at(mut self, at: NodeId, label: impl Into<String>) -> Self {
        let place = Place { label: label.into(), ..self.context.place(at) };
        self.finding().places.push(place);
        self
    }

    /// Adds why it is wrong, or what to do.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.finding().notes.push(one_line(note.into()));
        self
    }

    /// Sets how sure this finding is, where that is not the rule's own confidence.
    pub(crate) fn confidence(mut self, confidence: Confidence) -> Self {
        self.finding().confidence = confidence;
        self
    }

    /// Offers edits. Safe means: the set of allowed requests stays the same.
    pub(crate) fn fix(
        mut self,
        title: impl Into<String>,
        applicability: Applicability,
        mut edits: Vec<Edit>,
    ) -> Self {
        edits.sort_by_key(|e| e.range);
        self.finding().fixes.push(Fix { title: one_line(title.into()), applicability, edits });
        self
    }

    /// Offers to replace the whole text of a string, quotes kept.
    pub(crate) fn replace_string(
        self,
        at: NodeId,
        title: impl Into<String>,
        applicability: Applicability,
        text: &str,
    ) -> Self {
        let range = self.context.range(at);
        let edit = Edit { range, replacement: quoted(text) };
        self.fix(title, applicability, vec![edit])
    }

    /// Offers to delete an element of an array or a member of an object, with its comma.
    pub(crate) fn remove(
        self,
        at: NodeId,
        title: impl Into<String>,
        applicability: Applicability,
    ) -> Self {
        if self.context.statement == Some(at) {
            self.context.reads_beyond.set(true);
        }
        match removal(self.context.node(at)) {
            Some(range) => {
                let edit = Edit { range, replacement: String::new() };
                self.fix(title, applicability, vec![edit])
            }
            None => self,
        }
    }
}

/// A text with escapes in the place of its control characters, which may come from the policy.
fn one_line(text: String) -> String {
    if !text.contains(char::is_control) {
        return text;
    }
    let escaped = |c: char| match c.is_control() {
        true => c.escape_default().collect::<String>(),
        false => c.to_string(),
    };
    text.chars().map(escaped).collect()
}

/// A JSON string of that text.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// What to take out to delete an element or a member: with the comma that follows it and the
/// space after that, or, for the last one, with the comma before it.
/// A member is named by its name's or its value's node. None if it is the only one.
pub(crate) fn removal(value: Option<Value<'_>>) -> Option<TextRange> {
    let value = value?;
    let parent = value.parent()?;
    let (item, list) = if parent.kind() == NodeKind::Member {
        (parent, parent.parent()?)
    } else {
        (value, parent)
    };
    let range = item.range();
    if let Some(next) = item.next_sibling() {
        return Some(TextRange::new(range.start, next.range().start));
    }
    let before = list.children().take_while(|child| child.id() != item.id()).last()?;
    Some(TextRange::new(before.range().end, range.end))
}
