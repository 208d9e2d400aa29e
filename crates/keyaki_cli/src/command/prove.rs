//! `keyaki prove`: questions about access, each answered with a proof or a request.

pub(crate) mod engine;
mod examine;
mod options;
mod smtlib;
mod view;

use std::path::PathBuf;

use keyaki_analyze::{Access, Question, check_access};
use keyaki_ir::ResourceType;

use crate::command::check::parse::resource_type;
use crate::command::prove::examine::Kind;
use crate::command::prove::options::Options;
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
    /// Some request is allowed
    Satisfiable {
        /// The policies
        policies: Vec<PathBuf>,
        #[command(flatten)]
        options: Options,
    },
    /// Nothing gets past a condition because the request lacks its key
    FailOpen {
        /// The policies
        policies: Vec<PathBuf>,
        #[command(flatten)]
        options: Options,
    },
    /// Each statement, value and condition makes a difference
    DeadParts {
        /// The policies
        policies: Vec<PathBuf>,
        #[command(flatten)]
        options: Options,
    },
    /// No outsider gets in by choosing keys such as aws:Referer, which every caller can
    Spoofable {
        /// The policy of the resource, or the trust policy of the role
        policies: Vec<PathBuf>,
        #[command(flatten)]
        options: Options,
    },
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    match &arguments.question {
        Asked::NoNewAccess { old, new, options } => {
            let (old, new) = (options.load(old)?, options.load(new)?);
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
            let loaded = options.load(policies)?;
            let subject = loaded.subject();
            let access = [Access { actions: action.clone(), resources: resource.clone() }];
            check_access(&access[0], console.catalog()).map_err(Failure::new)?;
            let question = Question::AccessNotGranted { subject: &subject, access: &access };
            options.answer(&question, &[&loaded], console)
        }
        Asked::NoPublicAccess { policy, resource_type, options } => {
            let loaded = options.load_public(policy)?;
            let subject = loaded.subject();
            let resource_type = *resource_type;
            let question = Question::NoPublicAccess { subject: &subject, resource_type };
            options.answer(&question, &[&loaded], console)
        }
        Asked::AlwaysDenied { policies, options } => {
            let loaded = options.load(policies)?;
            let subject = loaded.subject();
            options.answer(&Question::AlwaysDenied { subject: &subject }, &[&loaded], console)
        }
        Asked::Satisfiable { policies, options } => {
            let loaded = options.load(policies)?;
            let subject = loaded.subject();
            options.deny(&Question::AlwaysDenied { subject: &subject }, &[&loaded], console)
        }
        Asked::FailOpen { policies, options } => options.examine(Kind::FailOpen, policies, console),
        Asked::DeadParts { policies, options } => {
            options.examine(Kind::DeadParts, policies, console)
        }
        Asked::Spoofable { policies, options } => {
            options.examine(Kind::Spoofable, policies, console)
        }
    }
}
