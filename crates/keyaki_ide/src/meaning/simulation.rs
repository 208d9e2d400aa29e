//! One request, and what a policy says to it by itself.

use std::fmt::Write;

use keyaki_analyze::{
    Access, Answer, Asked, Asker, Checker, Draft, Question, ask, words::mismatch,
    words::missing_keys,
};
use keyaki_diag::TextRange;
use keyaki_eval::{
    Caller, Context, Evaluator, LayerTrace, Profile, Request, Says, StatementTrace, complete,
};
use keyaki_ir::{Effect, Statement};
use keyaki_symbolic::Actions;
use keyaki_workspace::ReadPolicy;

use super::{asker, proof, subject};
use crate::Document;
use crate::facts::actions;

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// `allow`, `deny` or `nothing`; none where the request or the policy cannot be read.
    pub says: Option<&'static str>,
    /// The statements that decided.
    pub statements: Vec<TextRange>,
    /// The decision as a page.
    pub markdown: String,
}

/// What the policy at a JSON pointer, or the first one, says to a request: a JSON object as
/// `keyaki simulate --request` takes it.
pub fn simulation(document: &Document, policy: Option<&str>, request: &str) -> Simulation {
    let told = match document.policy_named(policy) {
        None => Err("This text holds no such policy.".to_owned()),
        Some(read) => decided(document, read, request),
    };
    told.unwrap_or_else(|markdown| {
        let markdown = format!("# Not decided\n\n{markdown}\n");
        Simulation { says: None, statements: Vec::new(), markdown }
    })
}

fn decided(document: &Document, read: &ReadPolicy, request: &str) -> Result<Simulation, String> {
    let (policies, layer) = subject::alone(document, read)
        .map_err(|reason| format!("The policy decides nothing: {reason}."))?;
    let catalog = document.catalog();
    let (asked, mut notes) = read_request(document, request)?;
    let profile = Profile::documented();
    let evaluator = Evaluator::new(&policies, &profile, catalog);
    let mut layers = evaluator.trace(&asked.request).into_iter();
    let trace = layers.find(|trace| trace.layer == layer).ok_or("The policy has no say.")?;
    notes.extend(missing_keys(&policies, &asked.request));
    if !trace.applies {
        notes.push("policies of this kind have no say over such a request".to_owned());
    }
    let deciding: Vec<&Statement> = deciding(&trace)
        .filter_map(|traced| read.policy.statements.get(traced.at.statement))
        .collect();
    let page = Page { document, read, asked: &asked, trace: &trace, deciding: &deciding };
    let statements = deciding.iter().map(|statement| document.range(statement.origin)).collect();
    Ok(Simulation { says: Some(trace.says.name()), statements, markdown: page.text(&notes) })
}

/// Reads a request and fills in the keys that follow from it; with what is odd about it.
fn read_request(document: &Document, text: &str) -> Result<(Asked, Vec<String>), String> {
    let draft = Draft::read(text.as_bytes()).map_err(|(message, line, column)| {
        format!("The request cannot be read, line {line}, column {column}: {message}.")
    })?;
    let refused = |reason: String| format!("There is no such request: {reason}.");
    let mut asked = draft.asked().map_err(refused)?;
    let mut checker = Checker::new(document.catalog());
    checker.check(&asked.request).map_err(refused)?;
    let mut notes = checker.odd(&asked.request);
    let completed = complete(&asked.request).map_err(|error| refused(error.to_string()))?;
    if !completed.assumed.is_empty() {
        notes.push(format!("assumed usual values for `{}`", completed.assumed.join("`, `")));
    }
    asked.request = completed.request;
    asked.absent.iter().for_each(|key| asked.request.context.remove(key));
    Ok((asked, notes))
}

/// The statements that match and have the effect that counts.
fn deciding(trace: &LayerTrace) -> impl Iterator<Item = &StatementTrace> {
    let effect = match trace.says {
        Says::Deny => Some(Effect::Deny),
        Says::Allow => Some(Effect::Allow),
        Says::Nothing => None,
    };
    let counts = move |traced: &&StatementTrace| {
        effect.is_some() && traced.effect == effect && traced.mismatch.is_none()
    };
    trace.statements.iter().filter(counts)
}

/// What a page about a decision is made of.
struct Page<'a> {
    document: &'a Document,
    read: &'a ReadPolicy,
    asked: &'a Asked,
    trace: &'a LayerTrace,
    deciding: &'a [&'a Statement],
}

