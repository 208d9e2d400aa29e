//! Checkstyle's XML, which many services and editors read
//! (<https://checkstyle.sourceforge.io/>).

use std::io::{self, Write};

use keyaki_diag::{Finding, Level};

use crate::xml::Escaped;
use crate::{File, Report};

pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<checkstyle version=\"8.0\">")?;
    for file in report.files.iter().filter(|f| f.findings().next().is_some()) {
        writeln!(out, "  <file name=\"{}\">", Escaped(file.path))?;
        for (_, finding) in file.findings() {
            error(file, finding, out)?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}

fn error(file: &File<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let at = file.position(finding.range().start);
    writeln!(
        out,
        "    <error line=\"{}\" column=\"{}\" severity=\"{}\" message=\"{}\" source=\"keyaki.{}\"/>",
        at.line,
        at.column,
        severity(finding.level),
        Escaped(&finding.message),
        finding.rule.name
    )
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Error | Level::Security => "error",
        Level::Warning => "warning",
        Level::Suggestion => "info",
    }
}
