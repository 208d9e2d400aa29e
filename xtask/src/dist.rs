//! `cargo xtask dist`: what a release consists of, under `target/dist/`.
//!
//! The program is built for one platform and packed four times: as an archive with completions,
//! manual pages and a list of its parts, as a Python wheel, and as two npm packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::editor::run;
use crate::platform::Platform;
use crate::{Outcome, sbom};

mod npm;
mod wheel;

/// Optimising the whole program at once takes minutes.
const PATIENCE: Duration = Duration::from_secs(45 * 60);

/// What to build.
pub(crate) struct Order {
    /// For which platform.
    pub(crate) platform: &'static Platform,
    /// With which of cargo's profiles.
    pub(crate) profile: String,
}

impl Order {
    /// What the arguments ask for; what they do not tell stays as it is.
    ///
    /// # Errors
    /// Unknown arguments.
    pub(crate) fn with(mut self, arguments: &[&str]) -> Result<Order, Box<dyn std::error::Error>> {
        for pair in arguments.chunks(2) {
            match pair {
                ["--target", triple] => self.platform = Platform::named(triple)?,
                ["--profile", profile] => self.profile = (*profile).to_owned(),
                _ => return Err("allowed are --target TRIPLE and --profile NAME".into()),
            }
        }
        Ok(self)
    }
}

/// What was packed.
pub(crate) struct Packed {
    pub(crate) archive: PathBuf,
    pub(crate) wheel: PathBuf,
    pub(crate) npm: [PathBuf; 2],
}

/// Packs what the arguments ask for, and says what came of it.
///
/// # Errors
/// Unknown arguments, or a step that fails.
pub(crate) fn run_task(root: &Path, arguments: &[&str]) -> Outcome {
    let order = Order { platform: Platform::of_release()?, profile: "dist".to_owned() };
    let order = order.with(arguments)?;
    let packed = pack(root, &order)?;
    for path in [&packed.archive, &packed.wheel].into_iter().chain(&packed.npm) {
        println!("{} ({} KiB)", path.display(), fs::metadata(path)?.len() / 1024);
    }
    Ok(())
}

/// Builds and packs.
///
/// # Errors
/// A step that fails.
pub(crate) fn pack(root: &Path, order: &Order) -> Result<Packed, Box<dyn std::error::Error>> {
    let program = build(root, order)?;
    let dist = root.join("target/dist");
    let release = Release { root, dist: &dist, program: &program, platform: order.platform };
    fs::create_dir_all(&dist)?;
    Ok(Packed {
        archive: release.archive()?,
        wheel: wheel::pack(&release)?,
        npm: npm::pack(&release)?,
    })
}

fn build(root: &Path, order: &Order) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let triple = order.platform.triple;
    let mut cargo = crate::cargo(root);
    cargo.args(["build", "--package", "keyaki_cli", "--profile", &order.profile]);
    // The host's own programs lie where every build puts them, so that nothing is built twice.
    let is_host = triple == crate::platform::host()?;
    let mut folder = root.join("target");
    if !is_host {
        cargo.args(["--target", triple]);
        folder.push(triple);
    }
    run(&mut cargo, PATIENCE)?;
    Ok(folder.join(&order.profile).join(order.platform.program()))
}

/// A built program, and where its packages go.
struct Release<'a> {
    root: &'a Path,
    dist: &'a Path,
    program: &'a Path,
    platform: &'static Platform,
}

impl Release<'_> {
    /// An empty folder for what goes into a package.
    fn folder(&self, name: &str) -> std::io::Result<PathBuf> {
        let folder = self.dist.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    fn copy(&self, files: &[&str], folder: &Path) -> Outcome {
        for file in files {
            let name = Path::new(file).file_name().unwrap_or_default();
            fs::copy(self.root.join(file), folder.join(name))?;
        }
        Ok(())
    }

    fn copy_program(&self, folder: &Path) -> Outcome {
        fs::copy(self.program, folder.join(self.platform.program()))?;
        Ok(())
    }

    fn archive(&self) -> Result<PathBuf, Box<dyn std::error::Error>> {
        let name = format!("keyaki-{}-{}", version(), self.platform.triple);
        let folder = self.folder(&name)?;
        self.copy_program(&folder)?;
        let beside = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];
        self.copy(&beside, &folder)?;
        self.copy(&["packaging/Dockerfile"], &folder)?;
        fs::write(folder.join("keyaki.cdx.json"), sbom::of_program(self.root, self.platform)?)?;
        self.write_completions(&folder.join("completions"))?;
        let manual = folder.join("man");
        run(Command::new(self.program).arg("man").arg(&manual), PATIENCE)?;
        let archive = self.dist.join(format!("{name}.tar.gz"));
        let mut tar = Command::new("tar");
        tar.arg("-czf").arg(&archive).arg("-C").arg(self.dist).arg(&name);
        run(&mut tar, PATIENCE)?;
        write_checksum(&archive)?;
        Ok(archive)
    }

    fn write_completions(&self, folder: &Path) -> Outcome {
        fs::create_dir_all(folder)?;
        for (shell, file) in [("bash", "keyaki.bash"), ("fish", "keyaki.fish"), ("zsh", "_keyaki")]
        {
            let mut program = Command::new(self.program);
            program.args(["completions", shell]).stderr(Stdio::inherit());
            let output = program.output()?;
            if !output.status.success() {
                return Err(format!("no completions for {shell}").into());
            }
            fs::write(folder.join(file), output.stdout)?;
        }
        Ok(())
    }
}

/// The version of the workspace.
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Writes a file's SHA-256 beside it, as `sha256sum` does.
fn write_checksum(file: &Path) -> Outcome {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let digest = Sha256::digest(fs::read(file)?);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let beside = file.with_file_name(format!("{name}.sha256"));
    fs::write(beside, format!("{digest}  {name}\n"))?;
    Ok(())
}