impl Page<'_> {
    fn text(&self, notes: &[String]) -> String {
        let request = &self.asked.request;
        let mut text = format!("# {}\n\n", self.verdict());
        let _ =
            writeln!(text, "`{}` on `{}`, by this policy alone.", request.action, request.resource);
        for statement in self.deciding {
            let source = self.document.range(statement.origin).slice(self.document.text());
            let _ = writeln!(text, "\n{} decides:\n\n```json\n{source}\n```", name(statement));
        }
        text += "\n## What each statement says\n\n";
        for traced in &self.trace.statements {
            if let Some(statement) = self.read.policy.statements.get(traced.at.statement) {
                let _ = writeln!(text, "- {}: {}", name(statement), self.says(statement, traced));
            }
        }
        let _ = writeln!(text, "\n## The request\n\n```json\n{}\n```", self.asked.to_json());
        if !notes.is_empty() {
            text += "\n## Notes\n\n";
            notes.iter().for_each(|note| text += &format!("- {note}\n"));
        }
        text
    }

    fn verdict(&self) -> &'static str {
        match self.trace.says {
            Says::Deny => "Denied",
            Says::Allow => "Allowed",
            Says::Nothing => "Not allowed: no statement matches",
        }
    }

    fn says(&self, statement: &Statement, traced: &StatementTrace) -> String {
        let effect = traced.effect.map_or("no effect", Effect::name);
        match traced.mismatch {
            None => format!("{effect}, matches"),
            Some(why) => {
                let why = mismatch(statement, &self.asked.request, why);
                format!("{effect}, does not match: {}", why.as_deref().unwrap_or("it cannot"))
            }
        }
    }
}

/// A statement by its number and `Sid`.
pub(super) fn name(statement: &Statement) -> String {
    let sid = statement.sid.as_ref().map_or(String::new(), |sid| format!(" `{}`", sid.value));
    format!("Statement {}{sid}", statement.index + 1)
}

/// A request to begin with, as JSON: one that the statement at an offset matches, else one that the
/// policy allows, else one that merely names an action of it.
pub fn request_draft(document: &Document, policy: Option<&str>, offset: Option<u32>) -> String {
    let read = document.policy_named(policy);
    let around = |statement: &&Statement| {
        let range = document.range(statement.origin);
        offset.is_some_and(|offset| range.contains(TextRange::empty(offset)))
    };
    let statements = read.map_or(&[][..], |read| &read.policy.statements);
    let statement = statements.iter().find(around);
    let matched = read.and_then(|read| matched(document, read, statement));
    let asked = matched.unwrap_or_else(|| plain(document, statement.or(statements.first())));
    asked.to_json()
}

/// A request that a statement matches, or that the policy allows.
fn matched(document: &Document, read: &ReadPolicy, statement: Option<&Statement>) -> Option<Asked> {
    let mut subject = subject::subject(document, read).ok()?;
    if let Some(statement) = statement {
        let mut alone = statement.clone();
        alone.effect.as_mut()?.effect = Some(Effect::Allow);
        *proof::statements(&mut subject)? = vec![alone];
    }
    let profile = Profile::documented();
    let asker = Asker { actions: Actions::Known, ..asker(document.catalog(), &profile) };
    let access = [Access::default()];
    match ask(&Question::AccessNotGranted { subject: &subject, access: &access }, &asker) {
        Answer::Refuted(witness) => {
            Some(Asked { request: witness.request, absent: witness.absent })
        }
        Answer::Proved { .. } | Answer::Undecided(_) => None,
    }
}

/// A request by an invented user for the first action of a statement.
fn plain(document: &Document, statement: Option<&Statement>) -> Asked {
    let set = statement.map(|statement| actions(document.catalog(), statement));
    let first = set.and_then(|set| document.catalog().action_by_id(set.iter().next()?));
    let request = Request {
        caller: Caller::User {
            partition: "aws".to_owned(),
            account: "111122223333".to_owned(),
            name: "example".to_owned(),
        },
        action: first.map_or_else(|| "s3:GetObject".to_owned(), |action| action.full_name()),
        resource: "*".to_owned(),
        resource_account: None,
        context: Context::new(),
    };
    Asked { request, absent: Vec::new() }
}
