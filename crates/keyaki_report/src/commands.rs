//! Lines that make a CI service mark the place: workflow commands of GitHub Actions
//! (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>) and logging
//! commands of Azure Pipelines
//! (<https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>).

use std::io::{self, Write};

use keyaki_diag::{Finding, Level};

use crate::{File, Report};

pub(crate) fn write_github(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        for (_, finding) in file.findings() {
            github(file, finding, out)?;
        }
    }
    Ok(())
}

fn github(file: &File<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let (start, end) = file.ends(finding.range());
    let level = match finding.level {
        Level::Error | Level::Security => "error",
        Level::Warning => "warning",
        Level::Suggestion => "notice",
    };
    write!(out, "::{level} file={},line={}", property(file.path), start.line)?;
    // Columns are only taken where the place is within one line.
    if start.line == end.line {
        write!(out, ",col={},endColumn={}", start.column, end.column)?;
    } else {
        write!(out, ",endLine={}", end.line)?;
    }
    let title = format!("{}[{}]", finding.level.name(), finding.rule.name);
    writeln!(out, ",title={}::{}", property(&title), data(&message(finding)))
}

pub(crate) fn write_azure(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        for (_, finding) in file.findings() {
            azure(file, finding, out)?;
        }
    }
    Ok(())
}

fn azure(file: &File<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let start = file.position(finding.range().start);
    let level = match finding.level {
        Level::Error | Level::Security => "error",
        Level::Warning | Level::Suggestion => "warning",
    };
    writeln!(
        out,
        "##vso[task.logissue type={level};sourcepath={};linenumber={};columnnumber={};code={}]{}",
        azure_escaped(file.path),
        start.line,
        start.column,
        finding.rule.name,
        azure_escaped(&message(finding))
    )
}

/// The message with its notes, each on a line of its own.
fn message(finding: &Finding) -> String {
    finding.notes.iter().fold(finding.message.clone(), |text, note| text + "\n" + note)
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn azure_escaped(text: &str) -> String {
    text.replace('%', "%AZP25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace(';', "%3B")
        .replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use super::{azure_escaped, property};

    #[test]
    fn what_ends_a_command_is_escaped() {
        assert_eq!(property("a,b:c\n100%"), "a%2Cb%3Ac%0A100%25");
        assert_eq!(azure_escaped("a;b]\r\n5%"), "a%3Bb%5D%0D%0A5%AZP25");
    }
}
