//! `keyaki check`: lint policies, and mend what can be mended.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use keyaki_diag::{Applicability, Level, Persona};
use keyaki_ir::{PolicyKind, ResourceType};
use keyaki_lint::{Linter, Selection};
use keyaki_report::{Format, Report};
use keyaki_workspace::{CheckedFile, Options, Source, Status};

use crate::console::Console;
use crate::exit::{Exit, Failure};

mod accept;
mod baseline;
pub(crate) mod config;
mod mend;
pub(crate) mod parse;
mod summary;
mod view;

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing found at the level of --fail-level or above
  1  something found
  2  a file could not be read, or the command was not understood";

/// Check policies for mistakes and for dangerous grants
///
/// Takes files, folders (searched for *.json, *.yaml, *.yml, *.template, *.tf, *.tfvars and *.tofu,
/// without what .gitignore leaves out), patterns, and `-` for standard input. Finds policies in
/// answers of AWS interfaces, too, as objects and as text, in CloudFormation and SAM templates, in
/// Terraform and its plans, and with --markdown in *.md.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// Files, folders, patterns, or `-`
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Search folders for *.md, too, and check the policies in their json blocks
    #[arg(long)]
    markdown: bool,
    /// Pass over named files that hold no policy, as is done in folders
    #[arg(long)]
    policies_only: bool,
    /// The kind of all policies: identity, resource, trust, boundary, session, scp, rcp or
    /// vpc-endpoint [default: told from each policy]
    #[arg(long, value_parser = parse::kind)]
    kind: Option<PolicyKind>,
    /// The type of the resource that the policies belong to, such as s3-bucket or AWS::S3::Bucket
    #[arg(long, value_name = "TYPE", value_parser = parse::resource_type)]
    resource_type: Option<ResourceType>,
    /// Run these rules alone: names, AWS codes, groups of the configuration, or the groups all,
    /// aws, proved, error, security, warning, suggestion
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Leave out these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// For whom: regular, pedantic or auditor [default: regular]
    #[arg(long, value_parser = parse::persona)]
    persona: Option<Persona>,
    /// The configuration [default: keyaki.toml here or in the nearest folder above]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Look for no configuration
    #[arg(long, conflicts_with = "config")]
    no_config: bool,
    /// Mend what can be mended without changing what a policy allows
    #[arg(long)]
    fix: bool,
    /// With --fix or --diff: mend also what changes what a policy allows
    #[arg(long)]
    unsafe_fixes: bool,
    /// Show what --fix would change, and change nothing
    #[arg(long, conflicts_with = "fix")]
    diff: bool,
    /// How to write findings: full, concise, json, json-lines, sarif, github, gitlab, junit, rdjson,
    /// checkstyle, azure or markdown
    #[arg(long, value_parser = parse::format, default_value = "full")]
    format: Format,
    /// Write findings to a file as well; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse::output)]
    output: Vec<(Format, PathBuf)>,
    /// Leave out the findings that a file lists
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write all findings into the file of --baseline, and take out of it what is gone
    #[arg(long, requires = "baseline", conflicts_with_all = ["fix", "diff"])]
    update_baseline: bool,
    /// Accept all findings: as comments in YAML and Terraform, in the configuration for other files
    #[arg(
        long,
        requires = "reason",
        conflicts_with_all = ["fix", "diff", "baseline", "no_config"]
    )]
    add_suppressions: bool,
    /// With --add-suppressions: why the findings are accepted, in one line
    #[arg(long, value_name = "TEXT", requires = "add_suppressions")]
    reason: Option<String>,
    /// The name of the text on standard input
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,
    /// Count the findings of each rule instead of showing them
    #[arg(long)]
    statistics: bool,
    /// The number of threads [default: as many as are of use]
    #[arg(long, value_name = "NUMBER", value_parser = parse::jobs)]
    jobs: Option<usize>,
    /// The level from which on findings make the exit code 1 [default: warning]
    #[arg(long, value_name = "LEVEL", value_parser = parse::level)]
    fail_level: Option<Level>,
    /// Exit with 0 whatever is found
    #[arg(long)]
    exit_zero: bool,
}

pub(crate) fn run(arguments: Arguments, console: &mut Console) -> Result<Exit, Failure> {
    arguments.refuse_nonsense()?;
    let options = arguments.options(console)?;
    let sources = arguments.sources()?;
    let mut files = keyaki_workspace::check(&sources, &options);
    if let Some(path) = &arguments.baseline {
        baseline::apply(path, arguments.update_baseline, &mut files, &options, console)?;
    }
    if let (true, Some(reason)) = (arguments.add_suppressions, &arguments.reason) {
        let config = arguments.config.as_deref();
        accept::accept_all(reason.trim(), &mut files, &options, config, console)?;
    }
    if arguments.diff {
        return mend::diff(&arguments, &files, &options, console);
    }
    let mended = match arguments.fix {
        true => mend::fix(&arguments, &sources, &mut files, &options, console)?,
        false => mend::Mended::default(),
    };
    if arguments.prints_edits() {
        mend::settle(&mut files, &options);
    }
    files.extend(options.config.as_ref().and_then(|config| config.checked(&options.linter)));
    let report = view::report(&files, &options);
    arguments.write_files(&report)?;
    arguments.write(&report, mended.took_output, console)?;
    if arguments.format.is_text() {
        console.remark(&summary::summary(&files, &mended));
    }
    Ok(if mended.has_failed { Exit::Failure } else { arguments.exit(&files, &options) })
}

