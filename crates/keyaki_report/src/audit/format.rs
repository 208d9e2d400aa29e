//! The formats of an audit by name.

use std::io::{self, Write};

use super::{Audit, asff, csv, markdown, ocsf, sarif, to_json, write_text};

/// How an audit is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// JSON, version 1.
    Json,
    /// One HTML file for a browser, with nothing from elsewhere.
    Html,
    /// Markdown.
    Markdown,
    /// CSV.
    Csv,
    /// SARIF 2.1.0.
    Sarif,
    /// OCSF 1.3.0, an event a line.
    Ocsf,
    /// AWS Security Finding Format.
    Asff,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 8] = [
        Format::Text,
        Format::Json,
        Format::Html,
        Format::Markdown,
        Format::Csv,
        Format::Sarif,
        Format::Ocsf,
        Format::Asff,
    ];

    /// The name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Html => "html",
            Format::Markdown => "markdown",
            Format::Csv => "csv",
            Format::Sarif => "sarif",
            Format::Ocsf => "ocsf",
            Format::Asff => "asff",
        }
    }

    /// The format of a name.
    pub fn parse(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|f| f.name() == name)
    }

    /// Writes an audit.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn write(self, audit: &Audit, color: bool, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Format::Text => write_text(audit, color, out),
            Format::Json => writeln!(out, "{:#}", to_json(audit)),
            Format::Html => crate::audit_html::write(audit, out),
            Format::Markdown => markdown::write(audit, out),
            Format::Csv => csv::write(audit, out),
            Format::Sarif => writeln!(out, "{:#}", sarif::to_json(audit)),
            Format::Ocsf => ocsf::write(audit, out),
            Format::Asff => writeln!(out, "{:#}", asff::to_json(audit)),
        }
    }
}
