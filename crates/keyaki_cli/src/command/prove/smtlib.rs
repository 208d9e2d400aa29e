//! The question as SMT-LIB, so that it can be handed to any solver.

use std::cell::RefCell;
use std::path::PathBuf;
use std::str::FromStr;

use keyaki_analyze::{Asker, Decider};
use keyaki_solve::script;
use keyaki_symbolic::{Actions, Outcome, Query};

/// What is written instead of an answer, and where to.
#[derive(Clone, Debug)]
pub(super) struct Emit {
    /// Standard output, if it is none.
    pub(super) file: Option<PathBuf>,
}

impl FromStr for Emit {
    type Err = String;

    fn from_str(text: &str) -> Result<Emit, String> {
        match text.split_once('=') {
            None if text == "smtlib" => Ok(Emit { file: None }),
            Some(("smtlib", file)) if !file.is_empty() => Ok(Emit { file: Some(file.into()) }),
            Some(_) | None => Err("it must be `smtlib` or `smtlib=FILE`".to_owned()),
        }
    }
}

/// Writes down each query, and says that there is no such request, so that all are asked.
#[derive(Default)]
pub(super) struct Scripts {
    scripts: RefCell<Vec<(String, String)>>,
    /// The queries that cannot be written, with the reasons.
    missing: RefCell<Vec<String>>,
}

impl Decider for Scripts {
    fn decide(&self, query: &Query<'_>, asker: &Asker<'_>) -> Outcome {
        let actions = match asker.actions {
            Actions::Known => keyaki_solve::Actions::Catalog,
            Actions::Any => keyaki_solve::Actions::Language,
        };
        let options = keyaki_solve::Options { actions, ..Default::default() };
        let who = query.caller.arn().unwrap_or_else(|| format!("{:?}", query.caller));
        match script(query, asker.catalog, &options) {
            Ok(script) => {
                let mut about = format!("; Requests of {}\n", one_line(&who));
                for approximation in &script.approximations {
                    about += &format!("; Note: {}\n", one_line(&approximation.to_string()));
                }
                // A solver that found nothing has no values to give, and some end then.
                let known = (about, script.smtlib().replace("(get-value", "; (get-value"));
                let mut scripts = self.scripts.borrow_mut();
                if !scripts.contains(&known) {
                    scripts.push(known);
                }
            }
            Err(inexpressible) => {
                self.missing.borrow_mut().push(format!("requests of {who}: {inexpressible}"));
            }
        }
        Outcome::Nothing { left_out: Vec::new() }
    }

    fn wants_all_facts(&self) -> bool {
        true
    }
}

impl Scripts {
    /// All scripts in one text, which a solver reads from top to bottom.
    pub(super) fn text(&self, refuted_by: &str) -> String {
        let scripts = self.scripts.borrow();
        let mut text = format!(
            "; One question for each case of callers. `sat`: {refuted_by}.\n\
             ; `unsat` in all of them: there is no such request.\n"
        );
        for (number, (about, script)) in scripts.iter().enumerate() {
            let room = if number == 0 { "" } else { "(reset)\n" };
            text += &format!("\n; {} of {}\n{about}{room}{script}", number + 1, scripts.len());
        }
        text
    }

    /// The queries that could not be written.
    pub(super) fn missing(&self) -> Vec<String> {
        self.missing.borrow().clone()
    }
}

/// A comment ends with its line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
