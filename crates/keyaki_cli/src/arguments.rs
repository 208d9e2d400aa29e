//! The arguments of the command line.

use clap::{Parser, Subcommand};

use crate::command::{
    analyze, catalog, check, completions, diff, explain, format, generate, lsp, man, migrate,
    prove, shrink, simulate, snapshot, what_can, who_can,
};
use crate::console::{Choice, Color, Console};
use crate::exit::{Exit, Failure};

/// Checks, formats and explains AWS IAM policies
#[derive(Debug, Parser)]
#[command(name = "keyaki", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colour; NO_COLOR in the environment means never
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Which catalogue of AWS's services to use
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHICH")]
    pub(crate) catalog: Choice,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(check::Arguments),
    Format(format::Arguments),
    Explain(explain::Arguments),
    Simulate(Box<simulate::Arguments>),
    Prove(Box<prove::Arguments>),
    Diff(diff::Arguments),
    Shrink(shrink::Arguments),
    Migrate(migrate::Arguments),
    #[command(subcommand)]
    Snapshot(snapshot::Command),
    Analyze(Box<analyze::Arguments>),
    WhoCan(Box<who_can::Arguments>),
    WhatCan(Box<what_can::Arguments>),
    Generate(Box<generate::Arguments>),
    Catalog(catalog::Arguments),
    Lsp(lsp::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

impl Command {
    pub(crate) fn run(self, console: &mut Console) -> Result<Exit, Failure> {
        match self {
            Command::Check(arguments) => check::run(arguments, console),
            Command::Format(arguments) => format::run(arguments, console),
            Command::Explain(arguments) => explain::run(&arguments, console),
            Command::Simulate(arguments) => simulate::run(&arguments, console),
            Command::Diff(arguments) => diff::run(&arguments, console),
            Command::Shrink(arguments) => shrink::run(&arguments, console),
            Command::Migrate(arguments) => migrate::run(&arguments, console),
            Command::Prove(arguments) => prove::run(&arguments, console),
            Command::Snapshot(command) => snapshot::run(&command, console),
            Command::Analyze(arguments) => analyze::run(&arguments, console),
            Command::WhoCan(arguments) => who_can::run(&arguments, console),
            Command::WhatCan(arguments) => what_can::run(&arguments, console),
            Command::Generate(arguments) => generate::run(&arguments, console),
            Command::Catalog(arguments) => catalog::run(arguments, console),
            Command::Lsp(arguments) => lsp::run(&arguments, console),
            Command::Completions(arguments) => completions::run(&arguments, console),
            Command::Man(arguments) => man::run(&arguments, console),
        }
    }
}
