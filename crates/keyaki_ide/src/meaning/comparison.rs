//! What access was gained and lost between two texts, as Markdown.

use std::fmt::Write;

use keyaki_analyze::words::in_words;
use keyaki_analyze::{Class, difference};
use keyaki_eval::Profile;
use keyaki_workspace::ReadPolicy;

use super::{asker, subject};
use crate::Document;
use crate::facts::names;

/// Of each class, so many actions are named.
const MOST_ACTIONS: usize = 20;

/// What the policies of a document allow that those of an older one do not, and the other way
/// round.
pub fn comparison(old: &Document, new: &Document) -> String {
    let file = new.path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let mut text = format!("# {file} against the last commit\n");
    let pairs = pairs(old, new);
    if pairs.is_empty() {
        text += "\nNeither of the texts holds a policy.\n";
    }
    let is_one = pairs.len() == 1;
    for (pointer, before, after) in pairs {
        if !is_one {
            let _ = writeln!(text, "\n## `{pointer}`");
        }
        text += &match (before, after) {
            (Some(before), Some(after)) => both(old, before, new, after),
            (None, Some(_)) => "\nThe last commit does not have this policy.\n".to_owned(),
            (Some(_), None) => "\nThis policy is gone.\n".to_owned(),
            (None, None) => String::new(),
        };
    }
    text
}

type Pair<'d> = (String, Option<&'d ReadPolicy>, Option<&'d ReadPolicy>);

/// The policies of both documents, by their places.
fn pairs<'d>(old: &'d Document, new: &'d Document) -> Vec<Pair<'d>> {
    let mut pairs: Vec<Pair<'d>> = Vec::new();
    for read in old.policies() {
        pairs.push((old.tree.pointer(read.policy.origin), Some(read), None));
    }
    for read in new.policies() {
        let pointer = new.tree.pointer(read.policy.origin);
        match pairs.iter_mut().find(|(known, _, _)| *known == pointer) {
            Some((_, _, after)) => *after = Some(read),
            None => pairs.push((pointer, None, Some(read))),
        }
    }
    pairs
}

fn both(old: &Document, before: &ReadPolicy, new: &Document, after: &ReadPolicy) -> String {
    let subjects = (subject::subject(old, before), subject::subject(new, after));
    let (before, after) = match &subjects {
        (Ok(before), Ok(after)) => (before, after),
        (Err(reason), _) => return format!("\nThe old text cannot be compared: {reason}.\n"),
        (_, Err(reason)) => return format!("\nIt cannot be compared: {reason}.\n"),
    };
    let profile = Profile::documented();
    let found = difference(before, after, &asker(new.catalog(), &profile));
    let mut text = String::new();
    if found.gained.is_empty() && found.lost.is_empty() && found.undecided.is_empty() {
        text += "\nBoth allow the same requests. This is proved.\n";
    }
    for (heading, classes) in [("Gained", &found.gained), ("Lost", &found.lost)] {
        if !classes.is_empty() {
            let _ = writeln!(text, "\n## {heading}");
            classes.iter().for_each(|class| text += &of_class(class));
        }
    }
    for reason in &found.undecided {
        let _ = writeln!(text, "\nNot decided: {reason}.");
    }
    text
}

fn of_class(class: &Class) -> String {
    let mut text = match class.actions.is_empty() {
        true => "\n- actions that AWS may add one day".to_owned(),
        false => format!("\n- {}", names(&class.actions, MOST_ACTIONS)),
    };
    text += &format!("\n  - on {}\n", names(&class.resources, MOST_ACTIONS));
    let mut line = |words: &str, rest: &str| {
        let _ = writeln!(text, "  - {words} {rest}");
    };
    class.who.iter().for_each(|who| line("by", who));
    class.when.iter().for_each(|when| line("when", when));
    class.unless.iter().for_each(|unless| line("unless", unless));
    if class.is_partial {
        line("some of it", "is allowed by the other text, too");
    }
    line("for instance", &in_words(&class.example));
    text
}
