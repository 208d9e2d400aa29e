//! One line for each finding: `path:line:column: level[rule] message`.

use std::io::{self, Write};

use keyaki_diag::{Finding, Level};

use crate::terminal::one_line;
use crate::{File, Report};

pub(crate) fn write(report: &Report<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        for (_, finding) in file.findings() {
            line(file, finding, color, out)?;
        }
    }
    Ok(())
}

fn line(file: &File<'_>, finding: &Finding, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let at = file.position(finding.range().start);
    let (on, off) = if color { (escape(finding.level), "\x1b[0m") } else { ("", "") };
    let (level, rule) = (finding.level.name(), finding.rule.name);
    let (path, message) = (one_line(file.path), one_line(&finding.message));
    writeln!(out, "{path}:{}:{}: {on}{level}[{rule}]{off} {message}", at.line, at.column)
}

fn escape(level: Level) -> &'static str {
    match level {
        Level::Error => "\x1b[31m",
        Level::Security => "\x1b[35m",
        Level::Warning => "\x1b[33m",
        Level::Suggestion => "\x1b[36m",
    }
}
