//! What can be typed next.
//!
//! The place is told from the tokens before the cursor (`cursor.rs`, `place.rs`), so that it is
//! known in broken texts, too; what the statement says so far comes from the policy as far as it
//! could be read.

mod action;
mod condition;
mod cursor;
mod element;
mod insertion;
mod place;
mod principal;
mod resource;
mod snippet;
mod value;
mod variable;

use std::collections::BTreeMap;

use keyaki_diag::{Edit, TextRange};
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{PolicyKind, Statement};

use crate::facts::Topic;
use crate::{Accounts, Document, seen};
use cursor::Cursor;
pub use insertion::{Insertion, Part};
use place::{Place, place};

/// What kind of thing is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// An element of the policy language.
    Element,
    /// A service.
    Service,
    /// An action.
    Action,
    /// A pattern of actions.
    Pattern,
    /// A resource.
    Resource,
    /// A condition operator.
    Operator,
    /// A condition key.
    Key,
    /// A value.
    Value,
    /// A principal.
    Principal,
    /// A policy variable.
    Variable,
    /// A longer piece of text.
    Snippet,
}

/// One offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// How it is called.
    pub label: String,
    /// What kind of thing it is.
    pub kind: CompletionKind,
    /// A few words more.
    pub detail: String,
    /// What it replaces: on one line, and the cursor is in it.
    pub replace: TextRange,
    /// What it puts there.
    pub insertion: Insertion,
    /// What the replaced text up to the cursor is compared with.
    pub filter: String,
    /// Offers with a smaller rank come first.
    pub rank: u32,
    /// What else changes.
    pub also: Option<Edit>,
    /// More to read about it.
    pub topic: Option<Topic>,
    /// Whether AWS no longer lists it.
    pub is_deprecated: bool,
    /// Whether there is more to choose right after it.
    pub continues: bool,
}

/// The offers at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// The offers, the best first.
    pub items: Vec<Completion>,
    /// Whether typing on may bring others.
    pub is_incomplete: bool,
}

/// More offers than this are of no use.
const MOST_ITEMS: usize = 300;

/// What can be typed at an offset. Account ids that were seen elsewhere are offered, too.
pub fn complete(document: &Document, offset: u32, elsewhere: &[&Accounts]) -> Completions {
    if !document.is_json() {
        return Completions::default();
    }
    let Some(cursor) = Cursor::at(&document.tree, offset) else { return Completions::default() };
    let Some((place, statement)) = place(document, &cursor) else { return Completions::default() };
    let mut sink = Sink { elsewhere, ..Sink::new(document, cursor, statement) };
    sink.fill(place);
    sink.finish()
}

/// The offers so far, and what they depend on.
struct Sink<'d> {
    document: &'d Document,
    elsewhere: &'d [&'d Accounts],
    cursor: Cursor<'d>,
    kind: PolicyKind,
    statement: Option<&'d Statement>,
    items: Vec<Completion>,
    is_incomplete: bool,
}

impl<'d> Sink<'d> {
    fn new(document: &'d Document, cursor: Cursor<'d>, statement: Option<u32>) -> Self {
        let starts = |s: &&Statement| Some(document.range(s.origin).start) == statement;
        let kind = document.policy_at(cursor.offset).map_or(PolicyKind::Identity, |read| read.kind);
        let statement = document.statements().find(starts);
        let (elsewhere, items) = (&[][..], Vec::new());
        Sink { document, elsewhere, cursor, kind, statement, items, is_incomplete: false }
    }

    /// The account ids that this document and others name, each with where it was seen.
    fn accounts(&self) -> BTreeMap<&'d str, &'static str> {
        let elsewhere = self.elsewhere.iter().copied().flatten();
        let elsewhere = elsewhere.map(|account| (&**account, "account of another document"));
        let here = seen::accounts(self.document).iter();
        elsewhere.chain(here.map(|account| (&**account, "account of this document"))).collect()
    }

