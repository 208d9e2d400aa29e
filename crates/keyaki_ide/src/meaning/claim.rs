//! Something that is to hold of a policy: proved, or refuted by a request.

use std::fmt::Write;

use keyaki_analyze::words::in_words;
use keyaki_analyze::{Access, Answer, Asked, Question, Responsible, Subject, ask};
use keyaki_eval::Profile;
use keyaki_lint::likely_type;
use keyaki_workspace::ReadPolicy;

use super::{asker, subject};
use crate::Document;

/// What is to hold of a policy.
#[derive(Clone, Debug)]
pub enum Claim {
    /// Nothing is granted to the public.
    NoPublicAccess,
    /// None of this access is granted.
    AccessNotGranted(Access),
    /// Every request is refused.
    AlwaysDenied,
    /// It allows nothing that it did not before.
    NoNewAccess,
    /// It allows what it did before.
    Equivalent,
}

impl Claim {
    /// Whether it is about an older text, too.
    pub fn compares(&self) -> bool {
        match self {
            Claim::NoNewAccess | Claim::Equivalent => true,
            Claim::NoPublicAccess | Claim::AccessNotGranted(_) | Claim::AlwaysDenied => false,
        }
    }
}

/// Proves or refutes a claim about the policy at a JSON pointer, or the first one; as a page.
/// Some claims are about an older text, too.
pub fn claim(
    document: &Document,
    policy: Option<&str>,
    claim: &Claim,
    old: Option<&Document>,
) -> String {
    let subject = read(document, policy).map_err(|reason| format!("of this text, {reason}"));
    let older = old.map(|old| read(old, policy).map_err(|why| format!("of the older text, {why}")));
    let told = subject.and_then(|(read, subject)| Ok((read, subject, older.transpose()?)));
    match told {
        Ok((read, subject, older)) => {
            let older = older.as_ref().map(|(_, subject)| subject);
            proved(document, read, claim, &subject, older)
        }
        Err(reason) => not_decided(&reason),
    }
}

fn not_decided(reason: &str) -> String {
    format!("# Not decided\n\nNeither a proof nor a request was found: {reason}.\n")
}

fn read<'d>(
    document: &'d Document,
    policy: Option<&str>,
) -> Result<(&'d ReadPolicy, Subject), &'static str> {
    let read = document.policy_named(policy).ok_or("there is no such policy")?;
    Ok((read, subject::subject(document, read)?))
}

fn proved(
    document: &Document,
    read: &ReadPolicy,
    claim: &Claim,
    subject: &Subject,
    older: Option<&Subject>,
) -> String {
    let Some(question) = question(read, claim, subject, older) else {
        return not_decided("there is no older text to compare with");
    };
    let profile = Profile::documented();
    let answer = ask(&question, &asker(document.catalog(), &profile));
    let meaning = question.meaning(&answer);
    match answer {
        Answer::Proved { approximations, .. } => {
            let mut text = format!("# Proved\n\nOf all requests: {meaning}.\n");
            approximations.iter().for_each(|what| text += &format!("\n- left out: {what}\n"));
            text
        }
        Answer::Undecided(reason) => not_decided(&reason),
        Answer::Refuted(witness) => {
            let mut text = format!("# Refuted\n\nIt does not hold: {meaning}.\n");
            let _ = writeln!(text, "\nFor instance {}.", in_words(&witness));
            // The statements of an older text are none of this document.
            let of_ours = witness.responsible.iter().filter(|one| one.subject == 0);
            of_ours.for_each(|one| text += &statement(document, read, *one));
            let (request, absent) = (witness.request, witness.absent);
            let json = Asked { request, absent }.to_json();
            let _ = writeln!(text, "\n## The request\n\n```json\n{json}\n```");
            text
        }
    }
}

fn question<'q>(
    read: &ReadPolicy,
    claim: &'q Claim,
    subject: &'q Subject,
    older: Option<&'q Subject>,
) -> Option<Question<'q>> {
    Some(match claim {
        Claim::NoPublicAccess => {
            let resource_type = likely_type(read.kind, read.resource_type, &read.policy);
            Question::NoPublicAccess { subject, resource_type }
        }
        Claim::AccessNotGranted(access) => {
            Question::AccessNotGranted { subject, access: std::slice::from_ref(access) }
        }
        Claim::AlwaysDenied => Question::AlwaysDenied { subject },
        Claim::NoNewAccess => Question::NoNewAccess { old: older?, new: subject },
        Claim::Equivalent => Question::Equivalent { one: subject, other: older? },
    })
}

fn statement(document: &Document, read: &ReadPolicy, responsible: Responsible) -> String {
    let Some(statement) = read.policy.statements.get(responsible.at.statement) else {
        return String::new();
    };
    let source = document.range(statement.origin).slice(document.text());
    format!("\n{} matches it:\n\n```json\n{source}\n```\n", super::simulation::name(statement))
}
