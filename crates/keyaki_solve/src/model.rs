//! What a solver's model says of the unknown request.

use std::collections::HashMap;

use keyaki_eval::{Caller, Context, Request, Values};

use crate::approximation::Approximation;
use crate::cell::{Cell, Cells};
use crate::claim::{Key, Slot};
use crate::names;
use crate::pattern::Keys;
use crate::smt::unescape;

/// A value of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Bool(bool),
    Number(usize),
    Text(String),
}

/// How to read a model: what to ask for, and what the answers stand for.
pub(crate) struct Layout {
    symbols: Vec<String>,
    keys: Vec<Box<str>>,
    cells: Cells,
}

impl Layout {
    pub(crate) fn new(keys: &Keys, cells: Cells) -> Layout {
        let mut symbols = vec![names::NO_RESOURCE.to_owned()];
        for key in 0..keys.names().len() {
            symbols.extend([names::present(key), names::several(key)]);
        }
        for (slot, _) in cells.iter() {
            match slot {
                Slot::Value(key, _) => {
                    let count = cells.values.get(key).copied().unwrap_or(1);
                    symbols.extend((0..count).map(|i| names::text(Slot::Value(key, i))));
                }
                Slot::Action | Slot::Resource | Slot::Segment(_) => symbols.push(names::text(slot)),
            }
        }
        Layout { symbols, keys: keys.names().to_vec(), cells }
    }

    /// The symbols whose values make up a model.
    pub(crate) fn symbols(&self) -> &[String] {
        &self.symbols
    }

    /// Whether values of keys stand in patterns.
    pub(crate) fn has_variables(&self) -> bool {
        !self.cells.variables.is_empty()
    }

    /// That the keys are absent whose values stand in patterns.
    pub(crate) fn without_variables(&self) -> String {
        let absent = |key: &Key| format!("(assert (not {}))\n", names::present(*key));
        self.cells.variables.iter().map(absent).collect()
    }

    pub(crate) fn approximations(&self) -> &[Approximation] {
        &self.cells.approximations
    }

    /// The request that a solver's answer to `get-value` describes; none where it describes none.
    pub(crate) fn request(&self, answer: &str, caller: &Caller) -> Option<Request> {
        let values = read(answer)?;
        let model = Model { layout: self, values };
        let mut context = Context::new();
        for (key, name) in self.keys.iter().enumerate() {
            if let Some(values) = model.values(key)? {
                context.set(name, values);
            }
        }
        Some(Request {
            caller: caller.clone(),
            action: model.text(Slot::Action)?,
            resource: model.resource()?,
            resource_account: None,
            context,
        })
    }
}

struct Model<'l> {
    layout: &'l Layout,
    values: HashMap<String, Value>,
}

impl Model<'_> {
    fn is(&self, name: &str) -> Option<bool> {
        match self.values.get(name)? {
            Value::Bool(value) => Some(*value),
            Value::Number(_) | Value::Text(_) => None,
        }
    }

    fn text(&self, slot: Slot) -> Option<String> {
        let value = self.values.get(&names::text(slot))?;
        match (self.layout.cells.get(slot)?, value) {
            (Cell::Actions(classes), Value::Number(n)) => classes.examples.get(*n).cloned(),
            (Cell::Classes(texts), Value::Number(n)) => texts.get(*n).cloned(),
            (Cell::Text { .. }, Value::Text(text)) => Some(text.clone()),
            (Cell::Actions(_) | Cell::Classes(_) | Cell::Text { .. }, _) => None,
        }
    }

    fn resource(&self) -> Option<String> {
        if self.is(names::NO_RESOURCE)? {
            return Some("*".to_owned());
        }
        if self.layout.cells.get(Slot::Resource).is_some() {
            return self.text(Slot::Resource);
        }
        let segments = (0..5).map(|index| self.text(Slot::Segment(index)));
        Some(format!("arn:{}", segments.collect::<Option<Vec<_>>>()?.join(":")))
    }

    /// The values of a key; none within where it is absent.
    fn values(&self, key: Key) -> Option<Option<Values>> {
        if !self.is(&names::present(key))? {
            return Some(None);
        }
        if !self.is(&names::several(key))? {
            return self.text(Slot::Value(key, 0)).map(|value| Some(Values::One(value)));
        }
        let count = self.layout.cells.values.get(key).copied().unwrap_or(1);
        let all: Option<Vec<String>> = (0..count).map(|i| self.text(Slot::Value(key, i))).collect();
        Some(Some(Values::List(shortened(all?))))
    }
}

