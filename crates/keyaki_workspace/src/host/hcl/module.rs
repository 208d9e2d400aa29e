//! The files of a Terraform module: all `*.tf` and `*.tf.json` of a folder are one.
//!
//! A file is read by itself. Where it refers to a local value or a policy document that it does
//! not have, the other files of its folder are read, too; once for all files of a run.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use keyaki_diag::TextRange;

use super::address::{Addresses, addresses};
use super::attached;
use super::file::File;
use super::variables::{Variables, is_of_values};
use crate::host::language;
use crate::kind::Hint;

/// How much text the other files of a module may have.
const MAX_OTHERS: u64 = 8 * 1024 * 1024;

/// The data source that makes policies.
pub(super) const DOCUMENT: &str = "aws_iam_policy_document";

/// What documents are used for: nothing for a language of its own.
pub(super) type Uses = HashMap<Box<str>, Vec<Option<Hint>>>;

/// The files of a folder that can be read.
#[derive(Debug, Default)]
struct Folder {
    files: Vec<File>,
    /// The names of the files that belong to the module and are not read.
    missing: Vec<String>,
    /// What is said of variables.
    variables: Variables,
    /// The files of each local value, and of each document.
    locals: HashMap<Box<str>, Vec<usize>>,
    documents: HashMap<Box<str>, Vec<usize>>,
    uses: OnceLock<Uses>,
    addresses: OnceLock<Addresses>,
}

impl Folder {
    fn read(path: &Path) -> Folder {
        Folder::of(paths(path).into_iter().map(with_text))
    }

    /// A folder of which no more is read than the values of variables.
    fn of_values(path: &Path) -> Folder {
        let paths = paths(path).into_iter();
        Folder::of(paths.filter(|path| is_of_values(&name_of(path))).map(with_text))
    }

    /// The folder of some files, in order of their names, up to a limit. References to what cannot
    /// be read are holes.
    fn of(texts: impl Iterator<Item = (PathBuf, Option<String>)>) -> Folder {
        let mut folder = Folder::default();
        let mut left = MAX_OTHERS as usize;
        let mut files = Vec::new();
        for (path, text) in texts {
            let rest = text.as_ref().and_then(|text| left.checked_sub(text.len()));
            left = rest.unwrap_or(left);
            let text = text.filter(|_| rest.is_some());
            if is_of_values(&name_of(&path)) {
                folder.variables.add(&path, text);
                continue;
            }
            let file = text.and_then(|text| File::read(&path, &text, Some(1)).ok());
            match file.filter(|file| file.problem().is_none()) {
                Some(file) => files.push(file),
                None => folder.missing.push(name_of(&path)),
            }
        }
        for (at, file) in files.iter().enumerate() {
            file.locals.keys().for_each(|name| add(&mut folder.locals, name, at));
            file.documents.keys().for_each(|name| add(&mut folder.documents, name, at));
        }
        Folder { files, ..folder }
    }

    fn uses(&self) -> &Uses {
        let local = |name: &str| self.files.get(*self.locals.get(name)?.first()?)?.local(name);
        self.uses.get_or_init(|| uses(self.files.iter(), local))
    }
}

fn add(names: &mut HashMap<Box<str>, Vec<usize>>, name: &str, at: usize) {
    names.entry(name.into()).or_default().push(at);
}

/// What the resources of some files use documents for.
pub(super) fn uses<'f>(
    files: impl Iterator<Item = &'f File>,
    local: impl Fn(&str) -> Option<&'f Expression>,
) -> Uses {
    let mut uses = Uses::new();
    for reference in files.flat_map(File::references) {
        if let Some(document) = attached::document_of(&reference.to, &local) {
            uses.entry(document).or_default().push(reference.hint);
        }
    }
    uses
}

/// The modules of a run, each read once.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    folders: Mutex<HashMap<PathBuf, Arc<OnceLock<Folder>>>>,
    /// The files that are checked in the run.
    checked: HashSet<PathBuf>,
    /// A file that is left out of its folder.
    without: Option<PathBuf>,
    /// Whether nothing is there but what was given.
    is_closed: bool,
}

