//! The functions of Terraform that are worked out. What any other one gives is a hole.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/functions>.

use std::collections::HashSet;
use std::path::Path;

use hcl_edit::expr::Expression;
use keyaki_diag::TextRange;

use super::evaluate::{Evaluator, Scope};
use crate::host::value::{Kind, Piece, Value};

/// The longest file that `file` reads.
const MAX_FILE: u64 = 1024 * 1024;

impl Evaluator<'_> {
    /// What a function gives; none if that is not known.
    pub(super) fn function(
        &self,
        name: &str,
        arguments: &[&Expression],
        range: TextRange,
        scope: Scope<'_>,
    ) -> Option<Value> {
        let value = |at: usize| Some(self.value(arguments.get(at)?, scope));
        let all = || arguments.iter().map(|argument| self.value(argument, scope));
        let list = |items| Some(Value::new(range, Kind::List(items)));
        match name {
            "jsonencode" => {
                let inner = value(0)?;
                let is_known = !inner.is_hole();
                is_known.then(|| inner.into_json())
            }
            "jsondecode" => {
                let text = value(0)?;
                if let Kind::Json(inner) = text.kind { Some((*inner).clone()) } else { None }
            }
            "nonsensitive" | "sensitive" | "tolist" | "tomap" | "tostring" => value(0),
            "chomp" | "trimspace" => value(0).filter(|v| matches!(v.kind, Kind::Json(_))),
            "concat" => list(joined(all())?),
            "setunion" => list(sorted(distinct(joined(all())?))?),
            "toset" => list(sorted(distinct(joined(value(0).into_iter())?))?),
            "distinct" => list(distinct(joined(value(0).into_iter())?)),
            "flatten" => {
                let mut flat = Vec::new();
                flatten(value(0)?, &mut flat);
                list(flat)
            }
            "merge" => merged(all()).map(|entries| Value::new(range, Kind::Map(entries))),
            "join" => {
                let (between, list) = (value(0)?.plain()?, value(1)?);
                join(&between, &list, range)
            }
            "format" => format(&value(0)?, &all().skip(1).collect::<Vec<_>>(), range),
            "formatlist" => {
                let (text, arguments) = (value(0)?, all().skip(1).collect::<Vec<_>>());
                list(format_list(&text, &arguments, range)?)
            }
            "file" => self.file(&value(0)?, range),
            _ => None,
        }
    }

    /// The text of a file of the module.
    fn file(&self, path: &Value, range: TextRange) -> Option<Value> {
        let Kind::Text(pieces) = &path.kind else { return None };
        let mut relative = String::new();
        for (at, piece) in pieces.iter().enumerate() {
            let is_folder = matches!(piece, Piece::Hole(label, _) if label == "path.module");
            if at > 0 || !is_folder {
                relative.push_str(piece.plain()?);
            }
        }
        let is_below = matches!(pieces.first(), Some(Piece::Hole(..)));
        let relative = if is_below { relative.strip_prefix('/')? } else { &relative };
        if Path::new(relative).is_absolute() {
            return None;
        }
        let path = self.module.path().join(relative);
        let text = self.module.modules.text_of(&path, MAX_FILE)?;
        // Reading a file is more work than any other step.
        self.take(text.len() / 8 + 100).then_some(())?;
        let value = Value::made(&text, range);
        self.foreign.borrow_mut().push((path, value.clone()));
        Some(value)
    }
}

/// The items of several lists. A list that is not known is a hole among them.
fn joined(lists: impl Iterator<Item = Value>) -> Option<Vec<Value>> {
    let mut items = Vec::new();
    for list in lists {
        match list.into_items() {
            Ok(own) => items.extend(own),
            Err(hole) if hole.is_hole() => items.push(hole),
            Err(_) => return None,
        }
    }
    Some(items)
}

/// The items without those texts that were there before.
fn distinct(mut items: Vec<Value>) -> Vec<Value> {
    let mut seen = HashSet::new();
    items.retain(|item| item.plain().is_none_or(|text| seen.insert(text)));
    items
}

/// The items of a set: texts in their order, what is not known somewhere. None of things that are
/// no texts, whose order is not worked out.
fn sorted(mut items: Vec<Value>) -> Option<Vec<Value>> {
    let is_text =
        |item: &Value| item.is_hole() || matches!(item.kind, Kind::Text(_) | Kind::Json(_));
    if items.len() > 1 && !items.iter().all(is_text) {
        return None;
    }
    items.sort_by_cached_key(Value::plain);
    Some(items)
}

fn flatten(list: Value, flat: &mut Vec<Value>) {
    match list.into_items() {
        Ok(items) => items.into_iter().for_each(|item| flatten(item, flat)),
        Err(other) => flat.push(other),
    }
}

/// The entries of several maps; what is said later counts. None if one of them is not known, or
/// the names in it.
fn merged(maps: impl Iterator<Item = Value>) -> Option<Vec<(Value, Value)>> {
    let mut entries: Vec<(Value, Value)> = Vec::new();
    for map in maps {
        let Kind::Map(own) = map.kind else { return None };
        entries.extend(own);
    }
    if entries.len() > 1 && entries.iter().any(|(name, _)| name.plain().is_none()) {
        return None;
    }
    let mut seen = HashSet::new();
    entries.reverse();
    entries.retain(|(name, _)| name.plain().is_none_or(|name| seen.insert(name)));
    entries.reverse();
    Some(entries)
}

fn join(between: &str, list: &Value, range: TextRange) -> Option<Value> {
    let mut pieces = Vec::new();
    for (at, item) in list.items()?.iter().enumerate() {
        // A hole may stand for any number of items.
        if item.is_hole() {
            return None;
        }
        if at > 0 {
            pieces.push(Piece::Made(between.to_owned(), range));
        }
        pieces.extend(item.pieces()?);
    }
    Some(Value::new(range, Kind::Text(pieces)))
}

/// `format` with `%s`, `%v` and `%d`.
fn format(text: &Value, arguments: &[Value], range: TextRange) -> Option<Value> {
    let text = text.plain()?;
    let mut arguments = arguments.iter();
    let mut pieces = Vec::new();
    let mut rest = &*text;
    while let Some((before, after)) = rest.split_once('%') {
        pieces.push(Piece::Made(before.to_owned(), range));
        let verb = after.chars().next()?;
        match verb {
            '%' => pieces.push(Piece::Made("%".to_owned(), range)),
            's' | 'v' | 'd' => pieces.extend(arguments.next()?.pieces()?),
            _ => return None,
        }
        rest = after.strip_prefix(verb)?;
    }
    pieces.push(Piece::Made(rest.to_owned(), range));
    Some(Value::new(range, Kind::Text(pieces)))
}

/// `format` for each item of the lists among the arguments, which have one length.
fn format_list(text: &Value, arguments: &[Value], range: TextRange) -> Option<Vec<Value>> {
    // A hole among the arguments may stand for a list.
    if arguments.iter().any(Value::is_hole) {
        return None;
    }
    let mut lists = arguments.iter().filter_map(Value::items);
    let length = lists.next()?.len();
    if lists.any(|list| list.len() != length) {
        return None;
    }
    let at = |index: usize| {
        let argument = |value: &Value| match value.items() {
            Some(items) => items.get(index).filter(|item| !item.is_hole()).cloned(),
            None => Some(value.clone()),
        };
        format(text, &arguments.iter().map(argument).collect::<Option<Vec<_>>>()?, range)
    };
    (0..length).map(at).collect()
}
