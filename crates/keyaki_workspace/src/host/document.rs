//! The policy that the data source `aws_iam_policy_document` of Terraform makes.
//!
//! The arguments are given as one value, blocks as lists of maps, as plans have them and as the
//! reader of Terraform's language puts them together. What is not known stays a hole: a statement,
//! an element, or an item of a list.
//!
//! Merging, in this order: `source_json` and `source_policy_documents`, the statements of the data
//! source itself, `override_json` and `override_policy_documents`. A statement with a `Sid` takes
//! the place of the one that has it; all others are added at the end. Statements of
//! `source_policy_documents` with one `Sid` between them are refused by Terraform: both are kept,
//! so that the rule about equal `Sid`s tells them. What is not known may have any `Sid`.
//!
//! Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use keyaki_diag::TextRange;

use super::node::Text;
use super::value::{Kind, OF, Piece, Value};
use super::written::Written;

/// The version that is written where none is given.
const VERSION: &str = "2012-10-17";

/// The lists of a statement: the element, the argument, and whether `&{…}` stands for `${…}`.
const LISTS: [(&str, &str, bool); 4] = [
    ("Action", "actions", false),
    ("NotAction", "not_actions", false),
    ("Resource", "resources", true),
    ("NotResource", "not_resources", true),
];

/// The policy of the arguments of a data source; none if it has no statements.
///
/// A statement that may be replaced is a hole, or where nothing is proved of it, as it is written.
pub(crate) fn policy(arguments: &Value, is_proof: bool) -> Option<Value> {
    let merged = Merged::of(arguments, is_proof);
    if merged.statements.is_empty() {
        return None;
    }
    let range = arguments.range;
    let start = TextRange::empty(range.start);
    let mut entries = vec![(Value::made("Version", start), merged.version)];
    entries.extend(merged.id.map(|id| (Value::made("Id", start), id)));
    let statements = Value::new(range, Kind::List(merged.statements));
    entries.push((Value::made("Statement", start), statements));
    Some(Value::new(range, Kind::Map(entries)))
}

/// What several documents come to.
struct Merged {
    version: Value,
    id: Option<Value>,
    statements: Vec<Value>,
    /// The first statement of each `Sid`.
    by_sid: HashMap<String, usize>,
    is_proof: bool,
}

impl Merged {
    fn of(arguments: &Value, is_proof: bool) -> Merged {
        let version = Value::made(VERSION, TextRange::empty(arguments.range.start));
        let (statements, by_sid) = (Vec::new(), HashMap::new());
        let mut merged = Merged { version, id: None, statements, by_sid, is_proof };
        documents(arguments, "source_json", "source_policy_documents")
            .for_each(|document| merged.add(&document, false));
        let own = list(arguments, "statement").unwrap_or_default();
        let own: Vec<Value> = own.into_iter().map(|block| statement(&block)).collect();
        merged.head(arguments.member("version"), arguments.member("policy_id"));
        merged.override_by(own);
        documents(arguments, "override_json", "override_policy_documents")
            .for_each(|document| merged.add(&document, true));
        merged
    }

    /// Takes over a whole document.
    fn add(&mut self, document: &Value, overrides: bool) {
        let is_known = |(name, _): &(Value, Value)| name.plain().is_some();
        let is_known = |own: &Value| own.entries().iter().all(is_known);
        let policy = document.of_json_text();
        let policy = policy.filter(|own| matches!(own.kind, Kind::Map(_)) && is_known(own));
        let Some(policy) = policy else {
            // A document of which nothing is known has any statements.
            let statement = unknown(document);
            return match overrides {
                true => self.override_by(vec![statement]),
                false => self.statements.push(statement),
            };
        };
        self.head(policy.member("Version"), policy.member("Id"));
        let statements = match policy.member("Statement") {
            Some(Value { kind: Kind::List(items), .. }) => items.clone(),
            one => one.cloned().into_iter().collect(),
        };
        match overrides {
            true => self.override_by(statements),
            false => statements.into_iter().for_each(|statement| self.push(statement)),
        }
    }

    fn push(&mut self, statement: Value) {
        if let Some(sid) = sid(&statement) {
            self.by_sid.entry(sid).or_insert(self.statements.len());
        }
        self.statements.push(statement);
    }

    /// The later version counts, and the last `Id`.
    fn head(&mut self, version: Option<&Value>, id: Option<&Value>) {
        if let Some(version) = version
            && (version.is_hole() || version.plain() > self.version.plain())
        {
            self.version = version.clone();
        }
        let id = id.filter(|id| id.plain().is_none_or(|id| !id.is_empty()));
        self.id = id.cloned().or(self.id.take());
    }

    fn override_by(&mut self, statements: Vec<Value>) {
        if self.is_proof {
            self.hide(&statements);
        }
        for statement in statements {
            match sid(&statement).and_then(|sid| self.by_sid.get(&sid)) {
                Some(&known) => self.statements[known] = statement,
                None => self.push(statement),
            }
        }
    }

