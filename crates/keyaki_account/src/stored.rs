//! A policy document with the place that it came from.

use std::sync::Arc;

use keyaki_ir::{Policy, percent};
use keyaki_syntax::{NodeKind, SyntaxErrorKind, Tree, Value};

/// A policy as it was found.
#[derive(Clone, Debug)]
pub struct Stored {
    /// What to call it: the name of an inline policy, the ARN of a managed one.
    pub name: String,
    /// The file.
    pub file: Arc<str>,
    /// JSON pointer to the document in the file; to the string, where it stands in one.
    pub pointer: String,
    /// The text that the policy's ranges are in: the file's, or that of the string.
    pub tree: Arc<Tree>,
    /// Whether the tree is that of a string in the file.
    pub is_in_string: bool,
    /// The policy.
    pub policy: Policy,
    /// Why it is not a policy that IAM would store, if it is not; then it has no meaning.
    pub defect: Option<String>,
}

impl Stored {
    /// A policy that is an object of a tree, or a string with a policy in it, plain or
    /// percent-encoded. None for another value.
    pub fn of(name: &str, file: &Arc<str>, tree: &Arc<Tree>, value: Value<'_>) -> Option<Stored> {
        let pointer = tree.pointer(value.id());
        match value.kind() {
            NodeKind::Object => {
                let policy = keyaki_ir::lower_value(value);
                let defect = defect(tree, &policy);
                Some(Stored {
                    name: name.to_owned(),
                    file: file.clone(),
                    pointer,
                    tree: tree.clone(),
                    is_in_string: false,
                    policy,
                    defect,
                })
            }
            NodeKind::String => {
                let text = value.as_str()?;
                let text = match text.trim_start().starts_with('{') {
                    true => text.to_owned(),
                    false => percent::decoded(text),
                };
                Some(Stored { file: file.clone(), pointer, ..Stored::of_text(name, &text) })
            }
            NodeKind::Array
            | NodeKind::Member
            | NodeKind::Number
            | NodeKind::Bool
            | NodeKind::Null
            | NodeKind::Error => None,
        }
    }

    /// A policy that is a text of its own.
    pub fn of_text(name: &str, text: &str) -> Stored {
        let tree = Arc::new(Tree::parse(text));
        let policy = keyaki_ir::lower(&tree);
        let broken = tree.errors().iter().find(|e| e.kind.is_grammar());
        let defect = broken.map(|e| e.kind.message().to_owned()).or_else(|| defect(&tree, &policy));
        Stored {
            name: name.to_owned(),
            file: name.into(),
            pointer: String::new(),
            tree,
            is_in_string: true,
            policy,
            defect,
        }
    }

    /// Whether another policy is the same text, apart from white space.
    pub(crate) fn says_the_same(&self, other: &Stored) -> bool {
        self.text().eq(other.text())
    }

    /// The characters of the policy, without the white space between its tokens.
    fn text(&self) -> impl Iterator<Item = char> {
        let range = self.tree.range(self.policy.origin);
        let text = self.tree.source().get(range.start as usize..range.end as usize);
        let (mut in_string, mut is_escaped) = (false, false);
        text.unwrap_or_default().chars().filter(move |c| {
            let is_quote = *c == '"' && !is_escaped;
            is_escaped = in_string && *c == '\\' && !is_escaped;
            in_string ^= is_quote;
            in_string || !c.is_whitespace()
        })
    }

    /// The file and the pointer, as one text.
    pub fn place(&self) -> String {
        match self.pointer.is_empty() {
            true => self.file.to_string(),
            false => format!("{}#{}", self.file, self.pointer),
        }
    }
}

/// Whether a text is broken, rather than merely odd.
pub(crate) fn is_broken(tree: &Tree) -> Option<&'static str> {
    let odd =
        |k: SyntaxErrorKind| matches!(k, SyntaxErrorKind::Comment | SyntaxErrorKind::TrailingComma);
    let mut broken = tree.errors().iter().filter(|e| e.kind.is_grammar() && !odd(e.kind));
    broken.next().map(|e| e.kind.message())
}

/// Why IAM would not store a policy.
///
/// This is less than what keeps `simulate` from reading a file: a snapshot holds what AWS has
/// stored, and what it once took goes on to count even if it would be refused today. Left out is
/// only what has no meaning of which anything could be said.
fn defect(tree: &Tree, policy: &Policy) -> Option<String> {
    let lines = |node| {
        let before = tree.source().get(..tree.range(node).start as usize).unwrap_or_default();
        before.matches('\n').count() + 1
    };
    if let Some(defect) = policy.defects.first() {
        return Some(format!("line {} does not fit the grammar", lines(defect.origin)));
    }
    for statement in &policy.statements {
        if statement.effect().is_none() {
            return Some(format!(
                "the statement in line {} has no valid effect",
                lines(statement.origin)
            ));
        }
        let blocks = statement.condition.iter().flat_map(|c| &c.blocks);
        if let Some(block) = blocks.into_iter().find(|b| b.operator.operator.is_none()) {
            return Some(format!("there is no condition operator `{}`", block.operator.text));
        }
    }
    None
}