impl Arguments {
    fn refuse_nonsense(&self) -> Result<(), Failure> {
        if self.unsafe_fixes && !self.fix && !self.diff {
            return Err(Failure::new("--unsafe-fixes needs --fix or --diff"));
        }
        if self.add_suppressions && self.paths.iter().any(|path| path.as_os_str() == "-") {
            return Err(Failure::new("--add-suppressions needs files"));
        }
        let is_line = |reason: &String| {
            !reason.trim().is_empty() && !reason.contains(|c: char| c.is_control())
        };
        if self.reason.as_ref().is_some_and(|reason| !is_line(reason)) {
            return Err(Failure::new("--reason needs a text of one line"));
        }
        if self.statistics && !self.format.is_text() {
            return Err(Failure::new("--statistics needs --format full or concise"));
        }
        Ok(())
    }

    /// What the command line says, completed by the configuration: its `select` counts where the
    /// command line has none, its `ignore` always.
    fn options(&self, console: &mut Console) -> Result<Options<'static>, Failure> {
        let config = config::load(self.config.as_deref(), self.no_config)?;
        let said = config.as_ref();
        let persona = self.persona.or_else(|| said?.persona).unwrap_or(Persona::Regular);
        let select = if self.select.is_empty() { said.map(|c| &c.select) } else { None };
        let ignore: Vec<String> =
            self.ignore.iter().chain(said.iter().flat_map(|c| &c.ignore)).cloned().collect();
        let expand = |names: &[String]| said.map_or_else(|| names.to_vec(), |c| c.expand(names));
        let select = expand(select.unwrap_or(&self.select));
        let selection = Selection::new(persona, &select, &expand(&ignore));
        let selection = selection.map_err(|error| Failure::new(error.to_string()))?;
        let settings = said.map(|c| c.settings.clone()).unwrap_or_default();
        Ok(Options {
            kind: self.kind,
            resource_type: self.resource_type,
            linter: Linter::new(&selection).with(settings),
            catalog: console.catalog(),
            jobs: self.jobs,
            config,
        })
    }

    /// Whether some report has the edits of fixes.
    fn prints_edits(&self) -> bool {
        let mut formats = self.output.iter().map(|(format, _)| *format).chain([self.format]);
        !self.statistics && formats.any(Format::has_edits)
    }

    /// Up to where fixes are applied.
    fn up_to(&self) -> Applicability {
        if self.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe }
    }

    fn sources(&self) -> Result<Vec<Source>, Failure> {
        super::sources(
            &self.paths,
            self.stdin_filename.as_deref(),
            self.policies_only,
            self.markdown,
        )
    }

    /// The findings, for who called. Where mended text is on standard output, they go to
    /// standard error.
    fn write(
        &self,
        report: &Report<'_>,
        output_is_taken: bool,
        console: &mut Console,
    ) -> Result<(), Failure> {
        let color = console.has_color() && !output_is_taken;
        let render = |out: &mut dyn Write| match self.statistics {
            true => keyaki_report::statistics(report, out),
            false => self.format.write(report, color, out),
        };
        if output_is_taken {
            let mut text = Vec::new();
            render(&mut text).map_err(|e| Failure::new(e.to_string()))?;
            if !text.is_empty() {
                console.remark(String::from_utf8_lossy(&text).trim_end());
            }
            return Ok(());
        }
        console.write(render)
    }

    /// The findings, for the files of `--output`.
    fn write_files(&self, report: &Report<'_>) -> Result<(), Failure> {
        for (format, path) in &self.output {
            let failure = |e: std::io::Error| super::file_failure(path, &e);
            let mut file = BufWriter::new(File::create(path).map_err(failure)?);
            format.write(report, false, &mut file).map_err(failure)?;
            file.flush().map_err(failure)?;
        }
        Ok(())
    }

    fn exit(&self, files: &[CheckedFile], options: &Options<'_>) -> Exit {
        if files.iter().any(|file| file.status == Status::Unreadable) {
            return Exit::Failure;
        }
        let said = || options.config.as_ref()?.fail_level;
        let fail_level = self.fail_level.or_else(said).unwrap_or(Level::Warning);
        let counts = |level: Level| level <= fail_level;
        let fails = files.iter().any(|f| f.findings().any(|finding| counts(finding.level)));
        if fails && !self.exit_zero { Exit::Findings } else { Exit::Clean }
    }
}

/// Whether a source is standard input.
fn is_stdin(source: &Source) -> bool {
    match source.content {
        keyaki_workspace::Content::Text(_) => true,
        keyaki_workspace::Content::Named
        | keyaki_workspace::Content::Found
        | keyaki_workspace::Content::Unreadable(_) => false,
    }
}

/// What a path is on the screen.
fn shown(path: &Path) -> std::path::Display<'_> {
    path.display()
}
