//! What expressions of Terraform come to, as far as it is known before the plan is applied.
//!
//! What depends on the deployment is a hole, never an error and never a guess: variables, even
//! those with a default, attributes of resources, data sources, outputs of modules, and functions
//! that are not worked out here. Local values are what they are defined as, policy documents what
//! their blocks say. Of a condition that is not known, one branch is taken for all conditions at a
//! time; a file is read once with each.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/expressions>.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use hcl_edit::expr::{
    Expression, ForExpr, FuncCall, Object, ObjectKey, Traversal, TraversalOperator, UnaryOperator,
};
use hcl_edit::{Decorated, Ident, Span as _};
use keyaki_diag::TextRange;

use super::attached::{range, range_of};
use super::file::File;
use super::label::{MAX_NOTE, OF, mentions_iteration};
use super::module::{DOCUMENT, Module};
use super::text;
use super::turn::certain;
use crate::host::Assumed;
use crate::host::document;
use crate::host::value::{Kind, Value};

/// How deep values may nest, with all that they refer to.
pub(super) const MAX_DEPTH: u32 = 96;

/// So many bytes of a text are as much work as a value.
pub(super) const BYTES_PER_STEP: usize = 64;

/// How many values are worked out for a file, beside one for each of its bytes.
pub(super) const MIN_STEPS: usize = 20_000;

/// What works out expressions, under assumptions about the conditions that are not known.
pub(super) struct Evaluator<'a> {
    pub(super) module: &'a Module<'a>,
    pub(super) assumed: &'a Assumed,
    /// The conditions that were asked for and are not known.
    pub(super) seen: &'a RefCell<BTreeSet<String>>,
    /// How many values may yet be worked out for the file.
    pub(super) left: &'a Cell<usize>,
    /// The policies that came from other files, standing for the references to them.
    pub(super) foreign: RefCell<Vec<(PathBuf, Value)>>,
    /// How holes and conditions are written, by their labels: noted where a block is told.
    pub(super) notes: &'a RefCell<Notes>,
    /// How many values were not known that may be another one each time.
    pub(super) count: Cell<u32>,
    /// How many conditions were asked for of which each turn of a loop may decide otherwise.
    pub(super) mixed: Cell<u32>,
}

/// Expressions by the labels of the holes and conditions that they are.
pub(super) type Notes = BTreeMap<String, String>;

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) file: &'s File,
    pub(super) bound: Option<&'s Bound<'s>>,
    pub(super) depth: u32,
    /// The block whose `each` and `count` are meant; empty where blocks are not told apart.
    pub(super) block: &'s str,
}

/// A name that stands for a value within an expression or a block.
pub(super) struct Bound<'s> {
    pub(super) name: &'s str,
    pub(super) value: &'s Value,
    pub(super) outer: Option<&'s Bound<'s>>,
    /// How the loop is written where the value stands for that of any turn; else empty.
    pub(super) any_of: &'s str,
}

impl<'s> Scope<'s> {
    pub(super) fn of(file: &'s File) -> Scope<'s> {
        Scope { file, bound: None, depth: 0, block: "" }
    }

    pub(super) fn deeper(self) -> Scope<'s> {
        Scope { depth: self.depth + 1, ..self }
    }

    /// The names that stand for values here, the innermost first.
    fn bounds(&self) -> impl Iterator<Item = &'s Bound<'s>> {
        std::iter::successors(self.bound, |own| own.outer)
    }

    /// Whether a text has a name that stands for a value here.
    pub(super) fn binds_in(&self, text: &str) -> bool {
        self.bounds().any(|own| text.contains(own.name))
    }

    /// Whether a text has a name that stands for one value after the other here; one that is too
    /// long to be noted may have been cut.
    pub(super) fn varies_in(&self, text: &str) -> bool {
        let has = |name: &str| text.len() > MAX_NOTE || text.contains(name);
        self.bounds().any(|own| own.any_of.is_empty() && has(own.name))
    }

    /// The loops with names in a text that stand for what is in any of their turns.
    pub(super) fn loops_in(&self, text: &str) -> impl Iterator<Item = &'s str> {
        let bounds = self.bounds().filter(move |own| text.contains(own.name));
        let mut loops: Vec<&str> = bounds.map(|own| own.any_of).collect();
        loops.dedup();
        loops.into_iter().filter(|text| !text.is_empty())
    }

    fn value(&self, name: &str) -> Option<&'s Value> {
        self.bounds().find(|own| own.name == name).map(|own| own.value)
    }
}

