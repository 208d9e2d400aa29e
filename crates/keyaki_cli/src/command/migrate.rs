//! `keyaki migrate`: the configuration of another linter as a `keyaki.toml`.

use std::path::PathBuf;

use keyaki_workspace::migrate;

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Carry the configuration of another linter over to keyaki.toml
///
/// Reads parliament's configuration and the configuration of iam-policy-validator, YAML as they
/// write it. The result goes to standard output; what could not be carried over stands in it as
/// comments and goes to standard error, too.
///
/// Exits with 0 if everything was carried over, 1 if something was not, 2 for want of good input.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which linter the file is of
    #[arg(long, value_enum)]
    from: Tool,
    /// Its configuration
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Tool {
    /// parliament
    Parliament,
    /// iam-policy-validator
    IamPolicyValidator,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let text = std::fs::read_to_string(&arguments.file)
        .map_err(|e| super::file_failure(&arguments.file, &e))?;
    let tool = match arguments.from {
        Tool::Parliament => migrate::Tool::Parliament,
        Tool::IamPolicyValidator => migrate::Tool::IamPolicyValidator,
    };
    let migrated = migrate::migrate(tool, &text)
        .map_err(|reason| Failure::new(format!("{}: {reason}", arguments.file.display())))?;
    console.write(|out| out.write_all(migrated.text.as_bytes()))?;
    for left in &migrated.left {
        console.remark(&format!("not carried over: {left}"));
    }
    Ok(if migrated.left.is_empty() { Exit::Clean } else { Exit::Findings })
}
