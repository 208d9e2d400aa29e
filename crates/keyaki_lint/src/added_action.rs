//! The edit that adds actions to a statement.

use keyaki_diag::{Edit, TextRange};
use keyaki_ir::{ActionPattern, Element, Shape};

use crate::context::{Context, quoted};

/// Adds actions at the end of an element; a single action becomes a list.
/// None where the element is empty or no list of strings.
pub(crate) fn add_actions(
    cx: &Context<'_>,
    element: &Element<ActionPattern>,
    actions: &[&str],
) -> Option<Edit> {
    let last = element.entries.last()?;
    let added: String = actions.iter().map(|a| format!(", {}", quoted(a))).collect();
    let range = cx.range(last.origin);
    match element.shape {
        Shape::Single => {
            let replacement = format!("[{}{added}]", cx.text(last.origin));
            Some(Edit { range, replacement })
        }
        Shape::List => {
            let end = TextRange::new(range.end, range.end);
            Some(Edit { range: end, replacement: added })
        }
        Shape::Wrong => None,
    }
}
