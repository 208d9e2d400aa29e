//! The two revisions of each policy: files, directories, or what git has of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use keyaki_workspace::{Gathered, Holder, Language, Siblings, Side, gather};

use crate::command::policies::{Loaded, from_texts, holders_among, name_of};
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
    /// Whether that they are the same rests on the equal texts of two files alone.
    pub(crate) is_by_text: bool,
}

/// A text with the name that it is shown by.
type Text = (String, Vec<u8>);

/// The texts of a revision, by their names within it.
type Texts = BTreeMap<String, Text>;

/// A revision.
struct Revision {
    texts: Texts,
    /// The files beside those of Terraform.
    siblings: Siblings,
}

/// Pairs the policies of two revisions by name; two single files are a pair whatever their names.
/// Those of templates and plans are paired by their logical ids and addresses.
pub(crate) fn pairs(old: &Path, new: &Path) -> Result<Vec<Pair>, Failure> {
    let (mut before, mut after) = (revision(old, new)?, revision(new, old)?);
    let (mut olds, mut news) =
        (std::mem::take(&mut before.texts), std::mem::take(&mut after.texts));
    if olds.is_empty() && news.is_empty() {
        let (old, new) = (old.display(), new.display());
        let message = format!("neither {old} nor {new} holds a policy or a template");
        return Err(Failure::new(message));
    }
    if olds.len() == 1 && news.len() == 1 && olds.keys().ne(news.keys()) {
        let name = news.keys().next().cloned().unwrap_or_default();
        olds = olds.into_values().map(|text| (name.clone(), text)).collect();
    }
    let names: BTreeSet<&String> = olds.keys().chain(news.keys()).collect();
    let mut units: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in names {
        units.entry(unit(name)).or_default().push(name.clone());
    }
    let mut pairs = Vec::new();
    for names in units.into_values() {
        let of = |texts: &mut Texts| {
            let own = names.iter().filter_map(|name| Some((name.clone(), texts.remove(name)?)));
            own.collect::<Texts>()
        };
        let (old, new) = (of(&mut olds), of(&mut news));
        pairs.extend(pairs_of(&names, &old, &new, [&before.siblings, &after.siblings])?);
    }
    Ok(pairs)
}

/// What is compared as one: a file, or the files of a module of Terraform.
fn unit(name: &str) -> String {
    match keyaki_workspace::language(Path::new(name), b"") {
        Language::Hcl | Language::HclJson => {
            let folder = Path::new(name).parent().unwrap_or(Path::new(""));
            format!("{}/", folder.display())
        }
        Language::Json | Language::Yaml | Language::Markdown => name.to_owned(),
    }
}

/// The pairs of one file, or of one module.
fn pairs_of(
    names: &[String],
    old: &Texts,
    new: &Texts,
    siblings: [&Siblings; 2],
) -> Result<Vec<Pair>, Failure> {
    // Of several files, each is read by itself; one file stands for its module.
    let has_several = names.len() > 1;
    let held = |texts: &Texts, siblings: &Siblings| {
        let held = |(name, (path, bytes)): (&String, &Text)| {
            let mut found = holders_among(path, bytes, siblings)?;
            found.iter_mut().for_each(|all| {
                all.retain(|h| !(h.is_told_of_others || has_several && h.is_elsewhere));
            });
            Ok((name.clone(), found))
        };
        texts.iter().map(held).collect::<Result<Vec<_>, Failure>>()
    };
    let (before, after) = (held(old, siblings[0])?, held(new, siblings[1])?);
    let mut pairs = Vec::new();
    // A file that is a policy, was one, or becomes one.
    let plain_of = |held: &[(String, Option<Vec<Holder>>)], texts: &Texts| {
        let plain = held.iter().find(|(_, holders)| holders.is_none());
        plain.and_then(|(name, _)| texts.get(name).cloned())
    };
    let name = names.first().cloned().unwrap_or_default();
    let (was, is) = (plain_of(&before, old), plain_of(&after, new));
    match (was, is) {
        (Some(was), Some(is)) => return Ok(vec![plain(name, Some(was), Some(is))?]),
        (None, None) => {}
        (was, is) => pairs.push(plain(name.clone(), was, is)?),
    }
    let mut parts = of_template(&sides(before, old), &sides(after, new));
    let is_one_text = names.len() == 1 && !is_module(&name) && equal(old, new);
    if parts.is_empty() && pairs.is_empty() {
        parts.push(Pair::nothing(name));
    } else if is_one_text || parts.iter().all(|pair| pair.is_same) {
        // What is the same is told once.
        let is_by_text = parts.iter().any(|pair| !pair.is_same);
        parts.truncate(1);
        let name = if names.len() == 1 { name } else { unit(&name) };
        parts.iter_mut().for_each(|pair| {
            (pair.name, pair.is_same, pair.is_by_text) = (name.clone(), true, is_by_text);
        });
    } else {
        parts.retain(|pair| !pair.is_same);
    }
    pairs.extend(parts);
    Ok(pairs)
}

/// Whether a file is one of a module: what it says depends on others.
fn is_module(name: &str) -> bool {
    keyaki_workspace::language(Path::new(name), b"").is_terraform()
}

fn equal(old: &Texts, new: &Texts) -> bool {
    old.values().map(|(_, bytes)| bytes).eq(new.values().map(|(_, bytes)| bytes))
}

impl Pair {
    /// A file without policies.
    fn nothing(name: String) -> Pair {
        let (old, new) = (Loaded::empty(), Loaded::empty());
        Pair { name, old, new, is_same: true, is_of_template: true, is_by_text: false }
    }
}

