//! Patterns of policies as globs, with the variables that a version and a profile replace.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.

use std::ops::Range;

use keyaki_eval::{Formula, Point, Profile, Reading};
use keyaki_ir::{Effect, Pattern, Variable, Version};

use crate::claim::{Key, Test};
use crate::glob::{Glob, Symbol};

/// The condition keys of a question, numbered in the order in which they come up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    // INVARIANT: each once, as it was written first.
    names: Vec<Box<str>>,
    // By the name in lower case.
    numbers: std::collections::HashMap<Box<str>, Key>,
}

impl Keys {
    pub(crate) fn number(&mut self, name: &str) -> Key {
        let Keys { names, numbers } = self;
        *numbers.entry(name.to_ascii_lowercase().into()).or_insert_with(|| {
            names.push(name.into());
            names.len() - 1
        })
    }

    pub(crate) fn names(&self) -> &[Box<str>] {
        &self.names
    }
}

/// The points that decide what stands in for a variable.
const REPLACING: [Point; 4] =
    [Point::Variables2008, Point::EscapeInEquals, Point::EmptyVariable, Point::DefaultWithoutSpace];

/// What a pattern's meaning depends on apart from its text.
#[derive(Clone, Copy)]
pub(crate) struct Env<'q> {
    profile: &'q Profile,
    version: Version,
    /// The effect of the statement; turned round inside of a negation.
    effect: Effect,
    /// Which of [`REPLACING`] are read otherwise, whatever the profile says; as bits.
    replacing: u8,
}

impl<'q> Env<'q> {
    pub(crate) fn new(profile: &'q Profile, version: Version, effect: Effect) -> Self {
        Env { profile, version, effect, replacing: 0 }
    }

    pub(crate) fn negated(self) -> Self {
        let effect = match self.effect {
            Effect::Allow => Effect::Deny,
            Effect::Deny => Effect::Allow,
        };
        Env { effect, ..self }
    }

    pub(crate) fn reads_otherwise(self, point: Point) -> bool {
        let forced = REPLACING.iter().position(|p| *p == point);
        forced.is_some_and(|bit| self.replacing >> bit & 1 == 1)
            || self.profile.in_statement(point, self.effect) == Reading::Alternative
    }

    /// What `read` makes of a pattern; where the profile takes both readings of what stands in for
    /// variables, a match under either or under all, as the profile leans.
    pub(crate) fn each_way(
        self,
        pattern: &Pattern,
        mut read: impl FnMut(Env<'q>) -> Formula<Test>,
    ) -> Formula<Test> {
        let is_open = |point: Point| self.profile.takes_both(point);
        let open = (0u8..).zip(REPLACING).filter(|(_, point)| is_open(*point));
        let open = open.fold(0, |all, (bit, _)| all | 1 << bit);
        if pattern.variables().is_empty() || open == 0 {
            return read(self);
        }
        let ways = (0..1 << REPLACING.len()).filter(|way| way & !open == 0);
        let readings: Vec<_> =
            ways.map(|way| read(Env { replacing: self.replacing | way, ..self })).collect();
        match self.profile.rather_matches(self.effect) {
            true => Formula::or(readings),
            false => Formula::and(readings),
        }
    }

    /// A part of a pattern, given in bytes; none where nothing can match it because a variable in
    /// it never has a value.
    pub(crate) fn glob(
        self,
        pattern: &Pattern,
        part: Range<usize>,
        wildcards: bool,
        keys: &mut Keys,
    ) -> Option<Glob> {
        let mut glob = Glob::default();
        let mut at = part.start;
        if self.version >= Version::V2012 || self.reads_otherwise(Point::Variables2008) {
            let inside = |v: &&Variable| part.start <= v.range.start && v.range.end <= part.end;
            for variable in pattern.variables().iter().filter(inside) {
                add(&mut glob, pattern.text().get(at..variable.range.start)?, wildcards);
                self.add_variable(&mut glob, pattern, variable, wildcards, keys)?;
                at = variable.range.end;
            }
        }
        add(&mut glob, pattern.text().get(at..part.end)?, wildcards);
        glob.one_line = self.reads_otherwise(Point::Newline) && glob.has_wildcard();
        Some(glob)
    }

    fn add_variable(
        self,
        glob: &mut Glob,
        pattern: &Pattern,
        variable: &Variable,
        wildcards: bool,
        keys: &mut Keys,
    ) -> Option<()> {
        let written = pattern.text().get(variable.range.clone())?;
        match variable.escape {
            Some(_) if !wildcards && self.reads_otherwise(Point::EscapeInEquals) => {
                glob.push_text(written);
            }
            Some(_) => glob.push_text(written.get(2..3)?),
            // A variable that is not written well is never replaced.
            None if variable.defect.is_some() => return None,
            None => glob.push(Symbol::Key {
                key: keys.number(&variable.key),
                default: self.default(written, variable),
                nonempty: self.reads_otherwise(Point::EmptyVariable),
            }),
        }
        Some(())
    }

    fn default(self, written: &str, variable: &Variable) -> Option<Box<str>> {
        let spaced = written.split_once(',').is_some_and(|(_, text)| text.starts_with(' '));
        let counts = spaced || !self.reads_otherwise(Point::DefaultWithoutSpace);
        variable.default.clone().filter(|_| counts)
    }
}

fn add(glob: &mut Glob, text: &str, wildcards: bool) {
    match wildcards {
        true => glob.push_wild(text),
        false => glob.push_text(text),
    }
}
