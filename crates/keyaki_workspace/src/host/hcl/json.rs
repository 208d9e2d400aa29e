//! Terraform's JSON syntax: such a file is written out in Terraform's own language, with the way
//! back, and then read like any other.
//!
//! Which members of an object are blocks and which are arguments, the schemas of providers tell.
//! Of these, only that is known here which bears on policies: blocks are those of the language and
//! those that are read as blocks. All others are arguments, which comes to the same.
//!
//! What is not as Terraform wants it is told, and what stands beside it is read all the same.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/syntax/json>.

mod argument;

use std::collections::HashSet;

use hcl_edit::Ident;
use keyaki_diag::TextRange;
use keyaki_syntax::{Member, NodeKind, SyntaxErrorKind, Tree, Value};

use super::module::DOCUMENT;
use super::scan;
use crate::host::stretch::Stretches;
use crate::host::value::{closing, opening};
use crate::host::written::{Writer, Written};
use crate::host::{Problem, Suppression, attachment, suppress};
use argument::Manner;

/// The blocks that a file may have, with how many labels each has.
const BLOCKS: [(&str, usize); 14] = [
    ("action", 2),
    ("check", 1),
    ("data", 2),
    ("ephemeral", 2),
    ("import", 0),
    ("locals", 0),
    ("module", 1),
    ("moved", 0),
    ("output", 1),
    ("provider", 1),
    ("removed", 0),
    ("resource", 2),
    ("terraform", 0),
    ("variable", 1),
];

/// The blocks of a policy document.
const OF_DOCUMENT: [&str; 4] = ["statement", "principals", "not_principals", "condition"];

/// The name of members that are comments.
const COMMENT: &str = "//";

/// A file, written out in Terraform's language.
#[derive(Debug, Default)]
pub(super) struct Spelled {
    /// The file.
    pub(super) source: Box<str>,
    pub(super) text: String,
    /// The way back to the file from so long a text.
    back: Stretches,
    length: usize,
    /// What is wrong with the file, if something is.
    pub(super) problem: Option<Problem>,
    /// What its comments accept.
    pub(super) suppressions: Vec<Suppression>,
}

impl Spelled {
    /// A range of what is written out as one of the file.
    pub(super) fn range(&self, range: TextRange) -> TextRange {
        self.back.range(range, self.length)
    }

    /// A policy that was written from what is written out, as one that comes from the file.
    pub(super) fn outward(&self, written: Written) -> Written {
        written.through(&self.back, self.length)
    }
}

/// Writes a file of a module out.
pub(super) fn spelled(text: &str) -> Spelled {
    spelled_by(text, Speller::file)
}

/// Writes a file out that gives variables their values.
pub(super) fn spelled_values(text: &str) -> Spelled {
    spelled_by(text, |speller, object| speller.members(object, Body::Words))
}

