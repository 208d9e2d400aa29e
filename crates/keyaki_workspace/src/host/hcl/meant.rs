//! Whom a reference or a name means.

use hcl_edit::expr::{Expression, FuncCall, Traversal};
use hcl_edit::visit::{self, Visit};

use super::attaching::NAMES;
use super::definition::Words;
use super::grants::{Reader, Target};
use super::label::OF;
use super::policies::spelled;
use super::turn::is_in_loop;
use crate::host::value::{Kind, Piece, Value};
use crate::host::written::plain_label;

/// Whether somebody is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// Somebody else.
    No,
    /// That is not known.
    Maybe,
    /// Yes; of several resources, perhaps by more than one.
    This,
    /// Yes, by the one of several resources that has the same index.
    Aligned,
}

/// Arguments of modules that hand on nothing.
const IDLE: [&str; 5] = ["count", "depends_on", "providers", "source", "version"];

impl Reader<'_, '_> {
    /// Whether a name, or one of a list, means somebody.
    pub(super) fn meant(&self, named: &Value, target: &Target<'_, '_>) -> Meant {
        let items = named.items().unwrap_or(std::slice::from_ref(named));
        let mut found = Meant::No;
        for item in items {
            match self.means(item, target) {
                Meant::No => {}
                Meant::Maybe => found = Meant::Maybe,
                sure @ (Meant::This | Meant::Aligned) => return sure,
            }
        }
        found
    }

    fn means(&self, item: &Value, target: &Target<'_, '_>) -> Meant {
        if let Kind::Hole(label) = &item.kind
            && let Some(meant) = self.referred(label, target)
        {
            return meant;
        }
        match item.pieces() {
            Some(pieces) => is_named(item, &pieces, target),
            None => Meant::Maybe,
        }
    }

    /// Whom a label means; none if it is no reference to somebody of that kind.
    fn referred(&self, label: &str, target: &Target<'_, '_>) -> Option<Meant> {
        let kind = target.who.resource.kind;
        let start = label.split(OF).next().unwrap_or(label);
        if start.starts_with('…') {
            let all = self.names(label)?;
            let is_other = |word: &String| {
                let steps: Vec<&str> = word.split('.').collect();
                let is_name =
                    matches!(steps[..], [own, _, name] if own == kind && NAMES.contains(&name));
                is_name && !is_of_address(word, target)
            };
            return all.iter().all(is_other).then_some(Meant::No);
        }
        let rest = start.strip_prefix(kind)?.strip_prefix('.')?;
        let name = rest.split(['.', '[']).next().unwrap_or(rest);
        let rest = rest.strip_prefix(name).unwrap_or_default();
        let (index, attribute) = match rest.strip_prefix('[').and_then(|r| r.rsplit_once(']')) {
            Some((index, attribute)) => (Some(index), attribute),
            None => (None, rest),
        };
        if !attribute.is_empty() && !attribute.strip_prefix('.').is_some_and(|a| NAMES.contains(&a))
        {
            return Some(Meant::Maybe);
        }
        if name != target.who.resource.name {
            let is_here = self.stack.block(&format!("{kind}.{name}")).is_some();
            return Some(if is_here { Meant::No } else { Meant::Maybe });
        }
        Some(index.map_or(Meant::This, |index| indexed(index, target)))
    }

    /// What an expression refers to that is a hole as a whole.
    fn words(&self, label: &str) -> Option<Vec<String>> {
        let notes = self.stack.notes.borrow();
        let words = Words::of_text(notes.get(&plain_label(label))?)?;
        (!words.all.is_empty()).then_some(words.all)
    }

    /// What an expression refers to that is a hole as a whole and can be nothing but one of these.
    fn names(&self, label: &str) -> Option<Vec<String>> {
        let notes = self.stack.notes.borrow();
        let expression = hcl_edit::parser::parse_expr(notes.get(&plain_label(label))?).ok()?;
        let mut only = Only::default();
        only.visit_expr(&expression);
        drop(notes);
        self.words(label).filter(|_| !only.is_more)
    }

    /// Whether something is given away by which somebody may be given more policies.
    pub(super) fn hands_on(&self, arguments: &Value, target: &Target<'_, '_>) -> bool {
        let counts = |name: &Value| !name.plain().is_some_and(|name| IDLE.contains(&&*name));
        let mut all = arguments.entries().iter();
        all.any(|(name, value)| counts(name) && self.leads_to(value, target))
    }

