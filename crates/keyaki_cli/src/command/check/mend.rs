//! Applying fixes, or showing what they would change.

use std::fs;
use std::path::Path;

use keyaki_diag::Finding;
use keyaki_report::unified_diff;
use keyaki_workspace::{CheckedFile, Fixed, Guard, Options, Source, Status, map, threads};

use super::{Arguments, is_stdin};
use crate::console::Console;
use crate::exit::{Exit, Failure};

/// What was mended.
#[derive(Debug, Default)]
pub(super) struct Mended {
    /// How many fixes were applied.
    pub(super) count: usize,
    /// How many were left out, because it was not proved that they allow no more.
    pub(super) withheld: usize,
    /// Whether mended text was written to standard output.
    pub(super) took_output: bool,
    /// Whether a file could not be written.
    pub(super) has_failed: bool,
}

/// Applies the fixes, writes the files, and leaves what is still found in `files`.
/// Text from standard input is written to standard output, changed or not.
pub(super) fn fix(
    arguments: &Arguments,
    sources: &[Source],
    files: &mut [CheckedFile],
    options: &Options<'_>,
    console: &mut Console,
) -> Result<Mended, Failure> {
    let fixed = fixed(arguments, files, options);
    let mut mended = Mended::default();
    for ((source, file), fixed) in sources.iter().zip(files).zip(fixed) {
        if is_stdin(source) {
            let bytes = content(source);
            let text = fixed.as_ref().map_or(bytes, |fixed| fixed.text.as_bytes());
            console.write(|out| out.write_all(text))?;
            mended.took_output = true;
        }
        let Some(fixed) = fixed else { continue };
        mended.withheld += fixed.withheld;
        if !is_stdin(source)
            && let Err(failure) = store(&source.path, &file.text, &fixed.text)
        {
            console.remark(&format!("error: {failure}"));
            mended.has_failed = true;
            continue;
        }
        mended.count += fixed.applied;
        *file = fixed.checked;
    }
    Ok(mended)
}

/// Shows what the fixes would change.
pub(super) fn diff(
    arguments: &Arguments,
    files: &[CheckedFile],
    options: &Options<'_>,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let (mut exit, mut withheld) = (Exit::Clean, 0);
    for (file, fixed) in files.iter().zip(fixed(arguments, files, options)) {
        let Some(fixed) = fixed else { continue };
        withheld += fixed.withheld;
        if fixed.applied == 0 {
            continue;
        }
        exit = Exit::Findings;
        let diff = unified_diff(&file.path, &file.text, &fixed.text);
        console.write(|out| out.write_all(diff.as_bytes()))?;
    }
    if withheld > 0 {
        console.remark(&super::summary::left_out(withheld));
    }
    let unreadable = files.iter().filter(|file| file.status == Status::Unreadable);
    for file in unreadable {
        exit = Exit::Failure;
        for finding in file.findings() {
            console.remark(&format!("error: {}: {}", file.path, finding.message));
        }
    }
    Ok(exit)
}

/// Each file after its fixes; none for those that no fix changes.
fn fixed(
    arguments: &Arguments,
    files: &[CheckedFile],
    options: &Options<'_>,
) -> Vec<Option<Fixed>> {
    let up_to = arguments.up_to();
    let can_mend = |file: &CheckedFile| {
        let mut fixes = file.findings().flat_map(|f| &f.fixes);
        file.status == Status::Checked && fixes.any(|fix| fix.applicability <= up_to)
    };
    let jobs = threads(options.jobs, files.len());
    map(files, jobs, |file| {
        let fix = || keyaki_workspace::fix(Path::new(&file.path), &file.text, options, up_to);
        can_mend(file).then(fix).filter(|fixed| fixed.applied > 0 || fixed.withheld > 0)
    })
}

/// Leaves of the fixes that findings offer those that are proved to allow no more, and calls safe
/// those alone that are proved to change nothing.
pub(super) fn settle(files: &mut [CheckedFile], options: &Options<'_>) {
    let jobs = threads(options.jobs, files.len());
    let settled = map(files, jobs, |file| {
        let has_fixes = file.findings().any(|finding| !finding.fixes.is_empty());
        has_fixes.then(|| {
            let mut findings: Vec<Finding> = file.findings().cloned().collect();
            Guard::new(Path::new(&file.path), &file.text, options).settle(&mut findings);
            findings.into_iter().map(|finding| finding.fixes)
        })
    });
    for (file, fixes) in files.iter_mut().zip(settled) {
        let findings = file.documents.iter_mut().flat_map(|d| &mut d.findings);
        for (finding, fixes) in findings.zip(fixes.into_iter().flatten()) {
            finding.fixes = fixes;
        }
    }
}

/// Writes a mended file, unless it is no longer what was checked.
pub(super) fn store(path: &Path, checked: &str, mended: &str) -> Result<(), Failure> {
    let now = fs::read(path).map_err(|e| super::super::file_failure(path, &e))?;
    if now != checked.as_bytes() {
        let message = "is not what was checked; nothing was written to it";
        return Err(Failure::new(format!("{}: {message}", super::shown(path))));
    }
    fs::write(path, mended).map_err(|e| super::super::file_failure(path, &e))
}

fn content(source: &Source) -> &[u8] {
    match &source.content {
        keyaki_workspace::Content::Text(bytes) => bytes,
        keyaki_workspace::Content::Named
        | keyaki_workspace::Content::Found
        | keyaki_workspace::Content::Unreadable(_) => &[],
    }
}
