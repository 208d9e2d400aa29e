//! What the holes and conditions of a module stand for.

use std::collections::BTreeSet;

use hcl_edit::expr::{Expression, ForIntro, FuncName, Traversal};
use hcl_edit::structure::{Block, Body, Structure};
use hcl_edit::visit::{self, Visit};

use super::attached::range_of;
use super::evaluate::{Notes, attribute};
use super::holders::Stack;
use super::label::OF;

/// The most definitions that a value may depend on.
const MOST: usize = 50;

/// Functions that may give something else each time, or by what is in files.
const OPEN: [&str; 6] =
    ["bcrypt", "plantimestamp", "templatefile", "templatestring", "timestamp", "uuid"];

/// Arguments that say nothing about a value.
const IDLE: [&str; 4] = ["depends_on", "lifecycle", "sensitive", "validation"];

/// What a resource of AWS's is called by: attributes that tags and descriptions have no part in.
const NAMED: [&str; 8] =
    ["arn", "bucket", "id", "key_id", "name", "name_prefix", "unique_id", "url"];

/// The starts of the types whose values are in files, or made by programs.
const OUTSIDE: [&str; 5] = ["archive_", "external", "http", "local_", "template_"];

/// What a label stands for, as a text that is equal in two revisions only where the value is taken
/// to be: how it is written, and the definitions of all that it refers to.
pub(super) fn identity(stack: &Stack<'_>, notes: &Notes, label: &str) -> Option<String> {
    let text = notes.get(label)?;
    let mut words = Words::of_text(text)?;
    let mut said = format!("{} {text}", label.split(" at ").next().unwrap_or(label));
    let owners: Vec<&str> = label.split(OF).skip(1).collect();
    if !owners.is_empty() {
        words.all.retain(|word| !is_own(word));
    }
    for owner in owners {
        let address = owner.split('[').next().unwrap_or(owner);
        let block = stack.block(address)?;
        said.push_str(&format!("\n{OF}{owner}"));
        define(block, &|name| matches!(name, "count" | "for_each"), &mut words, &mut said)?;
    }
    closed(stack, words, said)
}

/// What a block says, with the definitions of all that it refers to. Of a call of a module, that is
/// told where the module is of a fixed version, or in a folder that says all by itself.
pub(super) fn of_block(stack: &Stack<'_>, address: &str) -> Option<String> {
    let (mut words, mut said) = (Words::default(), address.to_owned());
    let (text, block) = stack.block(address)?;
    if block.ident.as_str() == "module" {
        let source = block.body.get_attribute("source")?.value.as_str()?;
        match source.starts_with('.') {
            true => say(&mut said, "files", &lone_folder(stack, source)?),
            false => {
                let is_fixed = block.body.has_attribute("version") || source.contains("ref=");
                is_fixed.then_some(())?;
            }
        }
    }
    define((text, block), &|name| !IDLE.contains(&name), &mut words, &mut said)?;
    closed(stack, words, said)
}

/// The files of a module that makes nothing but resources of AWS's, and reads no others.
fn lone_folder(stack: &Stack<'_>, source: &str) -> Option<String> {
    let is_lone = |block: &Block| {
        let kind = block.labels.first().map_or("", |label| label.as_str());
        match block.ident.as_str() {
            "data" | "resource" => kind.starts_with("aws_"),
            "locals" | "output" | "terraform" | "variable" => true,
            _ => false,
        }
    };
    stack.module.folder_of(source, |body| {
        let mut words = Words::default();
        words.visit_body(body);
        !words.is_open && body.iter().all(|part| part.as_block().is_some_and(is_lone))
    })
}

/// What is said, with all that words refer to.
fn closed(stack: &Stack<'_>, mut words: Words, mut said: String) -> Option<String> {
    let mut known = BTreeSet::new();
    while let Some(word) = words.all.pop() {
        if !known.insert(word.clone()) {
            continue;
        }
        if known.len() > MOST || is_own(&word) {
            return None;
        }
        said.push_str(&format!("\n{word}"));
        stack_definition(stack, &word, &mut words, &mut said)?;
    }
    Some(said)
}

/// Whether a word means the block that it stands in.
fn is_own(word: &str) -> bool {
    matches!(word.split('.').next(), Some("each" | "count" | "self"))
}

/// Adds what a word refers to.
fn stack_definition(
    stack: &Stack<'_>,
    word: &str,
    words: &mut Words,
    said: &mut String,
) -> Option<()> {
    let mut steps = word.split('.');
    let (kind, name) = (steps.next()?, steps.next().unwrap_or_default());
    match kind {
        "path" | "terraform" => Some(()),
        "local" => {
            let (file, expression) = stack.module.local(name)?;
            words.visit_expr(expression);
            say(said, name, range_of(expression).slice(&file.text));
            words.is_closed().then_some(())
        }
        "module" => None,
        "data" if is_outside(name) => None,
        "data" => {
            let block = stack.block(&format!("data.{name}.{}", steps.next()?))?;
            define(block, &|name| !IDLE.contains(&name), words, said)?;
            providers(stack, true, words, said)
        }
        "var" => {
            let block = stack.block(&format!("var.{name}"))?;
            say(said, "values", &stack.module.variables().said_of(name)?);
            define(block, &|name| !IDLE.contains(&name), words, said)
        }
        kind if is_outside(kind) => None,
        kind => {
            let block = stack.block(&format!("{kind}.{name}"))?;
            let is_named = steps.next().is_some_and(|attribute| NAMED.contains(&attribute));
            let is_named = is_named && kind.starts_with("aws_");
            let is_idle = |name: &str| {
                IDLE.contains(&name) || is_named && matches!(name, "description" | "tags")
            };
            define(block, &|name| !is_idle(name), words, said)?;
            providers(stack, !is_named, words, said)
        }
    }
}