    /// Makes holes of the statements that some others replace or not, by `Sid`s that are not known.
    fn hide(&mut self, by: &[Value]) {
        let is_any = by.iter().any(has_open_sid);
        let is_one = is_any || by.iter().any(|statement| sid(statement).is_some());
        for known in &mut self.statements {
            if is_any && sid(known).is_some() || is_one && has_open_sid(known) {
                *known = unknown(known);
            }
        }
    }
}

/// Whether it is not known which `Sid` a statement has.
fn has_open_sid(statement: &Value) -> bool {
    if let (one, Some(_)) = statement.single() {
        return one.entry("Sid").is_some() || has_open_sid(one);
    }
    let is_open = |(name, value): &(Value, Value)| match name.plain() {
        Some(name) => name == "Sid" && value.plain().is_none(),
        None => true,
    };
    !matches!(statement.kind, Kind::Map(_)) || statement.entries().iter().any(is_open)
}

/// The `Sid` of a statement, if it is known and not empty.
fn sid(statement: &Value) -> Option<String> {
    statement.member("Sid")?.plain().filter(|sid| !sid.is_empty())
}

fn unknown(value: &Value) -> Value {
    if let (_, Some(hole)) = value.single() {
        return hole;
    }
    if value.is_hole() {
        return value.clone();
    }
    hole_of(value.clone(), value.range)
}

/// A hole for what is not known as a whole. What comes to something else is another one, and it
/// belongs to the blocks that its parts belong to.
fn hole_of(value: Value, range: TextRange) -> Value {
    let all = Value::new(range, Kind::Map(vec![(Value::made("", range), value)]));
    let written = all.into_json().written();
    let mut hasher = DefaultHasher::new();
    written.as_ref().map(|own| own.tree.source()).hash(&mut hasher);
    let labels: BTreeSet<&str> = written.iter().flat_map(Written::labels).collect();
    let owners = labels.iter().filter_map(|label| label.split_once(OF));
    let owners: BTreeSet<&str> = owners.map(|(_, owner)| owner).collect();
    let mut label = format!("… at {}-{:016x}", range.start, hasher.finish());
    owners.iter().for_each(|owner| label += &format!("{OF}{owner}"));
    Value::hole(label, range)
}

/// The documents of an argument for one and of an argument for several.
fn documents<'v>(
    arguments: &'v Value,
    one: &str,
    several: &str,
) -> impl Iterator<Item = Value> + use<'v> {
    let several = list(arguments, several).unwrap_or_default();
    arguments.member(one).cloned().into_iter().chain(several)
}

/// The items of an argument; a single hole where nothing is known of it.
fn list(arguments: &Value, name: &str) -> Option<Vec<Value>> {
    let value = arguments.member(name)?;
    Some(value.items().map_or_else(|| vec![value.clone()], <[Value]>::to_vec))
}

/// A statement, from its block.
fn statement(block: &Value) -> Value {
    if let Kind::Repeated(label, one) = &block.kind {
        let one = Arc::new(statement(one));
        return Value::new(block.range, Kind::Repeated(label.clone(), one));
    }
    if !matches!(block.kind, Kind::Map(_)) {
        return unknown(block);
    }
    let start = TextRange::empty(block.range.start);
    let mut entries = Vec::new();
    let named = |name: &str, argument: &str| {
        let at = block.entry(argument).map_or(start, |(own, _)| own.range);
        Value::made(name, at)
    };
    if let Some(sid) = block.member("sid").filter(|sid| sid.plain().is_none_or(|s| !s.is_empty())) {
        entries.push((named("Sid", "sid"), sid.clone()));
    }
    let allow = || Value::made("Allow", start);
    let effect = block.member("effect").cloned().unwrap_or_else(allow);
    entries.push((named("Effect", "effect"), effect));
    for (element, argument, has_variables) in LISTS {
        if let Some(list) = block.member(argument).filter(|list| !is_empty(list)) {
            let list = if has_variables { with_variables(list) } else { list.clone() };
            entries.push((named(element, argument), list));
        }
    }
    for (element, argument) in [("Principal", "principals"), ("NotPrincipal", "not_principals")] {
        let blocks = list(block, argument).filter(|blocks| !blocks.is_empty());
        entries.extend(blocks.map(|blocks| (named(element, argument), principals(&blocks))));
    }
    let blocks = list(block, "condition").filter(|blocks| !blocks.is_empty());
    entries.extend(blocks.map(|blocks| (named("Condition", "condition"), conditions(&blocks))));
    Value::new(block.range, Kind::Map(entries))
}

fn is_empty(list: &Value) -> bool {
    list.items().is_some_and(<[Value]>::is_empty)
}

/// The range from the first of some values to the last.
fn cover(values: &[Value]) -> TextRange {
    let ranges = values.iter().map(|value| value.range);
    ranges.reduce(TextRange::cover).unwrap_or_default()
}

