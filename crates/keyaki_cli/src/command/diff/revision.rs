//! The two revisions of each policy: files, directories, or what git has of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::policies::{Loaded, from_texts};
use crate::exit::Failure;

/// One policy in two revisions; where one revision does not have it, that side has no policy.
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) old: Loaded,
    pub(crate) new: Loaded,
}

/// The texts of a revision, by their names within it.
type Revision = BTreeMap<String, (String, Vec<u8>)>;

/// Pairs the policies of two revisions by name; two single files are a pair whatever their names.
pub(crate) fn pairs(old: &Path, new: &Path) -> Result<Vec<Pair>, Failure> {
    let (mut before, mut after) = (revision(old)?, revision(new)?);
    if before.is_empty() && after.is_empty() {
        let (old, new) = (old.display(), new.display());
        let message = format!("neither {old} nor {new} holds a file `*.json`");
        return Err(Failure::new(message));
    }
    if before.len() == 1 && after.len() == 1 && before.keys().ne(after.keys()) {
        let name = after.keys().next().cloned().unwrap_or_default();
        before = before.into_values().map(|text| (name.clone(), text)).collect();
    }
    let mut names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
    names.sort_unstable();
    names.dedup();
    let side = |revision: &mut Revision, name: &str| {
        let texts: Vec<(String, Vec<u8>)> = revision.remove(name).into_iter().collect();
        from_texts(&texts)
    };
    let pair = |name: String| {
        let (old, new) = (side(&mut before, &name)?, side(&mut after, &name)?);
        Ok(Pair { name, old, new })
    };
    names.into_iter().map(pair).collect()
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
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        let bytes = read(&path)?;
        texts.insert(name, (path.to_string_lossy().into_owned(), bytes));
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
    for file in files.iter().filter(|f| single || f.ends_with(".json")) {
        let name = match single {
            true => file.rsplit('/').next().unwrap_or(file),
            false => within(file, path),
        };
        let bytes = git(&["show", &format!("{revision}:{file}")])?;
        texts.insert(name.to_owned(), (format!("git:{revision}:{file}"), bytes));
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