    fn fill(&mut self, place: Place<'d>) {
        match place {
            Place::Document => snippet::documents(self),
            Place::PolicyName => element::of_policy(self),
            Place::Version => element::versions(self),
            Place::Statement => snippet::statements(self),
            Place::StatementName => element::of_statement(self),
            Place::Effect => element::effects(self),
            Place::Action => action::actions(self),
            Place::Resource => resource::resources(self),
            Place::Principal => principal::forms(self),
            Place::PrincipalKind => principal::kinds(self),
            Place::PrincipalOf(kind) => principal::principals(self, kind),
            Place::Condition => condition::blocks(self),
            Place::Operator => condition::operators(self),
            Place::OperatorBlock => condition::block(self),
            Place::Key(operator) => condition::keys(self, operator),
            Place::Value { operator, key } => value::values(self, operator, key),
        }
    }

    fn finish(mut self) -> Completions {
        self.items.sort_by(|a, b| (a.rank, &a.label).cmp(&(b.rank, &b.label)));
        self.items.dedup_by(|a, b| a.label == b.label && a.kind == b.kind);
        let is_incomplete = self.is_incomplete || self.items.len() > MOST_ITEMS;
        self.items.truncate(MOST_ITEMS);
        Completions { items: self.items, is_incomplete }
    }

    /// An offer of a string, in the place of what is typed.
    fn string(&mut self, kind: CompletionKind, text: &str) -> &mut Completion {
        self.text(kind, text, Insertion::text(text))
    }

    /// An offer of a string with stops.
    fn text(&mut self, kind: CompletionKind, label: &str, text: Insertion) -> &mut Completion {
        let insertion = text.escaped().quoted();
        self.raw(kind, label, insertion, format!("\"{label}\""))
    }

    /// An offer of a member: its name and a value.
    fn member(&mut self, kind: CompletionKind, name: &str, value: Insertion) -> &mut Completion {
        self.named(kind, name, Insertion::text(name), value)
    }

    /// An offer of a member whose name has stops.
    fn named(
        &mut self,
        kind: CompletionKind,
        label: &str,
        name: Insertion,
        value: Insertion,
    ) -> &mut Completion {
        let name = name.escaped().quoted();
        let has_value = self.cursor.next == Some(keyaki_syntax::TokenKind::Colon);
        let insertion = if has_value { name } else { name.then(": ").join(value) };
        self.raw(kind, label, insertion, format!("\"{label}\""))
    }

    /// An offer of any text.
    fn raw(
        &mut self,
        kind: CompletionKind,
        label: &str,
        insertion: Insertion,
        filter: String,
    ) -> &mut Completion {
        let comma = if self.cursor.needs_comma_after() { "," } else { "" };
        let is_quoted = self.cursor.typed.is_some_and(|typed| typed.is_quoted);
        let filter = if is_quoted { filter } else { label.to_owned() };
        let missing = self.cursor.missing_comma.map(TextRange::empty);
        self.items.push(Completion {
            label: label.to_owned(),
            kind,
            detail: String::new(),
            replace: self.cursor.outer(),
            insertion: insertion.then(comma),
            filter,
            rank: 50,
            also: missing.map(|range| Edit { range, replacement: ",".to_owned() }),
            topic: None,
            is_deprecated: false,
            continues: false,
        });
        let last = self.items.len() - 1;
        &mut self.items[last]
    }

    /// The entries that the element at the cursor has already.
    fn has(&self, name: &str) -> bool {
        let before = self.cursor.frame().into_iter().flat_map(|frame| &frame.entries);
        before.chain(&self.cursor.later).any(|entry| entry.eq_ignore_ascii_case(name))
    }
}

/// How well a name fits what is typed; none where it does not fit. What is typed may have wildcards
/// or leave out letters.
fn fit(name: &str, typed: &str) -> Option<u32> {
    if glob::has_wildcard(typed) {
        return glob::matches(&format!("{typed}*"), name, Case::Insensitive).then_some(10);
    }
    let (name, typed) = (name.to_ascii_lowercase(), typed.to_ascii_lowercase());
    if name.starts_with(&typed) {
        return Some(10);
    }
    if name.contains(&typed) {
        return Some(20);
    }
    let mut letters = name.chars();
    typed.chars().all(|wanted| letters.any(|c| c == wanted)).then_some(30)
}