/// The policies of a file that is neither a template nor a plan.
fn plain(name: String, old: Option<Text>, new: Option<Text>) -> Result<Pair, Failure> {
    let side = |text: Option<Text>| from_texts(&text.into_iter().collect::<Vec<_>>());
    let (old, new) = (side(old)?, side(new)?);
    Ok(Pair { name, old, new, is_same: false, is_of_template: false, is_by_text: false })
}

/// One side of a holder of a template or plan.
struct Held<'t> {
    /// The name of its file.
    name: String,
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

fn sides(files: Vec<(String, Option<Vec<Holder>>)>, texts: &Texts) -> Vec<Held<'_>> {
    let mut all = Vec::new();
    let mut known = BTreeSet::new();
    for (name, holders) in files {
        let Some((file, bytes)) = texts.get(&name) else { continue };
        // What several files of a module attach to one outside of it is told in the first.
        let mut is_new = |holder: &Holder| known.insert(holder.name.clone());
        let own: Vec<Holder> = holders.into_iter().flatten().filter(&mut is_new).collect();
        for holder in own {
            for side in [Side::Identity, Side::Resource] {
                let gathered = gather(&holder, side, file, keyaki_catalog::embedded());
                let text = String::from_utf8_lossy(bytes);
                let held = gathered.map(|gathered| Held {
                    name: name.clone(),
                    holder: holder.clone(),
                    side,
                    gathered,
                    file,
                    text,
                });
                all.extend(held);
            }
        }
    }
    all
}

/// The pairs of a template or plan; what is not on one side has no policy there.
fn of_template(before: &[Held<'_>], after: &[Held<'_>]) -> Vec<Pair> {
    let old_of = |new: &Held<'_>| before.iter().find(|old| old.is_of(new));
    let gone = before.iter().filter(|old| !after.iter().any(|new| new.is_of(old)));
    let both = after.iter().map(|new| (old_of(new), Some(new)));
    let mut pairs = Vec::new();
    for (old, new) in both.chain(gone.map(|old| (Some(old), None))) {
        let Some(shown) = new.or(old) else { continue };
        let name = name_of(&shown.name, &shown.holder, shown.side);
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
        let (old, new) = (old_side, new_side);
        pairs.push(Pair { name, old, new, is_same, is_of_template: true, is_by_text: false });
    }
    pairs
}

/// A revision; where it is a file of Terraform, the other one is not taken for a part of its module.
fn revision(place: &Path, other: &Path) -> Result<Revision, Failure> {
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
    let texts = Texts::from([(name, (text.into_owned(), bytes))]);
    Ok(Revision { texts, siblings: Siblings::without(other) })
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    keyaki_workspace::read(file).map_err(|why| Failure::new(format!("{}: {why}", file.display())))
}

fn from_directory(root: &Path) -> Result<Revision, Failure> {
    let mut texts = Texts::new();
    for source in keyaki_workspace::discover(&[root.to_owned()]) {
        let path: PathBuf = source.path;
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        let bytes = read(&path)?;
        if keyaki_workspace::holds_policy(&path, &bytes) {
            texts.insert(name, (path.to_string_lossy().into_owned(), bytes));
        }
    }
    Ok(Revision { texts, siblings: Siblings::default() })
}

/// A file or a directory as it is in a commit.
fn from_git(revision: &str, path: &str) -> Result<Revision, Failure> {
    let list = git(&["ls-tree", "-r", "-z", "--name-only", "--full-name", revision, "--", path])?;
    let list = String::from_utf8_lossy(&list);
    let files: Vec<&str> = list.split('\0').filter(|f| !f.is_empty()).collect();
    if files.is_empty() {
        return Err(Failure::new(format!("git:{revision}:{path}: there is no such file")));
    }
    let mut texts = Texts::new();
    let single = files.len() == 1;
    for file in files.iter().filter(|f| single || keyaki_workspace::may_hold_policy(Path::new(f))) {
        let name = match single {
            true => file.rsplit('/').next().unwrap_or(file),
            false => within(file, path),
        };
        let bytes = git(&["show", &format!("{revision}:{file}")])?;
        if single || keyaki_workspace::holds_policy(Path::new(file), &bytes) {
            texts.insert(name.to_owned(), (git_name(revision, file), bytes));
        }
    }
    let siblings = siblings_in_git(revision, path, &files)?;
    Ok(Revision { texts, siblings })
}

fn git_name(revision: &str, file: &str) -> String {
    format!("git:{revision}:{file}")
}

/// The files of modules of Terraform, and those beside a single one.
fn siblings_in_git(revision: &str, path: &str, files: &[&str]) -> Result<Siblings, Failure> {
    let folder = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.map_or_else(|| "./".to_owned(), |folder| format!("{}/", folder.display()));
    let beside = match files {
        [file] if Siblings::counts(Path::new(file)) => {
            git(&["ls-tree", "-z", "--name-only", "--full-name", revision, "--", &folder])?
        }
        _ => Vec::new(),
    };
    let beside = String::from_utf8_lossy(&beside).into_owned();
    let all: BTreeSet<&str> = beside.split('\0').chain(files.iter().copied()).collect();
    let mut texts = Vec::new();
    for file in all.into_iter().filter(|file| Siblings::counts(Path::new(file))) {
        let bytes = git(&["show", &format!("{revision}:{file}")])?;
        texts.push((PathBuf::from(git_name(revision, file)), bytes));
    }
    Ok(Siblings::of_texts(texts.iter().map(|(path, bytes)| (&**path, &**bytes))))
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