/// The principals of some blocks. Those of one type are put together. Where there may be none, it
/// is not known whether the statement has the element at all.
fn principals(blocks: &[Value]) -> Value {
    let range = cover(blocks);
    let mut types = Grouped::default();
    let is_open = blocks.iter().any(Value::is_hole);
    if blocks.iter().all(Value::is_hole) {
        return unknown_of(blocks, range);
    }
    for (block, others) in blocks.iter().map(Value::single) {
        let (kind, identifiers) = (block.member("type"), block.member("identifiers"));
        let name = kind.and_then(Value::plain);
        let (Some(kind), Some(name), Some(identifiers)) = (kind, name, identifiers) else {
            let Some(hole) = others.or_else(|| hole(block)) else {
                return unknown_of(blocks, range);
            };
            types.entries.push((hole.clone(), hole));
            continue;
        };
        if is_open && name == "*" {
            return unknown_of(blocks, range);
        }
        let is_everybody = |ids: &[Value]| ids.len() == 1 && ids[0].plain().as_deref() == Some("*");
        if blocks.len() == 1 && name == "*" && identifiers.items().is_some_and(is_everybody) {
            return Value::made("*", identifiers.range);
        }
        types.add(kind, name, others.unwrap_or_else(|| with_variables(identifiers)));
    }
    Value::new(range, Kind::Map(types.entries))
}

/// The conditions of some blocks. Those of one operator are put together, and so are the values of
/// one key. One of which the operator or the key is not known may have that of another one.
fn conditions(blocks: &[Value]) -> Value {
    let range = cover(blocks);
    if matches!(blocks, [one] if hole(one).is_some()) {
        return unknown_of(blocks, range);
    }
    let mut unknown = Vec::new();
    let mut tests: Vec<(&Value, Grouped)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (block, others) in blocks.iter().map(Value::single) {
        let parts = (block.member("test"), block.member("variable"), block.member("values"));
        let names = (parts.0.and_then(Value::plain), parts.1.and_then(Value::plain));
        let ((Some(test), Some(key), Some(values)), (Some(name), Some(key_name))) = (parts, names)
        else {
            let Some(hole) = others.or_else(|| hole(block)) else {
                return unknown_of(blocks, range);
            };
            unknown.push((hole.clone(), hole));
            continue;
        };
        let at = *known.entry(name).or_insert(tests.len());
        if at == tests.len() {
            tests.push((test, Grouped::default()));
        }
        tests[at].1.add(key, key_name, others.unwrap_or_else(|| with_variables(values)));
    }
    let keys = |keys: Grouped| {
        let range = keys.entries.iter().map(|(_, values)| values.range).reduce(TextRange::cover);
        Value::new(range.unwrap_or_default(), Kind::Map(keys.entries))
    };
    let tests = tests.into_iter().map(|(test, own)| (test.clone(), keys(own)));
    Value::new(range, Kind::Map(tests.chain(unknown).collect()))
}

/// Lists under names; what is added under a known name joins its list.
#[derive(Default)]
struct Grouped {
    entries: Vec<(Value, Value)>,
    known: HashMap<String, usize>,
}

impl Grouped {
    fn add(&mut self, key: &Value, name: String, list: Value) {
        let at = *self.known.entry(name).or_insert(self.entries.len());
        let Some((_, known)) = self.entries.get_mut(at) else {
            return self.entries.push((key.clone(), list));
        };
        known.range = known.range.cover(list.range);
        let more = if let Kind::List(items) = list.kind { items } else { vec![list] };
        if let Kind::List(items) = &mut known.kind {
            return items.extend(more);
        }
        let first = Value::new(known.range, std::mem::replace(&mut known.kind, Kind::Null));
        known.kind = Kind::List(std::iter::once(first).chain(more).collect());
    }
}

/// A block of which nothing is known.
fn hole(block: &Value) -> Option<Value> {
    matches!(block.kind, Kind::Hole(_)).then(|| block.clone())
}

/// The hole of blocks of which one is not known.
fn unknown_of(blocks: &[Value], range: TextRange) -> Value {
    match blocks {
        [one] => Value { range, ..unknown(one) },
        // What is known of the others makes it another value than one of them alone.
        _ => hole_of(Value::new(range, Kind::List(blocks.to_vec())), range),
    }
}

/// The texts of a list with `${` for each `&{`, which is how Terraform writes policy variables.
fn with_variables(list: &Value) -> Value {
    let kind = match &list.kind {
        Kind::List(items) => Kind::List(items.iter().map(with_variables).collect()),
        Kind::Text(pieces) => Kind::Text(pieces.iter().map(with_variable).collect()),
        Kind::Bool(_)
        | Kind::Number(_)
        | Kind::Null
        | Kind::Map(_)
        | Kind::Json(_)
        | Kind::Hole(_)
        | Kind::Repeated(..) => list.kind.clone(),
    };
    Value::new(list.range, kind)
}

fn with_variable(piece: &Piece) -> Piece {
    match piece {
        Piece::Text(text) if text.value.contains("&{") => {
            let value = text.value.replace("&{", "${").into();
            Piece::Text(Arc::new(Text { value, map: text.map.clone(), written: text.written }))
        }
        Piece::Made(text, range) => Piece::Made(text.replace("&{", "${"), *range),
        Piece::Text(_) | Piece::Json(_) | Piece::Hole(..) => piece.clone(),
    }
}
