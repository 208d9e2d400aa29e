//! What the questions of `keyaki prove` share: layers, the engine, and the form of the output.

use std::path::{Path, PathBuf};
use std::time::Duration;

use keyaki_analyze::{Answer, Asker, Open, Question, ask, ask_open};
use keyaki_report::{examination, proof};
use keyaki_symbolic::{Actions, Budget};
use keyaki_workspace::Side;

use crate::command::policies::{Loaded, PolicyArguments, load_with};
use crate::command::profile::ProfileArguments;
use crate::command::prove::engine::{self, Chosen};
use crate::command::prove::examine::{self, Kind};
use crate::command::prove::smtlib::{self, Scripts};
use crate::command::prove::view;
use crate::command::simulate::view::missing_policy;
use crate::console::Console;
use crate::exit::{Exit, Failure};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    layers: PolicyArguments,
    #[command(flatten)]
    profile: ProfileArguments,
    /// Whether requests may have actions that the catalogue does not know
    #[arg(long, value_enum, default_value_t, value_name = "WHICH")]
    actions: Which,
    /// How many steps each query may take
    #[arg(long, default_value_t = Budget::DEFAULT_STEPS, value_name = "STEPS")]
    budget: u64,
    /// What answers
    #[arg(long, value_enum, default_value_t, value_name = "ENGINE")]
    engine: engine::Which,
    /// How long a solver may take for each case of callers
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    solver_time: u64,
    /// How many more questions may be asked to find out what a proof needs; 0 leaves that open
    #[arg(long, default_value_t = 100, value_name = "QUESTIONS")]
    core: usize,
    /// Write the question for solvers instead of answering it: `smtlib`, or `smtlib=FILE`
    #[arg(long, value_name = "FORMAT")]
    emit: Option<smtlib::Emit>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Which {
    /// Those of the catalogue, and those that a policy spells out.
    Known,
    /// All, also those that AWS may add some day.
    #[default]
    Any,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// The answer in words, the request, and the statements in their source.
    #[default]
    Text,
    /// JSON, version 1.
    Json,
}

/// Answers, and how they were found.
struct Told<T> {
    /// The answers, or why the engine cannot give any.
    answers: Result<T, String>,
    engine: String,
    notes: Vec<String>,
    profile: String,
}

impl Options {
    /// Policies of files, with the layers of the arguments.
    pub(super) fn load(&self, files: &[PathBuf]) -> Result<Loaded, Failure> {
        load_with(&self.layers, files, Side::Identity)
    }

    /// The policy that may be public, with the layers that bear on that.
    pub(super) fn load_public(&self, file: &Path) -> Result<Loaded, Failure> {
        match self.layers.beside_public_policy() {
            Some(flag) => Err(Failure::new(format!(
                "`{flag}` has no bearing on this question, which is about what the policy says"
            ))),
            None => load_with(&self.layers, &[file.to_owned()], Side::Resource),
        }
    }

    pub(super) fn pair(&self, one: &Path, other: &Path) -> Result<(Loaded, Loaded), Failure> {
        let load = |file: &Path| self.load(&[file.to_owned()]);
        Ok((load(one)?, load(other)?))
    }

    /// Asks, and writes the answer.
    pub(super) fn answer(
        &self,
        question: &Question<'_>,
        loaded: &[&Loaded],
        console: &mut Console,
    ) -> Result<Exit, Failure> {
        self.tell(question, loaded, console, |answer| answer)
    }

    /// Asks the opposite of a question, and writes the answer: a request is what proves it.
    pub(super) fn deny(
        &self,
        question: &Question<'_>,
        loaded: &[&Loaded],
        console: &mut Console,
    ) -> Result<Exit, Failure> {
        self.tell(question, loaded, console, |answer| match answer {
            "proved" => "refuted",
            "refuted" => "proved",
            open => open,
        })
    }