impl Modules {
    /// For a run over these files.
    pub(crate) fn of<'p>(paths: impl Iterator<Item = &'p Path>) -> Modules {
        Modules { checked: paths.map(normal).collect(), ..Modules::default() }
    }

    /// As they are on disk, but for one file.
    pub(crate) fn without(path: &Path) -> Modules {
        Modules { without: Some(normal(path)), ..Modules::default() }
    }

    /// Of these texts alone, whatever is on disk.
    pub(crate) fn of_texts<'t>(texts: impl Iterator<Item = (&'t Path, &'t [u8])>) -> Modules {
        let mut folders: BTreeMap<PathBuf, Vec<(PathBuf, Option<String>)>> = BTreeMap::new();
        for (path, text) in texts.filter(|(path, _)| counts(path)) {
            let folder = normal(folder_of(path));
            let text = String::from_utf8(text.to_vec()).ok();
            folders.entry(folder).or_default().push((path.to_owned(), text));
        }
        let read = |(path, texts): (PathBuf, Vec<_>)| {
            (path, Arc::new(OnceLock::from(Folder::of(texts.into_iter()))))
        };
        let folders = Mutex::new(folders.into_iter().map(read).collect());
        Modules { folders, is_closed: true, ..Modules::default() }
    }

    /// The text of a file beside those of a module; none if that cannot be told.
    pub(super) fn text_of(&self, path: &Path, most: u64) -> Option<String> {
        (!self.is_closed).then(|| text_of(path, most)).flatten()
    }

    /// Whether a file is all that there is of its module.
    fn has_one(&self, path: &Path) -> bool {
        let entries = std::fs::read_dir(folder_of(path)).into_iter().flatten();
        let mut files = entries.filter_map(Result::ok).map(|entry| entry.path());
        !self.is_closed && !files.any(|p| is_of_module(&p) && p.file_name() != path.file_name())
    }

    /// The folder that was not given.
    fn read(&self, path: &Path) -> Folder {
        if self.is_closed { Folder::default() } else { Folder::read(path) }
    }

    /// Whether a file is checked by itself in the same run.
    pub(super) fn is_checked(&self, path: &Path) -> bool {
        !self.checked.is_empty() && self.checked.contains(&normal(path))
    }

    fn folder(&self, folder: &Path) -> Arc<OnceLock<Folder>> {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.entry(normal(folder)).or_default().clone()
    }
}

/// The path from the root, without steps back.
fn normal(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => normal.push(part),
        }
    }
    normal
}

/// The files of a folder that belong to its module, in order of their names.
fn paths(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| counts(path));
    paths.sort();
    paths
}

/// Whether a file bears on the module of its folder.
pub(crate) fn counts(path: &Path) -> bool {
    is_of_module(path) || is_of_values(&name_of(path))
}

/// Whether a file belongs to the module of its folder. Hidden files do not.
fn is_of_module(path: &Path) -> bool {
    let name = name_of(path);
    let is_hidden = name.starts_with('.') || name.ends_with('~');
    !is_hidden && language(path, b"").is_terraform() && !is_of_values(&name)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

pub(super) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a file comes before another one that is read beside it. Of two files whose names differ
/// in their ends alone, OpenTofu reads one.
fn is_read_before(path: &Path, other: &Path) -> bool {
    let [name, other] = [path, other].map(name_of);
    let of_terraform = |name: &str| name.replace(".tofu", ".tf");
    !is_override(&name) && of_terraform(&name) != of_terraform(&other) && name < other
}

/// Whether what a file says takes the place of what others say.
fn is_override(name: &str) -> bool {
    let ends = [".tf.json", ".tofu.json", ".tf", ".tofu"];
    let stem = ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    stem == "override" || stem.ends_with("_override")
}

fn with_text(path: PathBuf) -> (PathBuf, Option<String>) {
    let text = text_of(&path, MAX_OTHERS);
    (path, text)
}

/// The text of a plain file that is not too long.
fn text_of(path: &Path, most: u64) -> Option<String> {
    let metadata = path.metadata().ok()?;
    if !metadata.is_file() || metadata.len() > most {
        return None;
    }
    let text = String::from_utf8(crate::read(path).ok()?).ok()?;
    (text.len() as u64 <= most).then_some(text)
}

/// A file with the others of its module.
pub(super) struct Module<'a> {
    pub(super) own: &'a File,
    pub(super) modules: &'a Modules,
    others: OnceLock<Arc<OnceLock<Folder>>>,
}

