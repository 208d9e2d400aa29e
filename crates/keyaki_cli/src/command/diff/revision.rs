//! The two revisions of each policy: files, directories, or what git has of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use keyaki_workspace::{Gathered, Holder, Side, gather};

use crate::command::policies::{Loaded, from_texts, holders_of, name_of};
use crate::exit::Failure;

/// One policy in two revisions; where one revision does not have it, that side has no policy.
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) old: Loaded,
    pub(crate) new: Loaded,
    /// Whether both revisions are the same text.
    pub(crate) is_same: bool,
    /// Whether they are of a template or plan.
    pub(crate) is_of_template: bool,
}

/// A text with the name that it is shown by.
type Text = (String, Vec<u8>);

/// The texts of a revision, by their names within it.
type Revision = BTreeMap<String, Text>;

/// Pairs the policies of two revisions by name; two single files are a pair whatever their names.
/// Those of templates and plans are paired by their logical ids and addresses.
pub(crate) fn pairs(old: &Path, new: &Path) -> Result<Vec<Pair>, Failure> {
    let (mut before, mut after) = (revision(old)?, revision(new)?);
    if before.is_empty() && after.is_empty() {
        let (old, new) = (old.display(), new.display());
        let message = format!("neither {old} nor {new} holds a policy or a template");
        return Err(Failure::new(message));
    }
    if before.len() == 1 && after.len() == 1 && before.keys().ne(after.keys()) {
        let name = after.keys().next().cloned().unwrap_or_default();
        before = before.into_values().map(|text| (name.clone(), text)).collect();
    }
    let mut names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
    names.sort_unstable();
    names.dedup();
    let mut pairs = Vec::new();
    for name in names {
        let (old, new) = (before.remove(&name), after.remove(&name));
        pairs.extend(pairs_of(name, old, new)?);
    }
    Ok(pairs)
}

/// The pairs of one file.
fn pairs_of(name: String, old: Option<Text>, new: Option<Text>) -> Result<Vec<Pair>, Failure> {
    let held = |text: &Option<Text>| match text {
        Some((path, bytes)) => Ok(holders_of(path, bytes)?),
        None => Ok(None),
    };
    let (before, after) = (held(&old)?, held(&new)?);
    if before.is_none() && after.is_none() {
        return Ok(vec![plain(name, old, new)?]);
    }
    let mut pairs = Vec::new();
    // A file that was a policy, or becomes one.
    if before.is_none() && old.is_some() {
        pairs.push(plain(name.clone(), old.clone(), None)?);
    }
    if after.is_none() && new.is_some() {
        pairs.push(plain(name.clone(), None, new.clone())?);
    }
    let mut parts = of_template(&name, &sides(before, &old), &sides(after, &new));
    if parts.is_empty() && pairs.is_empty() {
        let (old, new) = (Loaded::empty(), Loaded::empty());
        parts.push(Pair { name, old, new, is_same: true, is_of_template: true });
    } else if parts.iter().all(|pair| pair.is_same) {
        // What is the same is told once.
        parts.truncate(1);
        parts.iter_mut().for_each(|pair| pair.name.clone_from(&name));
    } else {
        parts.retain(|pair| !pair.is_same);
    }
    pairs.extend(parts);
    Ok(pairs)
}

/// The policies of a file that is neither a template nor a plan.
fn plain(name: String, old: Option<Text>, new: Option<Text>) -> Result<Pair, Failure> {
    let side = |text: Option<Text>| from_texts(&text.into_iter().collect::<Vec<_>>());
    Ok(Pair { name, old: side(old)?, new: side(new)?, is_same: false, is_of_template: false })
}

/// One side of a holder of a template or plan.
struct Held<'t> {
    holder: Holder,
    side: Side,
    gathered: Gathered,
    file: &'t str,
    text: std::borrow::Cow<'t, str>,
}

impl Held<'_> {
    fn is_of(&self, other: &Held<'_>) -> bool {
        self.holder.name == other.holder.name && self.side == other.side
    }

    fn loaded(&self) -> Loaded {
        Loaded::of_gathered(self.gathered.clone(), self.file, &self.text)
    }
}

fn sides(holders: Option<Vec<Holder>>, text: &Option<Text>) -> Vec<Held<'_>> {
    let Some((file, bytes)) = text else { return Vec::new() };
    let mut all = Vec::new();
    for holder in holders.into_iter().flatten() {
        for side in [Side::Identity, Side::Resource] {
            let gathered = gather(&holder, side, file, keyaki_catalog::embedded());
            let text = String::from_utf8_lossy(bytes);
            let held = gathered.map(|gathered| Held {
                holder: holder.clone(),
                side,
                gathered,
                file,
                text,
            });
            all.extend(held);
        }
    }
    all
}

