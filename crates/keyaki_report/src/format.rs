//! The formats by name.

use std::io::{self, Write};

use crate::{
    Report, checkstyle, commands, concise, full, gitlab, json, json_lines, junit, markdown, rdjson,
    sarif,
};

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Each finding with the source that it is about.
    Full,
    /// One line for each finding.
    Concise,
    /// One JSON object, version 1.
    Json,
    /// One JSON object for each finding.
    JsonLines,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands, with which GitHub Actions marks places.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit's XML.
    Junit,
    /// Reviewdog's diagnostics.
    Rdjson,
    /// Checkstyle's XML.
    Checkstyle,
    /// Logging commands, with which Azure Pipelines lists issues.
    Azure,
    /// A table for people.
    Markdown,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 12] = [
        Self::Full,
        Self::Concise,
        Self::Json,
        Self::JsonLines,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Rdjson,
        Self::Checkstyle,
        Self::Azure,
        Self::Markdown,
    ];

    /// The name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::JsonLines => "json-lines",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Rdjson => "rdjson",
            Self::Checkstyle => "checkstyle",
            Self::Azure => "azure",
            Self::Markdown => "markdown",
        }
    }

    /// The format of that name.
    pub fn parse(name: &str) -> Option<Format> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }

    /// Whether people read it, rather than programs.
    pub fn is_text(self) -> bool {
        match self {
            Self::Full | Self::Concise => true,
            Self::Json
            | Self::JsonLines
            | Self::Sarif
            | Self::Github
            | Self::Gitlab
            | Self::Junit
            | Self::Rdjson
            | Self::Checkstyle
            | Self::Azure
            | Self::Markdown => false,
        }
    }

    /// Whether it has the edits of fixes, for programs to apply.
    pub fn has_edits(self) -> bool {
        match self {
            Self::Json | Self::JsonLines | Self::Sarif | Self::Rdjson => true,
            Self::Full
            | Self::Concise
            | Self::Github
            | Self::Gitlab
            | Self::Junit
            | Self::Checkstyle
            | Self::Azure
            | Self::Markdown => false,
        }
    }

    /// Writes a report. Colour is for [`Format::Full`] and [`Format::Concise`] alone.
    ///
    /// # Errors
    /// What `out` returns.
    pub fn write(self, report: &Report<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Full => full::write(report, color, out),
            Self::Concise => concise::write(report, color, out),
            Self::Json => json::write(report, out),
            Self::JsonLines => json_lines::write(report, out),
            Self::Sarif => sarif::write(report, out),
            Self::Github => commands::write_github(report, out),
            Self::Gitlab => gitlab::write(report, out),
            Self::Junit => junit::write(report, out),
            Self::Rdjson => rdjson::write(report, out),
            Self::Checkstyle => checkstyle::write(report, out),
            Self::Azure => commands::write_azure(report, out),
            Self::Markdown => markdown::write(report, out),
        }
    }
}