impl Evaluator<'_> {
    /// What an expression comes to.
    pub(super) fn value(&self, expression: &Expression, scope: Scope<'_>) -> Value {
        let range = range_of(expression);
        if scope.depth >= MAX_DEPTH || !self.take(1 + weight(expression, range)) {
            return self.unknown(range, scope);
        }
        let scope = scope.deeper();
        match expression {
            Expression::Null(_) => Value::new(range, Kind::Null),
            Expression::Bool(value) => Value::new(range, Kind::Bool(**value)),
            Expression::Number(number) => {
                Value::new(range, Kind::Number(number.value().to_string()))
            }
            Expression::String(_) => text::quoted(&scope.file.text, range),
            Expression::Array(items) => {
                let items = items.iter().map(|item| self.value(item, scope)).collect();
                Value::new(range, Kind::List(items))
            }
            Expression::Object(object) => self.object(object, range, scope),
            Expression::StringTemplate(template) => self.template(template, range, scope),
            Expression::HeredocTemplate(heredoc) => self.template(&heredoc.template, range, scope),
            Expression::Parenthesis(inner) => self.value(inner.inner(), scope),
            Expression::Variable(name) => self.variable(name, range, scope),
            Expression::Conditional(conditional) => {
                match self.holds(&conditional.cond_expr, scope) {
                    true => self.value(&conditional.true_expr, scope),
                    false => self.value(&conditional.false_expr, scope),
                }
            }
            Expression::FuncCall(call) => self.call(call, range, scope),
            Expression::Traversal(traversal) => self.traversal(traversal, range, scope),
            Expression::UnaryOp(operation) => {
                let value = self.value(&operation.expr, scope);
                match (operation.operator.value(), value.kind) {
                    (UnaryOperator::Not, Kind::Bool(value)) => {
                        Value::new(range, Kind::Bool(!value))
                    }
                    _ => self.unknown(range, scope),
                }
            }
            Expression::BinaryOp(_) => self.unknown(range, scope),
            Expression::ForExpr(each) => self.each(each, range, scope),
        }
    }

    /// Takes from the work that may be done.
    pub(super) fn take(&self, steps: usize) -> bool {
        let left = self.left.get().checked_sub(steps);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Whether a condition is true, or taken for it.
    pub(super) fn holds(&self, condition: &Expression, scope: Scope<'_>) -> bool {
        if let Expression::Parenthesis(inner) = condition {
            return self.holds(inner.inner(), scope);
        }
        if let Expression::UnaryOp(operation) = condition
            && *operation.operator.value() == UnaryOperator::Not
            && scope.depth < MAX_DEPTH
        {
            return !self.holds(&operation.expr, scope.deeper());
        }
        if let Kind::Bool(value) = self.value(condition, scope).kind {
            return value;
        }
        let text = range_of(condition).slice(&scope.file.text);
        self.assume(text, scope)
    }

    fn object(&self, object: &Object, range: TextRange, scope: Scope<'_>) -> Value {
        let entry = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
            let name = match key {
                ObjectKey::Ident(name) => {
                    let at = key_range(&scope.file.text, name, value.expr());
                    Value::made(name.as_str(), at)
                }
                ObjectKey::Expression(key) => {
                    let key = self.value(key, scope);
                    let pieces = key.pieces().map(Kind::Text);
                    Value::new(key.range, pieces.unwrap_or(self.unknown(key.range, scope).kind))
                }
            };
            (name, self.value(value.expr(), scope))
        };
        let entries: Vec<(Value, Value)> = object.iter().map(entry).collect();
        Value::new(range, Kind::Map(entries))
    }

    fn variable(&self, name: &Decorated<Ident>, range: TextRange, scope: Scope<'_>) -> Value {
        match scope.value(name.as_str()) {
            Some(value) if self.take(value.size()) => value.clone(),
            Some(_) => self.unknown(range, scope),
            None => self.reference(name.as_str(), &[], range, scope),
        }
    }

    fn traversal(&self, traversal: &Traversal, range: TextRange, scope: Scope<'_>) -> Value {
        let operators = &traversal.operators[..];
        let Expression::Variable(root) = &traversal.expr else {
            let base = self.value(&traversal.expr, scope);
            return self.walk(base, operators, range, scope);
        };
        if scope.value(root.as_str()).is_some() {
            let base = self.variable(root, range, scope);
            return self.walk(base, operators, range, scope);
        }
        let names: Vec<Option<&str>> = operators.iter().map(|o| attribute(o)).collect();
        let base = match (root.as_str(), &names[..]) {
            ("local", [Some(name), ..]) => self.local(name, range, scope).map(|value| (value, 1)),
            ("data", [Some(DOCUMENT), Some(name), .., Some("json" | "minified_json")])
                if scope.block.is_empty() || !operators.iter().any(|o| is_splat(o)) =>
            {
                let told = self.label("data", &operators[..operators.len() - 1], scope);
                self.document(name, told, range, scope).map(|value| (value, operators.len()))
            }
            _ => None,
        };
        match base {
            Some((base, used)) => self.walk(base, &operators[used..], range, scope),
            None => self.reference(root.as_str(), operators, range, scope),
        }
    }

    /// Follows operators into a value.
    fn walk(
        &self,
        mut value: Value,
        operators: &[Decorated<TraversalOperator>],
        range: TextRange,
        scope: Scope<'_>,
    ) -> Value {
        for (at, operator) in operators.iter().enumerate() {
            let found = match operator.value() {
                TraversalOperator::GetAttr(name) => member(&value, name.as_str()),
                TraversalOperator::LegacyIndex(index) => item(&value, **index),
                TraversalOperator::Index(index) => {
                    let index = self.value(index, scope);
                    if let Kind::Number(number) = &index.kind {
                        number.parse().ok().and_then(|index| item(&value, index))
                    } else {
                        index.plain().and_then(|name| member(&value, &name))
                    }
                }
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                    let Some(items) = value.items() else { return self.unknown(range, scope) };
                    let rest = operators.get(at + 1..).unwrap_or_default();
                    let walk = |item: &Value| self.walk(item.clone(), rest, range, scope);
                    let items = items.iter().map(walk).collect();
                    return Value::new(value.range, Kind::List(items));
                }
            };
            match found {
                Some(found) => value = found,
                None => {
                    let rest = operators.get(at..).unwrap_or_default();
                    let found = self.attribute_in_loop(&value, rest);
                    return found.unwrap_or_else(|| self.unknown(range, scope));
                }
            }
        }
        value
    }

    /// A local value of the module.
    fn local(&self, name: &str, at: TextRange, scope: Scope<'_>) -> Option<Value> {
        let (file, expression) = self.module.local(name)?;
        let inner = Scope { file, bound: None, ..scope };
        Some(self.across(file, at, scope, || self.value(expression, inner)))
    }

    /// The JSON of a policy document of the module; `told` is what its block is called.
    fn document(
        &self,
        name: &str,
        told: Option<String>,
        at: TextRange,
        scope: Scope<'_>,
    ) -> Option<Value> {
        let (file, block) = self.module.document(name)?;
        let told = match told {
            _ if scope.block.is_empty() => String::new(),
            Some(told) if mentions_iteration(&told) => format!("{told}{OF}{}", scope.block),
            Some(told) => told,
            None => return None,
        };
        let inner = Scope { file, bound: None, block: &told, ..scope };
        let policy = || {
            let policy = document::policy(&self.block(block, inner), !scope.block.is_empty());
            policy.map_or_else(|| self.unknown(at, scope), Value::into_json)
        };
        Some(self.across(file, at, scope, policy))
    }

    /// A value of a file. One of another file stands for the reference to it.
    fn across(
        &self,
        file: &File,
        at: TextRange,
        scope: Scope<'_>,
        value: impl FnOnce() -> Value,
    ) -> Value {
        let own = self.module.own;
        if !std::ptr::eq(scope.file, own) || std::ptr::eq(file, own) {
            return value();
        }
        let known = self.foreign.borrow().len();
        let value = value();
        if !self.take(value.size()) {
            return self.unknown(at, scope);
        }
        let value = value.at(at);
        let mut foreign = self.foreign.borrow_mut();
        foreign.truncate(known);
        if let Kind::Json(_) | Kind::Text(_) = value.kind {
            foreign.push((file.path.clone(), value.clone()));
        }
        value
    }

    fn call(&self, call: &FuncCall, range: TextRange, scope: Scope<'_>) -> Value {
        let known = !call.name.is_namespaced() && !call.args.expand_final();
        let arguments: Vec<&Expression> = call.args.iter().collect();
        let value = known.then(|| self.function(call.name.name.as_str(), &arguments, range, scope));
        value.flatten().unwrap_or_else(|| self.unknown(range, scope))
    }

    /// The list or map that a `for` makes; where not all turns are known, a list of any number of
    /// items, or a hole.
    fn each(&self, each: &ForExpr, range: TextRange, scope: Scope<'_>) -> Value {
        let collection = self.value(&each.intro.collection_expr, scope);
        let known = self.known_turns(each, &collection, range, scope);
        let any = || self.any_turns(each, &collection, range, scope);
        known.or_else(any).unwrap_or_else(|| self.unknown(range, scope))
    }

    /// The list or map that a `for` makes; none if not all of it is known.
    fn known_turns(
        &self,
        each: &ForExpr,
        collection: &Value,
        range: TextRange,
        scope: Scope<'_>,
    ) -> Option<Value> {
        let mut items = Vec::new();
        let mut entries = Vec::new();
        for (key, value) in pairs(collection, |item| self.key_of(item))? {
            let added = turn(each, [&key, value], "", scope, |scope| self.added(each, scope))?;
            match added {
                Some((None, value)) => items.push(value),
                Some((Some(key), value)) => entries.push((key, value)),
                None => continue,
            }
            self.take(1).then_some(())?;
        }
        match each.key_expr {
            None => Some(Value::new(range, Kind::List(items))),
            Some(_) if !each.grouping => Some(Value::new(range, Kind::Map(entries))),
            Some(_) => None,
        }
    }

    /// The key of an item of what may be a list or a set: another one each time.
    pub(super) fn key_of(&self, item: &Value) -> Value {
        self.count.set(self.count.get() + 1);
        Value::hole(format!("key at {} #{}", item.range.start, self.count.get()), item.range)
    }

    /// What a turn adds, with its key in a map, if it adds something; none if that is not known.
    #[expect(clippy::option_option, reason = "nothing is added, or nobody knows what")]
    fn added(&self, each: &ForExpr, scope: Scope<'_>) -> Option<Option<(Option<Value>, Value)>> {
        if let Some(condition) = &each.cond {
            let Kind::Bool(holds) = self.value(&condition.expr, scope).kind else { return None };
            if !holds {
                return Some(None);
            }
        }
        let value = self.value(&each.value_expr, scope);
        let Some(key) = &each.key_expr else { return Some(Some((None, value))) };
        let key = self.value(key, scope);
        let key = Value::new(key.range, Kind::Text(key.pieces()?));
        Some(Some((Some(key), value)))
    }

    /// The list of objects that a `for` makes of which not all turns are known.
    fn any_turns(
        &self,
        each: &ForExpr,
        collection: &Value,
        range: TextRange,
        scope: Scope<'_>,
    ) -> Option<Value> {
        let is_list = each.key_expr.is_none() && matches!(each.value_expr, Expression::Object(_));
        let certain = certain(collection, |item| self.key_of(item)).filter(|_| is_list)?;
        let item = |scope: Scope<'_>| self.value(&each.value_expr, scope);
        let mut items = Vec::new();
        for (key, value) in certain.into_iter().filter(|_| each.cond.is_none()) {
            items.push(turn(each, [&key, value], "", scope, item));
            self.take(1).then_some(())?;
        }
        let turns = self.any_loop("all = ", range, scope)?;
        let key = each.intro.key_var.as_ref().map_or("key", |name| name.as_str());
        let names = [key, each.intro.value_var.as_str()];
        let [key, value] = names.map(|name| self.in_any_turn(name, &turns, scope));
        let one = || turn(each, [&key, &value], &turns.text, scope, item);
        items.push(self.any_number(&turns, scope, one));
        Some(Value::new(range, Kind::List(items)))
    }
}

