//! Texts that the server makes of an open one: they have an address, and nothing is on disk.

use keyaki_ide::{Document, committed, comparison, explanation};
use tower_lsp_server::gen_lsp_types::Uri;

use crate::snapshot::Snapshot;
use crate::uri::{decoded, encoded, path_of};

/// The scheme of the addresses.
pub(crate) const SCHEME: &str = "keyaki-policy";

/// What is made of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// Its policies in words.
    Explanation,
    /// What they allow that those of the last commit do not, and the other way round.
    Comparison,
}

impl View {
    fn name(self) -> &'static str {
        match self {
            View::Explanation => "explanation",
            View::Comparison => "comparison",
        }
    }

    /// Its address.
    pub(crate) fn address(self, of: &Uri) -> Uri {
        let file = path_of(of).file_name().map(|name| name.to_string_lossy().into_owned());
        let file = encoded(&file.unwrap_or_default());
        Uri(format!("{SCHEME}:/{}/{file}.md?{}", self.name(), encoded(&of.0)))
    }

    /// Reads an address: the view, and the text that it is made of.
    pub(crate) fn parse(address: &Uri) -> Option<(View, Uri)> {
        let (scheme, rest) = address.0.split_once(':')?;
        let (path, query) = rest.split_once('?')?;
        let name = path.trim_start_matches('/').split('/').next()?;
        let all = [View::Explanation, View::Comparison];
        let view = all.into_iter().find(|view| view.name() == name && scheme == SCHEME)?;
        Some((view, Uri(decoded(query))))
    }

    /// The view of a text, as Markdown.
    pub(crate) fn of(self, snapshot: &Snapshot) -> String {
        match self {
            View::Explanation => explanation(snapshot.document(), Some(snapshot.proved())),
            View::Comparison => against_last_commit(snapshot),
        }
    }
}

fn against_last_commit(snapshot: &Snapshot) -> String {
    let path = path_of(&snapshot.uri);
    match committed(&path) {
        Ok(text) => {
            let old = Document::read(path, &text, snapshot.settings.clone());
            comparison(&old, snapshot.document())
        }
        Err(reason) => format!("There is nothing to compare with: {reason}.\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_back_to_their_texts() {
        for text in ["file:///a%20b/c.json", "untitled:Untitled-1", "git:/a?b=c#d"] {
            let uri = Uri(text.to_owned());
            let address = View::Comparison.address(&uri);
            assert!(address.0.starts_with("keyaki-policy:/comparison/"), "{address:?}");
            assert_eq!(View::parse(&address), Some((View::Comparison, uri)));
        }
        let name = View::Explanation.address(&Uri("file:///a%20b/c.json".to_owned()));
        assert_eq!(name.0, "keyaki-policy:/explanation/c.json.md?file:///a%2520b/c.json");
        for text in ["keyaki-policy:/other/x?y", "file:/explanation/x?y", "keyaki-policy:/x", ""] {
            assert_eq!(View::parse(&Uri(text.to_owned())), None);
        }
    }
}
