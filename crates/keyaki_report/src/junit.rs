//! JUnit's XML: a suite for each file, in it a case for each finding, or one that passed
//! (<https://github.com/testmoapp/junitxml>).

use std::io::{self, Write};

use keyaki_diag::Finding;

use crate::xml::Escaped;
use crate::{File, Report};

pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let failures = report.files.iter().map(failures).sum::<usize>();
    let cases = report.files.iter().map(cases).sum::<usize>();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"keyaki\" tests=\"{cases}\" failures=\"{failures}\">")?;
    for file in &report.files {
        suite(file, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn failures(file: &File<'_>) -> usize {
    file.findings().count()
}

/// A file without findings is a case that passed.
fn cases(file: &File<'_>) -> usize {
    failures(file).max(1)
}

fn suite(file: &File<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (path, tests, failures) = (Escaped(file.path), cases(file), failures(file));
    writeln!(
        out,
        "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
    )?;
    if failures == 0 {
        writeln!(out, "    <testcase name=\"no findings\" classname=\"{path}\"/>")?;
    }
    for (_, finding) in file.findings() {
        case(file, finding, out)?;
    }
    writeln!(out, "  </testsuite>")
}

fn case(file: &File<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let at = file.position(finding.range().start);
    let (path, rule, level) = (Escaped(file.path), finding.rule.name, finding.level.name());
    let message = Escaped(&finding.message);
    writeln!(
        out,
        "    <testcase name=\"{rule}\" classname=\"{path}\" file=\"{path}\" line=\"{}\">",
        at.line
    )?;
    write!(out, "      <failure message=\"{message}\" type=\"{level}\">")?;
    write!(out, "{path}:{}:{}: {message}", at.line, at.column)?;
    for note in &finding.notes {
        write!(out, "&#10;{}", Escaped(note))?;
    }
    writeln!(out, "</failure>\n    </testcase>")
}
