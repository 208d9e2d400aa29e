//! `keyaki explain`: the page of a rule, what a pattern of actions matches, what a key is.

use keyaki_catalog::Catalog;
use keyaki_ir::near;
use keyaki_lint::page::page;
use keyaki_workspace::{ABOUT_FILES, REDUNDANT_GRANT};

use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::facts;

/// Explain a rule, an action pattern such as s3:Get*, or a condition key
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A rule or its AWS code; an action with or without wildcards; a condition key; a service
    #[arg(value_name = "RULE|ACTION|KEY")]
    subject: String,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let text = explain(console.catalog(), arguments.subject.trim())?;
    console.write(|out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Clean)
}

fn explain(catalog: &Catalog, subject: &str) -> Result<String, Failure> {
    if let Some(rule) = keyaki_lint::rule(subject) {
        return Ok(rule.page());
    }
    let mut others = ABOUT_FILES.into_iter().chain([&REDUNDANT_GRANT]);
    if let Some(meta) = others.find(|meta| meta.answers_to(subject)) {
        return Ok(page(meta, ""));
    }
    if let Some(text) = facts::entry(catalog, subject) {
        return Ok(text);
    }
    let is_pattern = subject == "*" || (subject.contains(':') && subject.contains(['*', '?']));
    if is_pattern {
        let set = catalog.expand(subject);
        if !set.is_empty() {
            return Ok(facts::expansion(catalog, subject, &set));
        }
        return Err(Failure::new(format!("no action matches `{subject}`")));
    }
    Err(unknown(catalog, subject))
}

fn unknown(catalog: &Catalog, subject: &str) -> Failure {
    let names = keyaki_lint::rules().iter().map(|rule| rule.meta.name);
    let rule = near::nearest(&subject.replace('_', "-"), names);
    let meant = rule.map(str::to_owned).or_else(|| facts::suggestion(catalog, subject));
    let message = format!("`{subject}` is no rule, action, condition key or service");
    match meant {
        Some(meant) => Failure::new(format!("{message}; did you mean `{meant}`?")),
        None => Failure::new(message),
    }
}