    /// Asks, and writes what the answer is called.
    fn tell(
        &self,
        question: &Question<'_>,
        loaded: &[&Loaded],
        console: &mut Console,
        called: impl Fn(&'static str) -> &'static str,
    ) -> Result<Exit, Failure> {
        if self.emit.is_some() {
            loaded.iter().try_for_each(|loaded| loaded.must_be_known())?;
            return self.write_scripts(std::slice::from_ref(question), console);
        }
        let mut proof = self.proof(question, loaded, console)?;
        proof.answer = called(proof.answer);
        self.show(&proof, console)
    }

    /// Asks the same about each part of policies, and writes what was found.
    pub(super) fn examine(
        &self,
        kind: Kind,
        policies: &[PathBuf],
        console: &mut Console,
    ) -> Result<Exit, Failure> {
        let side = if kind == Kind::Spoofable { Side::Resource } else { Side::Identity };
        let loaded = load_with(&self.layers, policies, side)?;
        loaded.must_be_known()?;
        let subject = loaded.subject();
        let parts = kind.parts(&subject)?;
        let questions: Vec<Question<'_>> =
            parts.iter().map(|part| kind.question(&subject, *part)).collect();
        if self.emit.is_some() {
            return self.write_scripts(&questions, console);
        }
        let mut progress = console.progress("parts", parts.len());
        let told = self
            .ask(console, |asker| examine::answers(kind, &subject, &parts, asker, &mut progress))?;
        drop(progress);
        let mut notes = told.notes;
        let answers = told.answers.unwrap_or_else(|missing| {
            notes.push(missing);
            Vec::new()
        });
        let mut found = examine::view(kind, &subject, &parts, &answers, &loaded);
        found.notes.extend(notes);
        (found.engine, found.profile) = (told.engine, told.profile);
        let color = console.has_color();
        console.write(|out| match self.format {
            Format::Text => examination::write_text(&found, color, out),
            Format::Json => writeln!(out, "{:#}", examination::to_json(&found)),
        })?;
        Ok(exit(found.answer))
    }

    /// The answer to a question.
    fn proof<'l>(
        &self,
        question: &Question<'_>,
        loaded: &[&'l Loaded],
        console: &mut Console,
    ) -> Result<proof::Proof<'l>, Failure> {
        let mut open: Vec<Open> = loaded.iter().map(|loaded| loaded.open()).collect();
        if let Question::NoNewAccess { .. } = question {
            open.reverse();
        }
        let open: Vec<&Open> = open.iter().collect();
        let Told { answers, engine, notes, profile } =
            self.ask(console, |asker| ask_open(question, &open, asker))?;
        let answer = answers.unwrap_or_else(Answer::Undecided);
        let proof = view::proof(question, &answer, loaded);
        let notes = notes.into_iter().chain(undecided_by(&answer, loaded)).collect();
        Ok(proof::Proof { engine, notes, profile, ..proof })
    }

    fn show(&self, proof: &proof::Proof<'_>, console: &mut Console) -> Result<Exit, Failure> {
        let color = console.has_color();
        console.write(|out| match self.format {
            Format::Text => proof::write_text(proof, color, out),
            Format::Json => writeln!(out, "{:#}", proof::to_json(proof)),
        })?;
        Ok(exit(proof.answer))
    }

    /// Lets the engine that was asked for answer.
    fn ask<T>(
        &self,
        console: &mut Console,
        ask: impl FnOnce(&Asker<'_>) -> T,
    ) -> Result<Told<T>, Failure> {
        let profile = self.profile.read()?;
        let asker = Asker::new(console.catalog(), &profile, self.actions(), self.budget);
        let (answers, engine, notes) =
            match Chosen::new(self.engine, Duration::from_secs(self.solver_time)) {
                Ok(chosen) => {
                    let (decider, core_questions) = (chosen.decider(), self.core);
                    let answers = ask(&Asker { decider, core_questions, ..asker });
                    (Ok(answers), chosen.name(), chosen.notes()?)
                }
                Err(missing) => (Err(missing), "none".to_owned(), Vec::new()),
            };
        Ok(Told { answers, engine, notes, profile: profile.name().to_owned() })
    }

    fn actions(&self) -> Actions {
        match self.actions {
            Which::Known => Actions::Known,
            Which::Any => Actions::Any,
        }
    }

    /// Writes questions for solvers.
    fn write_scripts(
        &self,
        questions: &[Question<'_>],
        console: &mut Console,
    ) -> Result<Exit, Failure> {
        let profile = self.profile.read()?;
        let scripts = Scripts::default();
        let asker = Asker::new(console.catalog(), &profile, self.actions(), self.budget);
        for question in questions {
            ask(question, &Asker { decider: &scripts, ..asker });
        }
        let text = scripts.text(questions.first().map_or("nothing", Question::found));
        match self.emit.as_ref().and_then(|emit| emit.file.as_deref()) {
            None => console.write(|out| out.write_all(text.as_bytes()))?,
            Some(file) => save(file, &text)?,
        }
        let missing = scripts.missing();
        missing.iter().for_each(|what| console.remark(&format!("warning: left out: {what}")));
        Ok(if missing.is_empty() { Exit::Clean } else { Exit::Undecided })
    }
}

/// Of a request that was found, the policy that decides about it and was not given.
fn undecided_by(answer: &Answer, loaded: &[&Loaded]) -> Option<String> {
    let Answer::Refuted(witness) = answer else { return None };
    loaded.iter().find_map(|l| missing_policy(&l.policies, &witness.request))
}

fn save(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).map_err(|error| crate::command::file_failure(file, &error))
}

/// How a run ends that gave this answer.
fn exit(answer: &str) -> Exit {
    match answer {
        "proved" => Exit::Clean,
        "refuted" => Exit::Findings,
        _ => Exit::Undecided,
    }
}
