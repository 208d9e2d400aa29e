//! `keyaki prove`: questions about access, each answered with a proof or a request.

mod engine;
mod smtlib;
mod view;

use std::path::{Path, PathBuf};
use std::time::Duration;

use keyaki_analyze::{Access, Answer, Asker, Question, ask};
use keyaki_ir::ResourceType;
use keyaki_report::proof;
use keyaki_symbolic::{Actions, Budget};

use crate::command::check::parse::resource_type;
use crate::command::policies::{Loaded, PolicyArguments, load_with};
use crate::command::profile::ProfileArguments;
use crate::command::prove::engine::Chosen;
use crate::command::prove::smtlib::{Emit, Scripts};
use crate::console::Console;
use crate::exit::{Exit, Failure};

pub(crate) use view::witness;

/// Prove something about access, or refute it with a request
///
/// Files whose statements name principals are taken as the policy of a resource, others as
/// policies of an identity. With layers such as --scp or --boundary, the question is about
/// requests that all of them allow together.
///
/// Exits with 0 if it is proved, 1 if it is refuted, 2 for want of good input, 3 if undecided.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    question: Asked,
}

#[derive(Debug, clap::Subcommand)]
enum Asked {
    /// The new policies allow nothing that the old ones do not
    NoNewAccess {
        /// What is there
        #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
        old: Vec<PathBuf>,
        /// What is to replace it
        #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
        new: Vec<PathBuf>,
        #[command(flatten)]
        options: Options,
    },
    /// Two policies allow the same requests
    Equivalent {
        /// One policy
        one: PathBuf,
        /// The other policy
        other: PathBuf,
        #[command(flatten)]
        options: Options,
    },
    /// No request is allowed by both of two policies
    Disjoint {
        /// One policy
        one: PathBuf,
        /// The other policy
        other: PathBuf,
        #[command(flatten)]
        options: Options,
    },
    /// None of the actions is allowed on any of the resources
    AccessNotGranted {
        /// The policies
        policies: Vec<PathBuf>,
        /// An action, with wildcards; all if none is given
        #[arg(long, value_name = "ACTION", num_args = 1..)]
        action: Vec<String>,
        /// A resource, with wildcards; all if none is given
        #[arg(long, value_name = "ARN", num_args = 1..)]
        resource: Vec<String>,
        #[command(flatten)]
        options: Options,
    },
    /// Nothing is granted to the public: to anonymous callers and accounts that are not named
    NoPublicAccess {
        /// The policy of the resource, or the trust policy of the role
        policy: PathBuf,
        /// What the policy is attached to
        #[arg(long, value_name = "TYPE", value_parser = resource_type)]
        resource_type: ResourceType,
        #[command(flatten)]
        options: Options,
    },
    /// Every request is refused
    AlwaysDenied {
        /// The policies
        policies: Vec<PathBuf>,
        #[command(flatten)]
        options: Options,
    },
}

#[derive(Debug, clap::Args)]
struct Options {
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

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    match &arguments.question {
        Asked::NoNewAccess { old, new, options } => {
            let (old, new) = (load_with(&options.layers, old)?, load_with(&options.layers, new)?);
            let subjects = (old.subject(), new.subject());
            let question = Question::NoNewAccess { old: &subjects.0, new: &subjects.1 };
            // The engine names the new policies first.
            options.answer(&question, &[&new, &old], console)
        }
        Asked::Equivalent { one, other, options } => {
            let (one, other) = options.pair(one, other)?;
            let subjects = (one.subject(), other.subject());
            let question = Question::Equivalent { one: &subjects.0, other: &subjects.1 };
            options.answer(&question, &[&one, &other], console)
        }
        Asked::Disjoint { one, other, options } => {
            let (one, other) = options.pair(one, other)?;
            let subjects = (one.subject(), other.subject());
            let question = Question::Disjoint { one: &subjects.0, other: &subjects.1 };
            options.answer(&question, &[&one, &other], console)
        }
        Asked::AccessNotGranted { policies, action, resource, options } => {
            let loaded = load_with(&options.layers, policies)?;
            let subject = loaded.subject();
            let access = [Access { actions: action.clone(), resources: resource.clone() }];
            let question = Question::AccessNotGranted { subject: &subject, access: &access };
            options.answer(&question, &[&loaded], console)
        }
        Asked::NoPublicAccess { policy, resource_type, options } => {
            let loaded = load_with(&options.layers, std::slice::from_ref(policy))?;
            let subject = loaded.subject();
            let resource_type = *resource_type;
            let question = Question::NoPublicAccess { subject: &subject, resource_type };
            options.answer(&question, &[&loaded], console)
        }
        Asked::AlwaysDenied { policies, options } => {
            let loaded = load_with(&options.layers, policies)?;
            let subject = loaded.subject();
            options.answer(&Question::AlwaysDenied { subject: &subject }, &[&loaded], console)
        }
    }
}

impl Options {
    fn pair(&self, one: &PathBuf, other: &PathBuf) -> Result<(Loaded, Loaded), Failure> {
        let load = |file: &PathBuf| load_with(&self.layers, std::slice::from_ref(file));
        Ok((load(one)?, load(other)?))
    }

    /// Asks, and writes the answer.
    fn answer(
        &self,
        question: &Question<'_>,
        loaded: &[&Loaded],
        console: &mut Console,
    ) -> Result<Exit, Failure> {
        let profile = self.profile.read()?;
        let actions = match self.actions {
            Which::Known => Actions::Known,
            Which::Any => Actions::Any,
        };
        let (catalog, steps) = (console.catalog(), self.budget);
        let asker = Asker::new(catalog, &profile, actions, steps);
        if let Some(emit) = &self.emit {
            return write_scripts(question, &asker, emit, console);
        }
        let (answer, engine, notes) = match Chosen::new(self.engine, self.solver_time()) {
            Ok(chosen) => {
                let (decider, core_questions) = (chosen.decider(), self.core);
                let answer = ask(question, &Asker { decider, core_questions, ..asker });
                (answer, chosen.name(), chosen.notes()?)
            }
            Err(missing) => (Answer::Undecided(missing), "none".to_owned(), Vec::new()),
        };
        let proof = view::proof(question, &answer, loaded);
        let proof = proof::Proof { engine, notes, profile: profile.name().to_owned(), ..proof };
        let color = console.has_color();
        console.write(|out| match self.format {
            Format::Text => proof::write_text(&proof, color, out),
            Format::Json => writeln!(out, "{:#}", proof::to_json(&proof)),
        })?;
        Ok(match answer {
            Answer::Proved { .. } => Exit::Clean,
            Answer::Refuted(_) => Exit::Findings,
            Answer::Undecided(_) => Exit::Undecided,
        })
    }

    fn solver_time(&self) -> Duration {
        Duration::from_secs(self.solver_time)
    }
}

/// Writes the question for solvers.
fn write_scripts(
    question: &Question<'_>,
    asker: &Asker<'_>,
    emit: &Emit,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let scripts = Scripts::default();
    ask(question, &Asker { decider: &scripts, ..*asker });
    let text = scripts.text(question.found());
    match &emit.file {
        None => console.write(|out| out.write_all(text.as_bytes()))?,
        Some(file) => save(file, &text)?,
    }
    let missing = scripts.missing();
    missing.iter().for_each(|what| console.remark(&format!("warning: left out: {what}")));
    Ok(if missing.is_empty() { Exit::Clean } else { Exit::Undecided })
}

fn save(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).map_err(|error| crate::command::file_failure(file, &error))
}