fn is_outside(kind: &str) -> bool {
    kind.contains("file") || OUTSIDE.iter().any(|start| kind.starts_with(start))
}

/// Adds where the providers of AWS work, and perhaps the tags that they give.
fn providers(stack: &Stack<'_>, tags: bool, words: &mut Words, said: &mut String) -> Option<()> {
    let counts = |name: &str| tags || !matches!(name, "default_tags" | "ignore_tags");
    let all = stack.providers();
    all.into_iter().try_for_each(|block| define(block, &counts, words, said))
}

/// Adds arguments of a block.
fn define(
    (text, block): (&str, &Block),
    counts: &dyn Fn(&str) -> bool,
    words: &mut Words,
    said: &mut String,
) -> Option<()> {
    for structure in block.body.iter() {
        match structure {
            Structure::Attribute(own) if counts(own.key.as_str()) => {
                // Names of types and of providers are no references.
                let is_type = own.key.as_str() == "type" && block.ident.as_str() == "variable";
                if !is_type && !matches!(own.key.as_str(), "provider" | "providers") {
                    words.visit_attr(own);
                }
                say(said, own.key.as_str(), range_of(&own.value).slice(text));
            }
            Structure::Block(own) if counts(own.ident.as_str()) => {
                let labels = own.labels.iter().map(|label| label.as_str());
                labels.for_each(|label| say(said, "label", label));
                say(said, own.ident.as_str(), "{");
                words.bind(own);
                define((text, own), &|_| true, words, said)?;
            }
            Structure::Attribute(_) | Structure::Block(_) => {}
        }
    }
    // What means the block itself goes with it.
    words.all.retain(|word| !is_own(word));
    (words.is_closed() && said.len() < MAX_SAID).then_some(())
}

/// The longest identity.
const MAX_SAID: usize = 100_000;

fn say(said: &mut String, name: &str, text: &str) {
    said.push_str(&format!(" {name}={}:{text}", text.len()));
}

/// What an expression refers to.
#[derive(Default)]
pub(super) struct Words {
    /// The references, as far as their third step.
    pub(super) all: Vec<String>,
    bound: BTreeSet<String>,
    is_open: bool,
}

impl Words {
    /// Of an expression, an interpolation or a block as it is written.
    pub(super) fn of_text(text: &str) -> Option<Words> {
        let mut words = Words::default();
        if text.starts_with(['$', '%']) {
            words.visit_template(&hcl_edit::parser::parse_template(text).ok()?);
        } else if let Ok(expression) = hcl_edit::parser::parse_expr(text) {
            words.visit_expr(&expression);
        } else {
            let body: Body = hcl_edit::parser::parse_body(text).ok()?;
            words.visit_body(&body);
        }
        words.is_closed().then_some(words)
    }

    fn is_closed(&mut self) -> bool {
        let bound = &self.bound;
        self.all.retain(|word| !bound.contains(word.split('.').next().unwrap_or_default()));
        let hides = ["data", "each", "local", "module", "var"].iter().any(|n| bound.contains(*n));
        !self.is_open && !hides
    }

    /// The names that a dynamic block binds.
    fn bind(&mut self, block: &Block) {
        if block.ident.as_str() == "dynamic" {
            self.bound.extend(block.labels.iter().map(|label| label.as_str().to_owned()));
            let iterator = block.body.get_attribute("iterator");
            let name = iterator.and_then(|own| own.value.as_variable());
            self.bound.extend(name.map(|name| name.to_string()));
        }
    }
}

impl Visit for Words {
    fn visit_block(&mut self, node: &Block) {
        self.bind(node);
        visit::visit_block(self, node);
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        let Expression::Variable(root) = &node.expr else {
            return visit::visit_traversal(self, node);
        };
        let mut word = root.to_string();
        let mut steps = 0;
        for operator in &node.operators {
            let name = attribute(operator).filter(|_| steps < 3);
            let Some(name) = name else {
                self.visit_traversal_operator(operator.value());
                continue;
            };
            word.push('.');
            word.push_str(name);
            steps += 1;
        }
        self.all.push(word);
    }

    fn visit_expr(&mut self, node: &Expression) {
        match node.as_variable() {
            Some(name) => self.all.push(name.to_string()),
            None => visit::visit_expr(self, node),
        }
    }

    fn visit_for_intro(&mut self, node: &ForIntro) {
        let names = node.key_var.iter().chain(std::iter::once(&node.value_var));
        self.bound.extend(names.map(|name| name.to_string()));
        visit::visit_for_intro(self, node);
    }

    fn visit_func_name(&mut self, node: &FuncName) {
        let name = node.name.as_str();
        self.is_open |= node.is_namespaced() || name.starts_with("file") || OPEN.contains(&name);
    }
}