/// What something comes to in a turn of a `for`.
fn turn<T>(
    each: &ForExpr,
    [key, value]: [&Value; 2],
    any_of: &str,
    scope: Scope<'_>,
    then: impl FnOnce(Scope<'_>) -> T,
) -> T {
    let name = each.intro.value_var.as_str();
    let inner = Bound { name, value, outer: scope.bound, any_of };
    let outer = each.intro.key_var.as_ref().map(|name| Bound {
        name: name.as_str(),
        value: key,
        outer: Some(&inner),
        any_of,
    });
    then(Scope { bound: outer.as_ref().or(Some(&inner)), ..scope })
}

fn is_splat(operator: &TraversalOperator) -> bool {
    matches!(operator, TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_))
}

/// The work of an expression beside that of its parts.
fn weight(expression: &Expression, range: TextRange) -> usize {
    let is_text = expression.is_str() || expression.is_template() || expression.is_traversal();
    if is_text { (range.end - range.start) as usize / BYTES_PER_STEP } else { 0 }
}

/// The items of a list or map with their keys; none if the collection is not known. The keys of
/// lists are left open: what looks like a list may be a set.
pub(super) fn pairs(
    collection: &Value,
    key_of: impl Fn(&Value) -> Value,
) -> Option<Vec<(Value, &Value)>> {
    match &collection.kind {
        Kind::List(items) => {
            // A hole may stand for any number of items.
            let is_known = items.iter().all(|item| !item.is_hole());
            is_known.then(|| items.iter().map(|item| (key_of(item), item)).collect())
        }
        Kind::Map(entries) => in_order(entries),
        Kind::Text(_)
        | Kind::Bool(_)
        | Kind::Number(_)
        | Kind::Null
        | Kind::Json(_)
        | Kind::Hole(_)
        | Kind::Repeated(..) => None,
    }
}