/// Repeated values are dropped, as long as there are several.
fn shortened(values: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for value in &values {
        if !kept.contains(value) {
            kept.push(value.clone());
        }
    }
    if kept.len() > 1 { kept } else { values.into_iter().take(2).collect() }
}

/// Reads `((name value) …)`.
fn read(answer: &str) -> Option<HashMap<String, Value>> {
    let mut tokens = Tokens { rest: answer };
    let mut values = HashMap::new();
    tokens.expect("(")?;
    loop {
        match tokens.next()? {
            Token::Word(")") => return Some(values),
            Token::Word("(") => {
                let Token::Word(name) = tokens.next()? else { return None };
                let value = value(&mut tokens)?;
                tokens.expect(")")?;
                values.insert(name.trim_matches('|').to_owned(), value);
            }
            Token::Word(_) | Token::Text(_) => return None,
        }
    }
}

fn value(tokens: &mut Tokens<'_>) -> Option<Value> {
    match tokens.next()? {
        Token::Text(text) => Some(Value::Text(text)),
        Token::Word("true") => Some(Value::Bool(true)),
        Token::Word("false") => Some(Value::Bool(false)),
        Token::Word(word) => word.parse().ok().map(Value::Number),
    }
}

#[derive(Debug, PartialEq)]
enum Token<'t> {
    Word(&'t str),
    Text(String),
}

struct Tokens<'t> {
    rest: &'t str,
}

impl<'t> Tokens<'t> {
    fn expect(&mut self, word: &str) -> Option<()> {
        (self.next()? == Token::Word(word)).then_some(())
    }

    fn next(&mut self) -> Option<Token<'t>> {
        self.rest = self.rest.trim_start();
        let first = self.rest.chars().next()?;
        match first {
            '(' | ')' => self.take(1).map(Token::Word),
            '"' => self.string(),
            _ => {
                let ends = |c: char| c.is_whitespace() || c == '(' || c == ')';
                let end = self.rest.find(ends).unwrap_or(self.rest.len());
                self.take(end).map(Token::Word)
            }
        }
    }

    fn take(&mut self, length: usize) -> Option<&'t str> {
        let (word, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(word)
    }

    /// A string literal, in which two quotes stand for one.
    fn string(&mut self) -> Option<Token<'t>> {
        self.take(1)?;
        let mut text = String::new();
        loop {
            let end = self.rest.find('"')?;
            text += self.take(end)?;
            self.take(1)?;
            if !self.rest.starts_with('"') {
                return unescape(&text).map(Token::Text);
            }
            text.push('"');
            self.take(1)?;
        }
    }
}

/// Whether a solver's answer is whole: every parenthesis outside of strings is closed.
pub(crate) fn is_whole(answer: &str) -> bool {
    let mut depth = 0i64;
    let mut in_text = false;
    for byte in answer.bytes() {
        match byte {
            b'"' => in_text = !in_text,
            b'(' if !in_text => depth += 1,
            b')' if !in_text => depth -= 1,
            _ => {}
        }
    }
    depth <= 0 && !in_text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let values = read("((a \"x\\u{e9} \"\"y\"\"\")\n (|b| true) (c 12))").unwrap_or_default();
        assert_eq!(values.get("a"), Some(&Value::Text("xé \"y\"".to_owned())));
        assert_eq!(values.get("b"), Some(&Value::Bool(true)));
        assert_eq!(values.get("c"), Some(&Value::Number(12)));
    }

    #[test]
    fn broken_answers_are_refused() {
        for text in ["", "(", "((a", "((a \"x)", "((a (- 1)))", "(error \"x\")", "unknown"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn an_answer_ends_with_its_last_parenthesis() {
        assert!(is_whole("((a \"(\"))") && is_whole("sat"));
        assert!(!is_whole("((a \"x\")") && !is_whole("((a \"x"));
    }
}
