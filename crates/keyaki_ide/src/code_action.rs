//! What can be done at a place: listed at once, worked out when it is chosen.

mod dependent;
mod fix;
mod list;
mod operator;
mod refactoring;
mod statement;
mod suppression;
mod wildcard;

use std::fmt;

pub use suppression::{Suppression, suppression};

use keyaki_diag::{Edit, TextRange};

use crate::{Document, formatting};

/// The families of code actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeActionKind {
    /// Mends a finding; it is proved that the policies allow no more then.
    QuickFix,
    /// Accepts a finding.
    Suppress,
    /// Says the same, or nearly the same, in another way.
    Rewrite,
    /// Mends all that can be mended without changing what the policy allows.
    FixAll,
    /// Brings the elements into order.
    Organize,
}

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeAction {
    /// Which one it is, to ask for its edits.
    pub id: CodeActionId,
    /// What it does, as an imperative.
    pub title: String,
    /// Its family.
    pub kind: CodeActionKind,
    /// Whether it is the one to take where there are several.
    pub is_preferred: bool,
    /// The finding that it mends, as an index into [`Document::findings`].
    pub finding: Option<usize>,
}

/// Names a code action of one document, for as long as its text stays the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeActionId {
    /// The fix with that number, of the finding with that number.
    Fix {
        /// Index into [`Document::findings`].
        finding: usize,
        /// Index into the finding's fixes.
        fix: usize,
    },
    /// The refactoring with that number, of those at that offset.
    Rewrite {
        /// Where.
        offset: u32,
        /// Which.
        number: usize,
    },
    /// The acceptance of the finding with that number.
    Suppress {
        /// Index into [`Document::findings`].
        finding: usize,
    },
    /// All safe fixes.
    FixAll,
    /// The order of AWS's grammar.
    Organize,
}

impl fmt::Display for CodeActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CodeActionId::Fix { finding, fix } => write!(f, "fix {finding} {fix}"),
            CodeActionId::Rewrite { offset, number } => write!(f, "rewrite {offset} {number}"),
            CodeActionId::Suppress { finding } => write!(f, "suppress {finding}"),
            CodeActionId::FixAll => f.write_str("fix-all"),
            CodeActionId::Organize => f.write_str("organize"),
        }
    }
}

impl CodeActionId {
    /// Reads what was written; none where it names no action.
    pub fn parse(text: &str) -> Option<CodeActionId> {
        let mut words = text.split(' ');
        let name = words.next()?;
        let mut number = || words.next()?.parse::<usize>().ok();
        match name {
            "fix" => Some(CodeActionId::Fix { finding: number()?, fix: number()? }),
            "suppress" => Some(CodeActionId::Suppress { finding: number()? }),
            "rewrite" => {
                let offset = u32::try_from(number()?).ok()?;
                Some(CodeActionId::Rewrite { offset, number: number()? })
            }
            "fix-all" => Some(CodeActionId::FixAll),
            "organize" => Some(CodeActionId::Organize),
            _ => None,
        }
    }
}

/// What can be done in a part of a document, of the kinds that are wanted: first what mends
/// findings there.
///
/// What fixes do to access is found out here, for those in the part.
/// The two actions on the whole document are always listed: whether they change something is
/// known when they are worked out.
pub fn code_actions(
    document: &Document,
    range: TextRange,
    is_wanted: &dyn Fn(CodeActionKind) -> bool,
) -> Vec<CodeAction> {
    if document.policies().is_empty() && document.findings().is_empty() {
        return Vec::new();
    }
    let mut actions = Vec::new();
    if is_wanted(CodeActionKind::QuickFix) {
        actions.extend(fix::quick_fixes(document, range));
    }
    actions.extend(rewrites(document, range.start));
    actions.extend(fix::suppressions(document, range));
    if document.findings().iter().any(fix::is_mended_safely) {
        actions.push(whole(
            CodeActionId::FixAll,
            "Fix all that is safe to fix",
            CodeActionKind::FixAll,
        ));
    }
    if !document.policies().is_empty() {
        let title = "Bring elements into canonical order";
        actions.push(whole(CodeActionId::Organize, title, CodeActionKind::Organize));
    }
    actions.retain(|action| is_wanted(action.kind));
    actions
}

fn rewrites(document: &Document, offset: u32) -> impl Iterator<Item = CodeAction> {
    let found = refactoring::refactorings(document, offset).into_iter().enumerate();
    found.map(move |(number, refactoring)| CodeAction {
        id: CodeActionId::Rewrite { offset, number },
        title: refactoring.title,
        kind: CodeActionKind::Rewrite,
        is_preferred: false,
        finding: None,
    })
}

fn whole(id: CodeActionId, title: &str, kind: CodeActionKind) -> CodeAction {
    CodeAction { id, title: title.to_owned(), kind, is_preferred: false, finding: None }
}

/// The edits of an action, sorted, none overlapping; nothing where there is nothing to do.
pub fn edits_of(document: &Document, id: CodeActionId) -> Vec<Edit> {
    match id {
        CodeActionId::Fix { finding, fix } => fix::edits(document, finding, fix),
        CodeActionId::Rewrite { offset, number } => {
            let mut found = refactoring::refactorings(document, offset).into_iter();
            found.nth(number).map(|refactoring| refactoring.edits).unwrap_or_default()
        }
        // It changes another file: see `suppression`.
        CodeActionId::Suppress { .. } => Vec::new(),
        CodeActionId::FixAll => fix::all(document),
        CodeActionId::Organize => formatting::organize(document),
    }
}