    fn leads_to(&self, value: &Value, target: &Target<'_, '_>) -> bool {
        let leads = |item: &Value| self.leads_to(item, target);
        let label = |label: &str| match self.referred(label, target) {
            Some(meant) => meant != Meant::No,
            None => match self.words(label).filter(|_| label.starts_with('…') || is_in_loop(label))
            {
                Some(words) => words.iter().any(|word| is_of_address(word, target)),
                None => false,
            },
        };
        let is_name = || {
            let name = target.arguments.member("name").map(spelled);
            name.is_some_and(|name| !name.is_empty() && name == spelled(value))
        };
        match &value.kind {
            Kind::Hole(own) => label(own) || is_name(),
            Kind::Text(pieces) => {
                let piece = |piece: &Piece| match piece {
                    Piece::Hole(own, _) => label(own),
                    Piece::Json(value) => leads(value),
                    Piece::Text(_) | Piece::Made(..) => false,
                };
                is_name() || pieces.iter().any(piece)
            }
            Kind::List(items) => items.iter().any(leads),
            Kind::Map(entries) => entries.iter().any(|(name, own)| leads(name) || leads(own)),
            Kind::Json(value) => leads(value),
            Kind::Repeated(own, one) => label(own) || leads(one),
            Kind::Bool(_) | Kind::Number(_) | Kind::Null => false,
        }
    }
}

/// Whether an expression is more than a choice among references.
#[derive(Default)]
struct Only {
    is_more: bool,
}

impl Visit for Only {
    fn visit_expr(&mut self, node: &Expression) {
        let is_choice = node.is_array() || node.is_func_call() || node.is_traversal();
        match is_choice || matches!(node, Expression::Parenthesis(_)) {
            true => visit::visit_expr(self, node),
            false => self.is_more = true,
        }
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        let own = (!node.name.is_namespaced()).then(|| node.name.name.as_str());
        match (own, node.args.iter().next()) {
            (Some("element"), Some(first)) => self.visit_expr(first),
            (Some("one" | "try" | "coalesce"), _) => visit::visit_func_args(self, &node.args),
            _ => self.is_more = true,
        }
    }

    /// Of references alone; what their indices are does not matter.
    fn visit_traversal(&mut self, node: &Traversal) {
        self.is_more |= node.expr.as_variable().is_none();
    }
}

/// Whether an index means this instance.
fn indexed(index: &str, target: &Target<'_, '_>) -> Meant {
    let is_written = index.starts_with('"') || index.bytes().all(|b| b.is_ascii_digit());
    match (target.who.instance, index) {
        (Some(own), index) if own.index == index => Meant::This,
        (Some(_), _) if is_written => Meant::No,
        (None, "each.key" | "count.index") => Meant::Aligned,
        (None, "each.value") => Meant::This,
        (Some(_) | None, _) => Meant::Maybe,
    }
}

/// Whether a word refers to somebody.
fn is_of_address(word: &str, target: &Target<'_, '_>) -> bool {
    let own = target.who.resource;
    let mut steps = word.split('.');
    steps.next() == Some(own.kind) && steps.next() == Some(own.name)
}

/// Whether a text is the name of somebody. What Terraform makes up as a name is in no variable.
fn is_named(item: &Value, pieces: &[Piece], target: &Target<'_, '_>) -> Meant {
    let is_variable = |piece: &Piece| match piece {
        Piece::Hole(label, _) => label.starts_with("var."),
        Piece::Json(_) => false,
        Piece::Text(_) | Piece::Made(..) => true,
    };
    let Some(own) = target.arguments.member("name") else {
        return if pieces.iter().all(is_variable) { Meant::No } else { Meant::Maybe };
    };
    let Some(name) = own.pieces() else { return Meant::Maybe };
    if let (Some(one), Some(other)) = (item.plain(), own.plain()) {
        let is_same = one.eq_ignore_ascii_case(&other);
        return if is_same { Meant::This } else { Meant::No };
    }
    if spelled(item) == spelled(own) {
        return Meant::This;
    }
    let (starts, ends) = ([pieces, &name].map(start), [pieces, &name].map(end));
    let may_be = |[one, other]: &[String; 2]| one.starts_with(other) || other.starts_with(one);
    if may_be(&starts) && may_be(&ends) { Meant::Maybe } else { Meant::No }
}

/// The text before the first hole.
fn start(pieces: &[Piece]) -> String {
    pieces.iter().map_while(Piece::plain).collect::<String>().to_ascii_lowercase()
}

/// The text after the last hole, backwards.
fn end(pieces: &[Piece]) -> String {
    let known: Vec<&str> = pieces.iter().rev().map_while(Piece::plain).collect();
    known.iter().flat_map(|text| text.chars().rev()).collect::<String>().to_ascii_lowercase()
}
