//! The outline of a text, and the search for statements in all texts.

use keyaki_ide::{Document, Symbol, SymbolKind};
use tower_lsp_server::gen_lsp_types as lsp;

use crate::position::Lines;
use crate::snapshot::Snapshot;
use crate::workspace::Texts;

/// Of more symbols than this, nobody finds the one.
const MOST_FOUND: usize = 500;

pub(crate) fn outline(snapshot: &Snapshot) -> Vec<lsp::DocumentSymbol> {
    let symbols = keyaki_ide::symbols(snapshot.document());
    symbols.into_iter().map(|symbol| document_symbol(snapshot, symbol)).collect()
}

fn document_symbol(snapshot: &Snapshot, symbol: Symbol) -> lsp::DocumentSymbol {
    let children = symbol.children.into_iter().map(|child| document_symbol(snapshot, child));
    let children: Vec<_> = children.collect();
    #[expect(deprecated, reason = "the type has a member that is no longer used")]
    lsp::DocumentSymbol {
        name: symbol.name,
        detail: Some(symbol.detail),
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: snapshot.range(symbol.range),
        selection_range: snapshot.range(symbol.selection),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

fn kind(kind: SymbolKind) -> lsp::SymbolKind {
    match kind {
        SymbolKind::Policy => lsp::SymbolKind::Module,
        SymbolKind::Statement => lsp::SymbolKind::Class,
    }
}

/// The statements whose names hold the letters of the query in their order, in open texts first and
/// then in the files of the folders.
pub(crate) fn search(Texts { open, workspace }: &Texts, query: &str) -> Vec<lsp::WorkspaceSymbol> {
    let mut found = Vec::new();
    for snapshot in open {
        collect(&mut found, snapshot.document(), &snapshot.uri, &snapshot.lines, query);
    }
    for (uri, file) in workspace.files() {
        if found.len() >= MOST_FOUND {
            break;
        }
        if let Some(document) = file.read(&workspace.settings.of(&file.path)) {
            let lines = Lines::new(document.text(), workspace.client.encoding);
            collect(&mut found, &document, &uri, &lines, query);
        }
    }
    found.truncate(MOST_FOUND);
    found
}

fn collect(
    found: &mut Vec<lsp::WorkspaceSymbol>,
    document: &Document,
    uri: &lsp::Uri,
    lines: &Lines,
    query: &str,
) {
    let file = document.path().file_name().map(|name| name.to_string_lossy().into_owned());
    let symbols = keyaki_ide::symbols(document).into_iter();
    let all = symbols.flat_map(|symbol| match symbol.kind {
        SymbolKind::Policy => symbol.children,
        SymbolKind::Statement => vec![symbol],
    });
    for symbol in all.filter(|symbol| has_letters(&symbol.name, query)) {
        let range = lines.range(symbol.selection);
        let location = lsp::Location { uri: uri.clone(), range };
        found.push(lsp::WorkspaceSymbol {
            location: lsp::WorkspaceSymbolLocation::Location(location),
            data: None,
            base_symbol_information: lsp::BaseSymbolInformation {
                name: symbol.name,
                kind: kind(symbol.kind),
                tags: None,
                container_name: file.clone(),
            },
        });
    }
}

fn has_letters(name: &str, query: &str) -> bool {
    let lower = |c: char| c.to_ascii_lowercase();
    let mut letters = name.chars().map(lower);
    query.chars().map(lower).all(|wanted| letters.any(|c| c == wanted))
}