/// The pairs of a template or plan; what is not on one side has no policy there.
fn of_template(name: &str, before: &[Held<'_>], after: &[Held<'_>]) -> Vec<Pair> {
    let old_of = |new: &Held<'_>| before.iter().find(|old| old.is_of(new));
    let gone = before.iter().filter(|old| !after.iter().any(|new| new.is_of(old)));
    let both = after.iter().map(|new| (old_of(new), Some(new)));
    let mut pairs = Vec::new();
    for (old, new) in both.chain(gone.map(|old| (Some(old), None))) {
        let Some(shown) = new.or(old) else { continue };
        let name = name_of(name, &shown.holder, shown.side);
        let like = shown.loaded();
        let side =
            |held: Option<&Held<'_>>| held.map_or_else(|| Loaded::nothing(&like), Held::loaded);
        let (mut old_side, mut new_side) = (side(old), side(new));
        if old_side.is_decision() != new_side.is_decision() {
            old_side.as_decisions();
            new_side.as_decisions();
        }
        let says = |held: Option<&Held<'_>>| held.map(|held| held.gathered.says.clone());
        let is_same = says(old) == says(new);
        pairs.push(Pair { name, old: old_side, new: new_side, is_same, is_of_template: true });
    }
    pairs
}
fn revision(place: &Path) -> Result<Revision, Failure> {
    let text = place.to_string_lossy();
    if let Some((revision, path)) = text.strip_prefix("git:").and_then(|t| t.split_once(':')) {
        return from_git(revision, path);
    }
    if place.is_dir() {
        return from_directory(place);
    }
    let bytes = match &*text {
        "-" => crate::console::read_input()?,
        _ => read(place)?,
    };
    let name = place.file_name().map_or(text.clone(), |n| n.to_string_lossy()).into_owned();
    Ok(Revision::from([(name, (text.into_owned(), bytes))]))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    keyaki_workspace::read(file).map_err(|why| Failure::new(format!("{}: {why}", file.display())))
}

fn from_directory(root: &Path) -> Result<Revision, Failure> {
    let mut texts = Revision::new();
    for source in keyaki_workspace::discover(&[root.to_owned()]) {
        let path: PathBuf = source.path;
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        let bytes = read(&path)?;
        if keyaki_workspace::holds_policy(&path, &bytes) {
            texts.insert(name, (path.to_string_lossy().into_owned(), bytes));
        }
    }
    Ok(texts)
}

/// A file or a directory as it is in a commit.
fn from_git(revision: &str, path: &str) -> Result<Revision, Failure> {
    let list = git(&["ls-tree", "-r", "-z", "--name-only", "--full-name", revision, "--", path])?;
    let list = String::from_utf8_lossy(&list);
    let files: Vec<&str> = list.split('\0').filter(|f| !f.is_empty()).collect();
    if files.is_empty() {
        return Err(Failure::new(format!("git:{revision}:{path}: there is no such file")));
    }
    let mut texts = Revision::new();
    let single = files.len() == 1;
    for file in files.iter().filter(|f| single || keyaki_workspace::may_hold_policy(Path::new(f))) {
        let name = match single {
            true => file.rsplit('/').next().unwrap_or(file),
            false => within(file, path),
        };
        let bytes = git(&["show", &format!("{revision}:{file}")])?;
        if single || keyaki_workspace::holds_policy(Path::new(file), &bytes) {
            texts.insert(name.to_owned(), (format!("git:{revision}:{file}"), bytes));
        }
    }
    Ok(texts)
}

/// The name of a file below a directory; names from git begin at the top of the repository.
fn within<'f>(file: &'f str, path: &str) -> &'f str {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    match file.find(&format!("{path}/")) {
        Some(at) if !path.is_empty() && path != "." => {
            file.get(at + path.len() + 1..).unwrap_or(file)
        }
        Some(_) | None => file,
    }
}

fn git(arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let output = Command::new("git")
        .args(arguments)
        .output()
        .map_err(|e| Failure::new(format!("git: {e}")))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => {
            let message = String::from_utf8_lossy(&output.stderr);
            Err(Failure::new(message.lines().next().unwrap_or("git failed").to_owned()))
        }
    }
}
