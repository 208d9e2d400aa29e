//! Settings of rules: what `keyaki.toml` can say under `[rules.NAME]`, and what it says.

use std::collections::BTreeMap;

use keyaki_ir::Policy;

/// A setting that a rule takes.
#[derive(Debug)]
pub struct Setting {
    /// Its name in the configuration.
    pub name: &'static str,
    /// What values it takes.
    pub takes: Takes,
    /// What it is for: a sentence.
    pub about: &'static str,
}

/// The values that a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A whole number.
    Number,
    /// A list of texts.
    Texts,
}

/// A value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingValue {
    /// A whole number.
    Number(usize),
    /// A list of texts.
    Texts(Vec<String>),
}

/// What a project asks of its own policies: grants of these actions must be under a condition.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// Action patterns.
    pub actions: Vec<String>,
    /// A policy that allows every request for the actions but those that meet the condition.
    pub violation: Policy,
    /// What to tell who violates it.
    pub message: String,
}

/// What was set.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    values: BTreeMap<(&'static str, &'static str), SettingValue>,
    /// What the project asks of its policies.
    pub requirements: Vec<Requirement>,
}

impl Settings {
    /// Sets a value.
    pub fn set(&mut self, rule: &'static str, setting: &'static str, value: SettingValue) {
        self.values.insert((rule, setting), value);
    }

    /// A number that was set.
    pub(crate) fn number(&self, rule: &'static str, setting: &'static str) -> Option<usize> {
        match self.values.get(&(rule, setting))? {
            SettingValue::Number(number) => Some(*number),
            SettingValue::Texts(_) => None,
        }
    }

    /// A list that was set; empty where none was.
    pub(crate) fn texts(&self, rule: &'static str, setting: &'static str) -> &[String] {
        match self.values.get(&(rule, setting)) {
            Some(SettingValue::Texts(texts)) => texts,
            Some(SettingValue::Number(_)) | None => &[],
        }
    }
}
