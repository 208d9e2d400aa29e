//! Questions about one policy that are asked about each of its parts.

use keyaki_analyze::{Answer, Asker, Part, Question, Subject, ask};
use keyaki_report::examination::{Examination, Finding};

use crate::command::policies::Loaded;
use crate::command::prove::view;
use crate::console::Progress;
use crate::exit::Failure;

/// What is asked about each part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    FailOpen,
    DeadParts,
    Spoofable,
}

/// The most parts that are asked about.
const MOST: usize = 10_000;

/// So often a statement is looked at, each time for the question about one part.
const MOST_LOOKS: usize = 4_000_000;

/// How many parts of a subject are asked about.
fn most(subject: &Subject) -> usize {
    MOST.min(MOST_LOOKS / subject.statements().max(1))
}

/// A part with its answer.
type Answered = (Part, Answer);

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::FailOpen => "fail-open",
            Kind::DeadParts => "dead-parts",
            Kind::Spoofable => "spoofable",
        }
    }

    /// The parts to ask about.
    ///
    /// # Errors
    /// Where the question makes no sense.
    pub(super) fn parts(self, subject: &Subject) -> Result<Vec<Part>, Failure> {
        match self {
            Kind::FailOpen => Ok(subject.conditions()),
            Kind::DeadParts => Ok(subject.parts()),
            Kind::Spoofable if subject.policies.resource.is_none() => {
                Err(Failure::new("only the policy of a resource lets outsiders in"))
            }
            Kind::Spoofable => Ok(subject.gates().into_iter().map(Part::statement).collect()),
        }
    }

    pub(super) fn question(self, subject: &Subject, part: Part) -> Question<'_> {
        match self {
            Kind::FailOpen => Question::FailsClosed { subject, part },
            Kind::DeadParts => Question::Dead { subject, part },
            Kind::Spoofable => Question::NotSpoofable { subject, at: part.at },
        }
    }

    /// Whether an answer is something to report.
    fn is_finding(self, answer: &Answer) -> Option<bool> {
        let holds = answer.holds();
        if self == Kind::DeadParts { holds } else { holds.map(|holds| !holds) }
    }

    fn meaning(self, found: usize, asked: usize) -> String {
        let noun = match self {
            Kind::FailOpen => "condition",
            Kind::DeadParts => "part",
            Kind::Spoofable => "statement",
        };
        let all = if asked == 1 { noun.to_owned() } else { format!("{noun}s") };
        let predicate = match self {
            Kind::FailOpen => "can be got past by a request that lacks the key",
            Kind::DeadParts => "can go without any difference",
            Kind::Spoofable => "can be satisfied by outsiders, who choose what they send",
        };
        match found {
            0 => format!("of {asked} {all}, none {predicate}"),
            found => format!("of {asked} {all}, {found} {predicate}"),
        }
    }
}

/// Asks about each part; what belongs to something that was found is not asked about.
pub(super) fn answers(
    kind: Kind,
    subject: &Subject,
    parts: &[Part],
    asker: &Asker<'_>,
    progress: &mut Progress,
) -> Vec<Answered> {
    let mut answers: Vec<Answered> = Vec::new();
    let mut found: Vec<Part> = Vec::new();
    for part in parts.iter().take(most(subject)) {
        progress.step(1);
        let holds_it = |f: &Part| {
            f.at == part.at && (f.place.is_none() || f.place == part.place && f.value.is_none())
        };
        if kind == Kind::DeadParts && found.iter().any(holds_it) {
            continue;
        }
        let answer = ask(&kind.question(subject, *part), asker);
        if kind.is_finding(&answer) == Some(true) {
            found.push(*part);
        }
        answers.push((*part, answer));
    }
    answers
}

/// The answers as what is reported.
pub(super) fn view<'l>(
    kind: Kind,
    subject: &Subject,
    parts: &[Part],
    answers: &[Answered],
    loaded: &'l Loaded,
) -> Examination<'l> {
    let of = |wanted: Option<bool>| {
        let those = answers.iter().filter(move |(_, a)| kind.is_finding(a) == wanted);
        let findings = those.filter_map(|(part, answer)| {
            finding(&kind.question(subject, *part), *part, answer, loaded)
        });
        findings.collect::<Vec<_>>()
    };
    let (findings, undecided) = (of(Some(true)), of(None));
    let left_out = parts.len().saturating_sub(most(subject));
    let is_open = !undecided.is_empty() || left_out > 0 || answers.is_empty() && !parts.is_empty();
    let (answer, meaning) = match findings.len() {
        0 if is_open => ("undecided", "not everything was found out".to_owned()),
        0 => ("proved", kind.meaning(0, answers.len())),
        found => ("refuted", kind.meaning(found, answers.len())),
    };
    let approximations = answers.iter().flat_map(|(_, answer)| match answer {
        Answer::Proved { approximations, .. } => approximations.as_slice(),
        Answer::Refuted(_) | Answer::Undecided(_) => &[],
    });
    let mut notes: Vec<String> = approximations.cloned().collect();
    notes.sort_unstable();
    notes.dedup();
    notes.extend(
        (left_out > 0)
            .then(|| format!("{left_out} more parts were not judged: there are too many")),
    );
    Examination {
        question: kind.name(),
        answer,
        meaning,
        asked: answers.len(),
        findings,
        undecided,
        notes,
        engine: String::new(),
        profile: String::new(),
    }
}

fn finding<'l>(
    question: &Question<'_>,
    part: Part,
    answer: &Answer,
    loaded: &'l Loaded,
) -> Option<Finding<'l>> {
    let statement = loaded.statement(part.at)?;
    let element = part.place.and_then(|place| match part.value {
        Some(value) => view::element(part.at, place, &[value], loaded),
        None => view::whole_element(part.at, place, loaded),
    });
    let mut found = Finding { statement, element, says: String::new(), witness: None, core: None };
    found.says = question.meaning(answer).to_owned();
    match answer {
        Answer::Proved { core, .. } => {
            found.core =
                core.as_ref().map(|core| view::core(core, &[loaded], |_, _| "because of this"));
        }
        Answer::Refuted(witness) => found.witness = Some(view::witness(witness, &[loaded])),
        Answer::Undecided(reason) => found.says.clone_from(reason),
    }
    Some(found)
}