/// The entries of a map in order of their names, the last of each name; none if not all are known.
fn in_order(entries: &[(Value, Value)]) -> Option<Vec<(Value, &Value)>> {
    if let [(key, value)] = entries {
        return Some(vec![(key.clone(), value)]);
    }
    let mut all: BTreeMap<String, (Value, &Value)> = BTreeMap::new();
    for (key, value) in entries {
        all.insert(key.plain()?, (key.clone(), value));
    }
    Some(all.into_values().collect())
}

/// The value of a name; none where another name may be that, too.
fn member(map: &Value, name: &str) -> Option<Value> {
    let is_known = map.entries().iter().all(|(own, _)| own.plain().is_some());
    is_known.then(|| map.member(name).cloned()).flatten()
}

/// An item of a list. Where items are texts that are not known, their order may not be, either:
/// what looks like a list may be a set.
fn item(list: &Value, index: u64) -> Option<Value> {
    let items = list.items()?;
    let at = usize::try_from(index).ok()?;
    let is_open = |item: &Value| match item.kind {
        Kind::Text(_) => item.plain().is_none(),
        Kind::Json(_) => true,
        Kind::Bool(_) | Kind::Number(_) | Kind::Null => false,
        Kind::List(_) | Kind::Map(_) => false,
        // A hole may stand for any number of items.
        Kind::Hole(_) | Kind::Repeated(..) => true,
    };
    let is_known = items.len() == 1 && !items[0].is_hole() || !items.iter().any(is_open);
    is_known.then(|| items.get(at).cloned()).flatten()
}

pub(super) fn attribute(operator: &Decorated<TraversalOperator>) -> Option<&str> {
    match operator.value() {
        TraversalOperator::GetAttr(name) => Some(name.as_str()),
        TraversalOperator::AttrSplat(_)
        | TraversalOperator::FullSplat(_)
        | TraversalOperator::Index(_)
        | TraversalOperator::LegacyIndex(_) => None,
    }
}

/// Where a name of an object stands: before its value.
fn key_range(text: &str, name: &Decorated<Ident>, value: &Expression) -> TextRange {
    if let Some(span) = name.span() {
        return range(Some(span));
    }
    let value = range_of(value);
    let before = text.get(..value.start as usize).unwrap_or_default().trim_end();
    let before = before.strip_suffix(['=', ':']).unwrap_or_default().trim_end();
    match before.ends_with(name.as_str()) {
        true => {
            let end = before.len() as u32;
            TextRange::new(end - name.as_str().len() as u32, end)
        }
        false => TextRange::empty(value.start),
    }
}
