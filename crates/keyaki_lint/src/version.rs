//! Edits of the `Version` element.

use keyaki_diag::Edit;
use keyaki_diag::TextRange;
use keyaki_ir::Version;
use keyaki_syntax::NodeKind;

use crate::context::{Context, quoted};

/// The edit that makes the policy one of the current version: it rewrites the `Version` that is
/// there, or puts one before the first element.
pub(crate) fn update(cx: &Context<'_>) -> Option<Edit> {
    let version = quoted(Version::V2012.name());
    if let Some(element) = &cx.policy().version {
        return Some(Edit { range: cx.range(element.origin), replacement: version });
    }
    let object = cx.node(cx.policy().origin).filter(|v| v.kind() == NodeKind::Object)?;
    let first = object.members().next()?.range().start;
    let brace = object.range().start + 1;
    let space = TextRange::new(brace, first).slice(cx.source());
    let gap = if space.is_empty() { " " } else { space };
    Some(Edit {
        range: TextRange::empty(first),
        replacement: format!("\"Version\": {version},{gap}"),
    })
}
