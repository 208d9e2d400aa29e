//! Accepting a finding: an entry in `keyaki.toml`, which a person gives its reason.

use std::path::PathBuf;

use keyaki_diag::Finding;
use keyaki_workspace::{CONFIG_NAME, Config, gap_before_entry, quoted, suppression_entry};

use crate::Document;

/// What is to stand as the reason until a person has written one.
const REASON: &str = "accepted: say why";

/// Text to be put at the end of another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The file, which need not exist.
    pub path: PathBuf,
    /// The text that it has now.
    pub before: String,
    /// What is to be added.
    pub added: String,
}

/// The entry that accepts a finding; none for a document outside of the editor's folders.
pub fn suppression(document: &Document, finding: usize) -> Option<Suppression> {
    let finding = document.findings().get(finding)?;
    let folder = document.settings.folder.as_deref()?;
    let path = Config::find(folder).unwrap_or_else(|| folder.join(CONFIG_NAME));
    let inside = document.path.strip_prefix(path.parent()?).ok()?;
    let inside = inside.to_string_lossy().replace('\\', "/");
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let entry = suppression_entry(finding.rule.name, &inside, &place(document, finding), REASON);
    let added = format!("{}{entry}", gap_before_entry(&before));
    Some(Suppression { path, before, added })
}

/// The statement that a finding is about: by its `Sid`, where no other has the same.
fn place(document: &Document, finding: &Finding) -> String {
    let pointer = finding.place().map_or("", |place| &place.pointer);
    let mut steps = pointer.splitn(4, '/').skip(1);
    let (Some("Statement"), index) = (steps.next(), steps.next()) else { return String::new() };
    let number = index.and_then(|index| index.parse::<usize>().ok());
    let sids = |text: &str| {
        let all = document.statements().filter_map(|s| s.sid.as_ref());
        all.filter(|sid| &*sid.value == text).count()
    };
    let statement = document.statements().find(|s| s.index == number.unwrap_or(0));
    let sid = statement.and_then(|s| s.sid.as_ref()).map(|sid| &*sid.value);
    match (sid.filter(|sid| sids(sid) == 1), number) {
        (Some(sid), _) => format!("sid = {}\n", quoted(sid)),
        (None, Some(number)) => format!("at = \"/Statement/{number}\"\n"),
        (None, None) => "at = \"/Statement\"\n".to_owned(),
    }
}