fn spelled_by(text: &str, write: impl Fn(&mut Speller, Value<'_>)) -> Spelled {
    let tree = Tree::parse(text);
    let mut speller = Speller {
        writer: Writer::default(),
        end: 0,
        left: scan::MAX_COMPARISONS,
        problem: None,
        suppressions: Vec::new(),
    };
    if let Some(error) = tree.errors().iter().find(|error| error.kind.is_grammar()) {
        speller.tell(error.kind.message(), error.range);
    }
    if let Some(root) = tree.root() {
        speller.objects(root).into_iter().for_each(|object| write(&mut speller, object));
    }
    let (problem, suppressions) = (speller.problem, speller.suppressions);
    if speller.writer.is_full {
        let message = "written out, this is more of Terraform than is read".to_owned();
        let problem = Some(Problem { message, range: TextRange::default() });
        return Spelled { problem, ..Spelled::default() };
    }
    let (text, back) = speller.writer.into_parts();
    Spelled { source: tree.source().into(), length: text.len(), text, back, problem, suppressions }
}

/// What stands in an object that is a block.
#[derive(Clone, Copy)]
enum Body<'t> {
    /// The arguments and blocks of a resource or data source of a type.
    Kind(&'t str),
    /// A block that makes blocks in one of these.
    Dynamic(&'t str),
    /// Arguments.
    Arguments,
    /// What is said of a variable.
    Variable,
    /// Values without templates.
    Words,
}

/// How a member of such an object is read.
enum Reading<'t> {
    Comment,
    Blocks(Body<'t>),
    Dynamic(&'t str),
    Argument(Manner),
}

impl<'t> Body<'t> {
    /// What a block of a file has in it, by its name and its first label.
    fn of(name: &str, label: &'t str) -> Body<'t> {
        match name {
            "resource" | "data" | "ephemeral" => Body::Kind(label),
            "variable" => Body::Variable,
            "terraform" => Body::Words,
            _ => Body::Arguments,
        }
    }

    fn reading(self, name: &str) -> Reading<'t> {
        match (self, name) {
            (_, COMMENT) => Reading::Comment,
            (Body::Variable, "type") => Reading::Argument(Manner::Reference),
            (Body::Variable | Body::Words, _) => Reading::Argument(Manner::Word),
            (Body::Kind(kind), "dynamic") => Reading::Dynamic(kind),
            (Body::Kind(_), "lifecycle") => Reading::Blocks(Body::Arguments),
            (Body::Kind(kind), name) if is_block(kind, name) => Reading::Blocks(Body::Kind(kind)),
            (Body::Dynamic(kind), "content") => Reading::Blocks(Body::Kind(kind)),
            (Body::Kind(_) | Body::Arguments, "depends_on")
            | (Body::Kind(_), "provider")
            | (Body::Dynamic(_), "iterator") => Reading::Argument(Manner::Reference),
            (Body::Kind(_) | Body::Dynamic(_) | Body::Arguments, _) => {
                Reading::Argument(Manner::Expression)
            }
        }
    }
}

/// Whether the members of a name are read as blocks, in resources or data sources of a type.
fn is_block(kind: &str, name: &str) -> bool {
    let is_first = |path: &str| path.split_once("/*/").is_some_and(|(first, _)| first == name);
    kind == DOCUMENT && OF_DOCUMENT.contains(&name)
        || attachment::of_terraform(kind).iter().any(|own| is_first(own.path))
}

struct Speller {
    writer: Writer,
    /// Where that ends in the file which was written last.
    end: u32,
    /// How many names the parser may yet compare.
    left: usize,
    problem: Option<Problem>,
    suppressions: Vec<Suppression>,
}

impl Speller {
    /// Keeps the first thing that is wrong.
    fn tell(&mut self, message: &str, range: TextRange) {
        self.problem.get_or_insert_with(|| Problem { message: message.to_owned(), range });
    }

    /// The objects that a value is: one, or those of a list.
    fn objects<'t>(&mut self, value: Value<'t>) -> Vec<Value<'t>> {
        if value.kind() == NodeKind::Null {
            return Vec::new();
        }
        let (objects, others): (Vec<_>, Vec<_>) = match value.kind() {
            NodeKind::Array => value.elements().partition(|own| own.kind() == NodeKind::Object),
            NodeKind::Object => (vec![value], Vec::new()),
            NodeKind::String
            | NodeKind::Number
            | NodeKind::Bool
            | NodeKind::Null
            | NodeKind::Member
            | NodeKind::Error => (Vec::new(), vec![value]),
        };
        if let Some(other) = others.first() {
            self.tell("an object should stand here", other.range());
        }
        objects
    }

    /// The members of a file.
    fn file(&mut self, object: Value<'_>) {
        for member in object.members() {
            let (name, Some(value)) = (member.name(), member.value()) else { continue };
            if name == COMMENT {
                self.comment(value, object);
                continue;
            }
            match BLOCKS.iter().find(|(own, _)| *own == name) {
                Some(&(_, labels)) => self.labelled(labels, &mut vec![member], value),
                None => {
                    let message = format!("Terraform has no blocks `{name}`");
                    self.tell(&message, member.key().range());
                }
            }
        }
    }

    /// A comment, which is about the object that it stands in.
    fn comment(&mut self, value: Value<'_>, object: Value<'_>) {
        let said = value.as_str().unwrap_or_default();
        self.suppressions.extend(suppress::said(said, value.range(), object.range()));
    }

    /// The blocks with so many labels, below the names of the block and of the labels so far.
    fn labelled<'t>(&mut self, labels: usize, above: &mut Vec<Member<'t>>, value: Value<'t>) {
        for object in self.objects(value) {
            if above.len() > labels {
                self.block(above, object);
                continue;
            }
            for (member, value) in self.named(object) {
                above.push(member);
                self.labelled(labels, above, value);
                above.pop();
            }
        }
    }

    /// The members of an object whose names are labels.
    fn named<'t>(&mut self, object: Value<'t>) -> Vec<(Member<'t>, Value<'t>)> {
        let members = object.members().filter(|member| member.name() != COMMENT);
        let named: Vec<Member<'_>> = members.filter(|member| self.is_name(*member)).collect();
        named.into_iter().filter_map(|member| Some((member, member.value()?))).collect()
    }

    fn is_name(&mut self, member: Member<'_>) -> bool {
        let is_name = member.key().as_str().is_some_and(|name| Ident::try_new(name).is_ok());
        if !is_name {
            self.tell("this should be a name", member.key().range());
        }
        is_name
    }

    /// A block of a file, below its name and its labels.
    fn block(&mut self, names: &[Member<'_>], object: Value<'_>) {
        let ([block, labels @ ..], Some(last)) = (names, names.last()) else { return };
        let label = labels.first().map_or("", |label| label.name());
        self.head(block.name(), labels, *last, object);
        self.body(object, Body::of(block.name(), label));
    }

    /// The name and the labels of a block. It begins with the last name above it; of a list of
    /// blocks, each begins with its object.
    fn head(&mut self, name: &str, labels: &[Member<'_>], last: Member<'_>, object: Value<'_>) {
        let is_single = object.parent().is_some_and(|above| above.kind() == NodeKind::Member);
        let start = if is_single { last.key().range() } else { opening(object.range()) };
        self.mark(name, start);
        for label in labels {
            self.gap(" ");
            self.word(label.key());
        }
    }

    /// An object that is a block, from its bracket on.
    fn body<'t>(&mut self, object: Value<'t>, body: Body<'t>) {
        self.mark(" {\n", opening(object.range()));
        self.members(object, body);
        self.mark("}", closing(object.range()));
        self.gap("\n");
    }

    fn members<'t>(&mut self, object: Value<'t>, body: Body<'t>) {
        let mut known = HashSet::new();
        for member in object.members() {
            let (name, Some(value)) = (member.name(), member.value()) else { continue };
            match body.reading(name) {
                Reading::Comment => self.comment(value, object),
                Reading::Blocks(inner) => self.blocks(member, value, inner),
                Reading::Dynamic(kind) => self.dynamic(value, kind),
                Reading::Argument(_) if !known.insert(name) => self.tell_repeated(member),
                Reading::Argument(manner) if self.is_name(member) => {
                    self.argument(member, value, manner);
                }
                Reading::Argument(_) => {}
            }
        }
    }

    fn tell_repeated(&mut self, member: Member<'_>) {
        self.tell(SyntaxErrorKind::DuplicateMember.message(), member.key().range());
    }

    /// The blocks that a member is.
    fn blocks<'t>(&mut self, member: Member<'t>, value: Value<'t>, body: Body<'t>) {
        for object in self.objects(value) {
            self.head(member.name(), &[], member, object);
            self.body(object, body);
        }
    }

    /// The blocks that make blocks, by the names of these.
    fn dynamic<'t>(&mut self, value: Value<'t>, kind: &'t str) {
        for object in self.objects(value) {
            for (member, value) in self.named(object) {
                for object in self.objects(value) {
                    self.head("dynamic", &[member], member, object);
                    self.body(object, Body::Dynamic(kind));
                }
            }
        }
    }

    /// Writes what stands for a range of the file.
    fn mark(&mut self, mark: &str, range: TextRange) {
        self.writer.mark(mark, range);
        self.end = range.end;
    }

    /// Writes what stands for nothing.
    fn gap(&mut self, text: &str) {
        self.writer.mark(text, TextRange::empty(self.end));
    }
}
