//! Where a solver is.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The release of Z3 that `cargo xtask z3` brings.
pub const Z3_RELEASE: &str = "5.3.3.0";

/// No solver is where one is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSolver {
    /// The program that was named and is not there, if one was.
    pub named: Option<PathBuf>,
}

impl std::fmt::Display for NoSolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.named {
            Some(path) => write!(f, "there is no solver at `{}`", path.display()),
            None => write!(
                f,
                "no solver found: neither `KEYAKI_SOLVER` names one, nor is there `z3` or `cvc5` in the \
                 cache or on the path; install one of them, or let `cargo xtask z3` bring Z3 {Z3_RELEASE}"
            ),
        }
    }
}

impl std::error::Error for NoSolver {}

/// The program of a solver: the one that is given, else the one that the environment's
/// `KEYAKI_SOLVER` names, else the one in the cache, else `z3` or `cvc5` on the path.
///
/// # Errors
/// When there is none, or not where it was named.
pub fn find(given: Option<&Path>) -> Result<PathBuf, NoSolver> {
    let of_environment = || std::env::var_os("KEYAKI_SOLVER").filter(|v| !v.is_empty());
    if let Some(named) = given.map(Path::to_owned).or_else(|| of_environment().map(PathBuf::from)) {
        return match named.is_file() {
            true => Ok(named),
            false => Err(NoSolver { named: Some(named) }),
        };
    }
    let cached = cache().map(|cache| cache.join("bin").join(program("z3")));
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = ["z3", "cvc5"].into_iter().flat_map(|name| in_path(&on_path, name));
    let mut all = cached.into_iter().chain(on_path);
    all.find(|path| path.is_file()).ok_or(NoSolver { named: None })
}

/// The folder in which `cargo xtask z3` keeps Z3; none where the environment names no home.
pub fn cache() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let caches = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
    Some(caches.join("keyaki").join(format!("z3-{Z3_RELEASE}")))
}

fn in_path(path: &OsStr, name: &str) -> Vec<PathBuf> {
    std::env::split_paths(path).map(|folder| folder.join(program(name))).collect()
}

fn program(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}
