//! Files of CloudTrail, read and added up.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use keyaki_audit::{Auditor, NotAnalysed, Outcome, Proposal, unused_actions};
use keyaki_trail::{Ingested, Names, Usage, ingest};

use crate::command::analyze::AskOptions;
use crate::command::generate::laid_out;
use crate::console::Console;
use crate::exit::Failure;

/// What the events of a folder tell, and which files hold none.
pub(crate) struct Trail {
    pub(crate) usage: Usage,
    pub(crate) files: usize,
    pub(crate) strange: Vec<(String, String)>,
}

/// Reads all files below a folder, a few at a time.
pub(crate) fn load(
    folder: &Path,
    options: &AskOptions,
    console: &mut Console,
) -> Result<Trail, Failure> {
    /// So many files are in memory at once, each as what its events add up to.
    const PORTION: usize = 256;
    if !folder.exists() {
        return Err(Failure::new(format!("{}: no such file", folder.display())));
    }
    let catalog = console.catalog();
    let (files, unreadable) = keyaki_workspace::files_below(folder);
    let unreadable = unreadable.into_iter().map(|(path, why)| (shown(&path), why));
    let mut trail = Trail { usage: Usage::default(), files: 0, strange: unreadable.collect() };
    let jobs = options.jobs_for(files.len() * PORTION);
    let mut progress = console.progress("events", files.len());
    for portion in files.chunks(PORTION) {
        let read = keyaki_workspace::map(portion, jobs, |path| {
            let source = File::open(path).map_err(|e| e.kind().to_string())?;
            Ok::<_, String>(ingest(&shown(path), source, &mut Names::new(catalog)))
        });
        for (path, result) in portion.iter().zip(read) {
            trail.add(path, result);
        }
        progress.step(portion.len());
    }
    // Else everything that is granted would count as never used.
    if trail.usage.events == 0 {
        let why = trail.strange.first().map(|(path, why)| format!("; {path}: {why}"));
        let folder = folder.display();
        return Err(Failure::new(format!(
            "{folder}: no event of CloudTrail in {} files{}",
            files.len(),
            why.unwrap_or_default()
        )));
    }
    Ok(trail)
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

impl Trail {
    fn add(&mut self, path: &Path, result: Result<Ingested, String>) {
        match result {
            Ok(found) if found.is_trail || !found.usage.troubles.is_empty() => {
                self.files += usize::from(found.is_trail);
                self.usage.add(found.usage);
            }
            Ok(_) => self.strange.push((shown(path), "it holds no events".to_owned())),
            Err(why) => self.strange.push((shown(path), format!("cannot be read: {why}"))),
        }
    }

    /// What was not understood: what it is about, and what.
    pub(crate) fn not_understood(&self) -> Vec<(String, String)> {
        let troubles = self.usage.troubles.iter().map(|(trouble, count)| {
            let times = if *count > 1 { format!(" ({count} times)") } else { String::new() };
            (trouble.about.clone(), format!("{}{times}", trouble.what))
        });
        let throttled = (self.usage.throttled > 0).then(|| {
            let why = "for want of speed they were refused, and whether they were allowed is open";
            (format!("{} events", self.usage.throttled), why.to_owned())
        });
        troubles.chain(throttled).chain(self.strange.iter().cloned()).collect()
    }
}

/// Adds what was never used, as far as events tell, to an outcome. Gives the policies that would do,
/// by principal.
pub(crate) fn unused(
    folder: &Path,
    options: &AskOptions,
    auditor: &Auditor<'_>,
    outcome: &mut Outcome,
    console: &mut Console,
) -> Result<BTreeMap<String, String>, Failure> {
    let trail = load(folder, options, console)?;
    let principals: Vec<_> = auditor.snapshot.principals.values().collect();
    let found =
        options.map("unused", &principals, console, |p| unused_actions(p, &trail.usage, auditor));
    let mut proposals = BTreeMap::new();
    for (more, proposal) in found {
        outcome.add(more);
        // A policy that does not allow what was used, or is not proved to allow no more, is none.
        let sound = proposal.filter(Proposal::is_sound);
        proposals.extend(sound.map(|p| (p.principal, laid_out(&p.text))));
    }
    let not_understood = trail.not_understood().into_iter();
    outcome.not_analysed.extend(not_understood.map(|(about, why)| NotAnalysed {
        analysis: "unused",
        about,
        why,
    }));
    Ok(proposals)
}
