//! Folding, growing selections, formatting, inlay hints, links.

use keyaki_ide::{Fold, Hint, Link, TextRange, documentation};
use tower_lsp_server::gen_lsp_types as lsp;

use crate::completion::markdown;
use crate::snapshot::Snapshot;

pub(crate) fn folds(snapshot: &Snapshot) -> Vec<lsp::FoldingRange> {
    let folds = keyaki_ide::folds(snapshot.document());
    folds.into_iter().filter_map(|fold| folding_range(snapshot, fold)).collect()
}

/// From the line of the opening bracket to the line before the closing one, which stays in sight.
fn folding_range(snapshot: &Snapshot, fold: Fold) -> Option<lsp::FoldingRange> {
    let range = snapshot.range(fold.range);
    let end_line = range.end.line.checked_sub(1).filter(|end| *end > range.start.line)?;
    Some(lsp::FoldingRange {
        start_line: range.start.line,
        end_line,
        collapsed_text: fold.summary,
        ..lsp::FoldingRange::default()
    })
}

pub(crate) fn selections(
    snapshot: &Snapshot,
    positions: &[lsp::Position],
) -> Vec<lsp::SelectionRange> {
    positions.iter().map(|&position| selection(snapshot, position)).collect()
}

fn selection(snapshot: &Snapshot, position: lsp::Position) -> lsp::SelectionRange {
    let ranges = keyaki_ide::selection(snapshot.document(), snapshot.offset(position));
    let outwards = ranges.into_iter().rev();
    let nest = |parent: Option<lsp::SelectionRange>, range: TextRange| {
        let parent = parent.map(Box::new);
        Some(lsp::SelectionRange { range: snapshot.range(range), parent })
    };
    let here = || lsp::SelectionRange {
        range: lsp::Range { start: position, end: position },
        parent: None,
    };
    outwards.fold(None, nest).unwrap_or_else(here)
}

pub(crate) fn format(snapshot: &Snapshot) -> Vec<lsp::TextEdit> {
    snapshot.text_edits(keyaki_ide::format(snapshot.document()))
}

pub(crate) fn format_range(snapshot: &Snapshot, range: lsp::Range) -> Vec<lsp::TextEdit> {
    let range = snapshot.text_range(range);
    snapshot.text_edits(keyaki_ide::format_range(snapshot.document(), range))
}

pub(crate) fn hints(snapshot: &Snapshot, range: lsp::Range) -> Vec<lsp::InlayHint> {
    let hints = keyaki_ide::hints(snapshot.document(), snapshot.text_range(range));
    hints.into_iter().map(|hint| inlay_hint(snapshot, hint)).collect()
}

fn inlay_hint(snapshot: &Snapshot, hint: Hint) -> lsp::InlayHint {
    lsp::InlayHint {
        position: snapshot.lines.position(hint.offset),
        label: lsp::Label::String(hint.label),
        kind: None,
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: Some(serde_json::Value::String(hint.topic.to_string())),
    }
}

/// The hint with what is to be read about it.
pub(crate) fn resolve_hint(
    catalog: &keyaki_ide::Catalog,
    mut hint: lsp::InlayHint,
) -> lsp::InlayHint {
    let topic = hint.data.as_ref().and_then(|data| data.as_str());
    let topic = topic.and_then(keyaki_ide::Topic::parse);
    let text = topic.and_then(|topic| documentation(catalog, &topic));
    hint.tooltip = text.map(|text| markdown(text).into());
    hint
}

pub(crate) fn links(snapshot: &Snapshot) -> Vec<lsp::DocumentLink> {
    let link = |link: Link| lsp::DocumentLink {
        range: snapshot.range(link.range),
        target: Some(link.target.into()),
        tooltip: Some(link.tooltip),
        data: None,
    };
    keyaki_ide::links(snapshot.document()).into_iter().map(link).collect()
}

pub(crate) fn hover(snapshot: &Snapshot, position: lsp::Position) -> Option<lsp::Hover> {
    let hover = keyaki_ide::hover(snapshot.document(), snapshot.offset(position))?;
    let range = Some(snapshot.range(hover.range));
    Some(lsp::Hover { contents: markdown(hover.markdown).into(), range })
}
