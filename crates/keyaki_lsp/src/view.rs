//! Texts that the server makes of an open one: they have an address, and nothing is on disk.

use keyaki_ide::{Document, claim, committed, comparison, explanation, simulation};
use serde_json::{Value, json};
use tower_lsp_server::gen_lsp_types::Uri;

use crate::question;
use crate::snapshot::Snapshot;
use crate::uri::{decoded, encoded, path_of};

/// The scheme of the addresses.
pub(crate) const SCHEME: &str = "keyaki-policy";

/// What is made of a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum View {
    /// Its policies in words.
    Explanation,
    /// What they allow that those of the last commit do not, and the other way round.
    Comparison,
    /// What a policy says to a request.
    Simulation(About),
    /// Whether something holds of a policy.
    Proof(About),
}

/// A policy of a text, and what is asked of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct About {
    /// Where the policy stands, as a JSON pointer; the first one where it is not said.
    pub(crate) policy: Option<String>,
    /// The request or the question.
    pub(crate) asked: Value,
}

impl View {
    fn name(&self) -> &'static str {
        match self {
            View::Explanation => "explanation",
            View::Comparison => "comparison",
            View::Simulation(_) => "simulation",
            View::Proof(_) => "proof",
        }
    }

    /// Its address. What follows the name is the text's address, or a JSON object with that and
    /// what is asked.
    pub(crate) fn address(&self, of: &Uri) -> Uri {
        let file = path_of(of).file_name().map(|name| name.to_string_lossy().into_owned());
        let file = encoded(&file.unwrap_or_default());
        let query = match self {
            View::Explanation | View::Comparison => of.0.clone(),
            View::Simulation(About { policy, asked }) | View::Proof(About { policy, asked }) => {
                json!({ "uri": of.0, "policy": policy, "asked": asked }).to_string()
            }
        };
        Uri(format!("{SCHEME}:/{}/{file}.md?{}", self.name(), encoded(&query)))
    }

    /// Reads an address: the view, and the text that it is made of.
    pub(crate) fn parse(address: &Uri) -> Option<(View, Uri)> {
        let (scheme, rest) = address.0.split_once(':')?;
        let (path, query) = rest.split_once('?')?;
        let name = path.trim_start_matches('/').split('/').next()?;
        let query = decoded(query);
        let about = || {
            let object: Value = serde_json::from_str(&query).ok()?;
            let policy = object["policy"].as_str().map(str::to_owned);
            let about = About { policy, asked: object["asked"].clone() };
            Some((about, Uri(object["uri"].as_str()?.to_owned())))
        };
        match name {
            _ if scheme != SCHEME => None,
            "explanation" => Some((View::Explanation, Uri(query))),
            "comparison" => Some((View::Comparison, Uri(query))),
            "simulation" => about().map(|(about, uri)| (View::Simulation(about), uri)),
            "proof" => about().map(|(about, uri)| (View::Proof(about), uri)),
            _ => None,
        }
    }

    /// The view of a text, as Markdown.
    pub(crate) fn of(&self, snapshot: &Snapshot) -> String {
        let document = || snapshot.document();
        match self {
            View::Explanation => explanation(document(), Some(snapshot.proved())),
            View::Comparison => against_last_commit(snapshot),
            View::Simulation(About { policy, asked }) => {
                simulation(document(), policy.as_deref(), &question::request(asked)).markdown
            }
            View::Proof(about) => proof(snapshot, about),
        }
    }
}

fn against_last_commit(snapshot: &Snapshot) -> String {
    match last_commit(snapshot) {
        Ok(old) => comparison(&old, snapshot.document()),
        Err(reason) => format!("There is nothing to compare with: {reason}.\n"),
    }
}

/// A text as of the last commit.
fn last_commit(snapshot: &Snapshot) -> Result<Document, String> {
    let text = committed(&snapshot.path)?;
    Ok(Document::read(&*snapshot.path, &text, snapshot.settings.clone()))
}

fn proof(snapshot: &Snapshot, about: &About) -> String {
    let told = question::claim(&about.asked).and_then(|wanted| {
        let old = wanted.compares().then(|| last_commit(snapshot)).transpose()?;
        Ok(claim(snapshot.document(), about.policy.as_deref(), &wanted, old.as_ref()))
    });
    told.unwrap_or_else(|reason| format!("# Not decided\n\nThere is nothing to prove: {reason}.\n"))
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
        let about = About { policy: Some("/a&b".to_owned()), asked: json!({ "principal": "ü" }) };
        let (view, uri) = (View::Simulation(about), Uri("file:///a%20b.json".to_owned()));
        assert_eq!(View::parse(&view.address(&uri)), Some((view, uri)));
        let name = View::Explanation.address(&Uri("file:///a%20b/c.json".to_owned()));
        assert_eq!(name.0, "keyaki-policy:/explanation/c.json.md?file:///a%2520b/c.json");
        for text in [
            "keyaki-policy:/other/x?y",
            "file:/explanation/x?y",
            "keyaki-policy:/x",
            "keyaki-policy:/proof/x?y",
            "",
        ] {
            assert_eq!(View::parse(&Uri(text.to_owned())), None);
        }
    }
}
