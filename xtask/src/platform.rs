//! The platforms that releases are built for.

use std::process::Command;

type Error = Box<dyn std::error::Error>;

/// A platform, and what the package indexes call it.
#[derive(Debug)]
pub(crate) struct Platform {
    /// Rust's name.
    pub(crate) triple: &'static str,
    /// The tag of a wheel: <https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/>.
    pub(crate) wheel_tag: &'static str,
    /// Node's `process.platform` and `process.arch`.
    pub(crate) npm: (&'static str, &'static str),
}

impl Platform {
    /// A program with musl's library in it runs on every Linux, hence two tags. One that is linked
    /// with the system's library is for the machine that built it.
    const ALL: &[Platform] = &[
        Platform::new(
            "x86_64-unknown-linux-musl",
            "manylinux2014_x86_64.musllinux_1_1_x86_64",
            ("linux", "x64"),
        ),
        Platform::new(
            "aarch64-unknown-linux-musl",
            "manylinux2014_aarch64.musllinux_1_1_aarch64",
            ("linux", "arm64"),
        ),
        Platform::new("x86_64-unknown-linux-gnu", "linux_x86_64", ("linux", "x64")),
        Platform::new("aarch64-unknown-linux-gnu", "linux_aarch64", ("linux", "arm64")),
        Platform::new("aarch64-apple-darwin", "macosx_11_0_arm64", ("darwin", "arm64")),
        Platform::new("x86_64-apple-darwin", "macosx_10_12_x86_64", ("darwin", "x64")),
        Platform::new("x86_64-pc-windows-msvc", "win_amd64", ("win32", "x64")),
    ];

    const fn new(
        triple: &'static str,
        wheel_tag: &'static str,
        npm: (&'static str, &'static str),
    ) -> Platform {
        Platform { triple, wheel_tag, npm }
    }

    /// The platform with that name of Rust's.
    ///
    /// # Errors
    /// One that nothing is released for.
    pub(crate) fn named(triple: &str) -> Result<&'static Platform, Error> {
        let found = Platform::ALL.iter().find(|platform| platform.triple == triple);
        let known: Vec<&str> = Platform::ALL.iter().map(|platform| platform.triple).collect();
        found.ok_or_else(|| {
            format!("nothing is released for `{triple}`, but for {}", known.join(", ")).into()
        })
    }

    /// What a release for this machine is built for: on Linux with musl's library, so that the
    /// program needs none of the system.
    ///
    /// # Errors
    /// A machine that nothing is released for.
    pub(crate) fn of_release() -> Result<&'static Platform, Error> {
        Platform::named(&host()?.replace("-linux-gnu", "-linux-musl"))
    }

    /// This machine as it builds for itself.
    ///
    /// # Errors
    /// A machine that nothing is released for.
    pub(crate) fn of_host() -> Result<&'static Platform, Error> {
        Platform::named(&host()?)
    }

    /// The file name of the program.
    pub(crate) fn program(&self) -> &'static str {
        if self.npm.0 == "win32" { "keyaki.exe" } else { "keyaki" }
    }
}

/// Rust's name of this machine.
///
/// # Errors
/// No compiler that tells it.
pub(crate) fn host() -> Result<String, Error> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line.ok_or("rustc does not tell its host")?.to_owned())
}
