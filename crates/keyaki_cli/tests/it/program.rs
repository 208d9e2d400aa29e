//! Running the program in a folder of its own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A fresh, empty folder for a test of that name.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the old folder can be removed");
    }
    fs::create_dir_all(&folder).expect("the folder can be created");
    folder
}

/// The program, without what the environment of the tests would tell it.
pub(crate) fn keyaki(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyaki"));
    command.args(arguments).current_dir(folder);
    for name in ["NO_COLOR", "KEYAKI_CACHE_DIR", "http_proxy", "HTTP_PROXY", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command.env("XDG_CACHE_HOME", folder.join(".cache"));
    command
}

/// What the program says, given that on standard input.
pub(crate) fn run(mut command: Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    // The program may end without reading all.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().expect("the program ends")
}

/// Standard output, standard error and the exit code of a run.
pub(crate) fn told(folder: &Path, arguments: &[&str]) -> (String, String, i32) {
    let output = run(keyaki(folder, arguments), b"");
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code().expect("an exit code"))
}
