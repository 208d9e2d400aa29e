//! The formats by name.

use std::io::{self, Write};

use crate::{Report, concise, full, json, json_lines, sarif};

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
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 5] =
        [Self::Full, Self::Concise, Self::Json, Self::JsonLines, Self::Sarif];

    /// The name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::JsonLines => "json-lines",
            Self::Sarif => "sarif",
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
            Self::Json | Self::JsonLines | Self::Sarif => false,
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
        }
    }
}