impl<'a> Module<'a> {
    pub(super) fn new(own: &'a File, modules: &'a Modules) -> Module<'a> {
        Module { own, modules, others: OnceLock::new() }
    }

    /// The path of the folder.
    pub(super) fn path(&self) -> &Path {
        folder_of(&self.own.path)
    }

    /// The folder, read when it is asked for. A module of one file is not read a second time.
    fn folder(&self) -> &Folder {
        let folder = self.others.get_or_init(|| match self.modules.has_one(&self.own.path) {
            true => Arc::new(OnceLock::from(Folder::of_values(self.path()))),
            false => self.modules.folder(self.path()),
        });
        folder.get_or_init(|| self.modules.read(self.path()))
    }

    /// Another file of the folder.
    fn other(&self, at: usize) -> Option<&File> {
        self.folder().files.get(at).filter(|file| self.is_other(&file.path))
    }

    /// Whether a file of the folder is neither this one nor left out.
    fn is_other(&self, path: &Path) -> bool {
        path.file_name() != self.own.path.file_name()
            && self.modules.without.as_ref().is_none_or(|out| *out != normal(path))
    }

    /// The files of the module, this one first.
    pub(super) fn files(&self) -> Vec<&File> {
        let others = self.folder().files.iter().filter(|file| self.is_other(&file.path));
        std::iter::once(self.own).chain(others).collect()
    }

    /// What the files of the folder say of variables.
    pub(super) fn variables(&self) -> &Variables {
        &self.folder().variables
    }

    /// All texts of another folder with their names, if it can be read and each is of a kind.
    pub(super) fn folder_of(&self, source: &str, is_it: impl Fn(&Body) -> bool) -> Option<String> {
        let path = self.path().join(source);
        let folder = self.modules.folder(&path);
        let folder = folder.get_or_init(|| self.modules.read(&path));
        let is_whole = folder.missing.is_empty() && !folder.files.is_empty();
        let is_it = is_whole && folder.files.iter().all(|file| is_it(&file.body));
        let said = |file: &File| format!("{} {}\n", name_of(&file.path), file.text);
        is_it.then(|| folder.files.iter().map(said).collect())
    }

    /// The names of the files of which it is not known what they say about others, and whether they
    /// may change what these say.
    pub(super) fn unknown_files(&self) -> Vec<(String, bool)> {
        let folder = self.folder();
        let missing = folder.missing.iter().filter(|name| {
            let path = self.path().join(name);
            self.is_other(&path)
        });
        let missing: Vec<String> = missing.cloned().collect();
        let read = self.files().into_iter().map(|file| name_of(&file.path));
        let overrides = read.filter(|name| is_override(name));
        missing.into_iter().chain(overrides).map(|n| (n.clone(), is_override(&n))).collect()
    }

    /// A local value, with its file; none if it is there several times.
    pub(super) fn local(&self, name: &str) -> Option<(&File, &Expression)> {
        let is_own = self.own.locals.contains_key(name);
        let file = self.only(is_own, self.folder().locals.get(name))?;
        Some((file, file.local(name)?))
    }

    /// A policy document, with its file; none if it is there several times.
    pub(super) fn document(&self, name: &str) -> Option<(&File, &Block)> {
        let is_own = self.own.documents.contains_key(name);
        let file = self.only(is_own, self.folder().documents.get(name))?;
        Some((file, file.document(name)?))
    }

    /// The first of the files before this one that has a resource of an address, and where; none of
    /// files that override others.
    pub(super) fn before(&self, address: &str) -> Option<(&File, TextRange)> {
        if is_override(&name_of(&self.own.path)) {
            return None;
        }
        let folder = self.folder();
        let all = folder.addresses.get_or_init(|| addresses(&folder.files)).get(address)?;
        let found = all.iter().filter_map(|(at, range)| Some((self.other(*at)?, *range)));
        let found = found.filter(|(file, _)| is_read_before(&file.path, &self.own.path));
        found.min_by_key(|(file, _)| name_of(&file.path))
    }

    /// The only file that has something: this one, or one of the folder.
    fn only(&self, is_own: bool, files: Option<&Vec<usize>>) -> Option<&File> {
        let others = files.into_iter().flatten().filter_map(|at| self.other(*at));
        let mut all = is_own.then_some(self.own).into_iter().chain(others);
        all.next().filter(|_| all.next().is_none())
    }

    /// What the resources of the file use documents for.
    pub(super) fn own_uses(&self) -> Uses {
        uses(std::iter::once(self.own), |name| Some(self.local(name)?.1))
    }

    /// What all resources of the module use documents for, as it is on disk.
    pub(super) fn all_uses(&self) -> &Uses {
        self.folder().uses()
    }
}
