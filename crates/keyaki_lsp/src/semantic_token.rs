//! Tokens as the protocol packs them: five numbers each, relative to the token before.

use std::sync::Arc;

use keyaki_ide::{TextRange, Token, TokenKind, TokenModifier};
use tower_lsp_server::gen_lsp_types as lsp;

use crate::snapshot::Snapshot;

/// The names of token types, in the order of [`TokenKind::ALL`]; all are ones that editors know.
pub(crate) fn types() -> Vec<String> {
    let name = |kind| match kind {
        TokenKind::Element => "keyword",
        TokenKind::Constant => "enumMember",
        TokenKind::Sid => "class",
        TokenKind::Service => "namespace",
        TokenKind::Action => "method",
        TokenKind::Wildcard => "operator",
        TokenKind::Operator => "function",
        TokenKind::Key => "property",
        TokenKind::Variable => "variable",
        TokenKind::PrincipalKind => "type",
    };
    TokenKind::ALL.into_iter().map(|kind| name(kind).to_owned()).collect()
}

/// The names of modifiers, in the order of their bits.
pub(crate) fn modifiers() -> Vec<String> {
    ["readonly", "modification", "deprecated"].map(str::to_owned).into()
}

fn bits(modifier: Option<TokenModifier>) -> u32 {
    match modifier {
        None => 0,
        Some(TokenModifier::ReadOnly) => 1,
        Some(TokenModifier::Modification) => 1 << 1,
        Some(TokenModifier::Deprecated) => 1 << 2,
    }
}

/// The tokens of a part of a text, five numbers each.
pub(crate) fn numbers(snapshot: &Snapshot, range: TextRange) -> Arc<[u32]> {
    let mut last = lsp::Position::default();
    let mut numbers = Vec::new();
    for token in keyaki_ide::tokens(snapshot.document(), range) {
        let Range { start, length } = on_one_line(snapshot, &token);
        if length == 0 {
            continue;
        }
        let line = start.line - last.line;
        let column = if line == 0 { start.character - last.character } else { start.character };
        let kind = TokenKind::ALL.iter().position(|kind| *kind == token.kind).unwrap_or(0);
        numbers.extend([line, column, length, kind as u32, bits(token.modifier)]);
        last = start;
    }
    numbers.into()
}

struct Range {
    start: lsp::Position,
    length: u32,
}

/// A token that reaches over the end of a line, in a broken text, has no length.
fn on_one_line(snapshot: &Snapshot, token: &Token) -> Range {
    let range = snapshot.range(token.range);
    let same = range.start.line == range.end.line;
    let length = if same { range.end.character - range.start.character } else { 0 };
    Range { start: range.start, length }
}

/// Numbers as the tokens of the protocol's types.
pub(crate) fn tokens(result_id: Option<u64>, numbers: &[u32]) -> lsp::SemanticTokens {
    let token = |five: &[u32]| match five {
        &[delta_line, delta_start, length, token_type, token_modifiers_bitset] => {
            Some(lsp::SemanticToken {
                delta_line,
                delta_start,
                length,
                token_type,
                token_modifiers_bitset,
            })
        }
        _ => None,
    };
    let data = numbers.chunks(5).filter_map(token).collect();
    lsp::SemanticTokens { result_id: result_id.map(|id| id.to_string()), data }
}

/// What turns the old numbers into the new ones: one edit between their common ends.
pub(crate) fn delta(result_id: u64, old: &[u32], new: &[u32]) -> lsp::SemanticTokensDelta {
    let same = |(a, b): &(&[u32], &[u32])| a == b;
    let head = old.chunks(5).zip(new.chunks(5)).take_while(same).count() * 5;
    let (old_rest, new_rest) = (&old[head.min(old.len())..], &new[head.min(new.len())..]);
    let backwards = old_rest.rchunks(5).zip(new_rest.rchunks(5));
    let tail = backwards.take_while(same).count() * 5;
    let inserted = &new_rest[..new_rest.len() - tail];
    let deleted = old_rest.len() - tail;
    let edit = lsp::SemanticTokensEdit {
        start: head as u32,
        delete_count: deleted as u32,
        data: (!inserted.is_empty()).then(|| inserted.to_vec()),
    };
    let is_same = deleted == 0 && inserted.is_empty();
    let edits = if is_same { Vec::new() } else { vec![edit] };
    lsp::SemanticTokensDelta { result_id: Some(result_id.to_string()), edits }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(old: &[u32], delta: &lsp::SemanticTokensDelta) -> Vec<u32> {
        let mut numbers = old.to_vec();
        for edit in &delta.edits {
            let start = edit.start as usize;
            let data = edit.data.clone().unwrap_or_default();
            numbers.splice(start..start + edit.delete_count as usize, data);
        }
        numbers
    }

    #[test]
    fn a_delta_turns_the_old_numbers_into_the_new() {
        let token = |n: u32| [n, n, n, n, n];
        let all = |tokens: &[u32]| tokens.iter().flat_map(|n| token(*n)).collect::<Vec<_>>();
        let cases: [(&[u32], &[u32]); 6] = [
            (&[], &[]),
            (&[], &[1]),
            (&[1, 2, 3], &[1, 3]),
            (&[1, 3], &[1, 2, 3]),
            (&[1, 1], &[1, 1, 1]),
            (&[1, 2, 3], &[4, 2, 5]),
        ];
        for (old, new) in cases {
            let (old, new) = (all(old), all(new));
            assert_eq!(applied(&old, &delta(7, &old, &new)), new);
        }
    }
}
