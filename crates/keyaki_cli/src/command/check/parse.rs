//! Values of the arguments.

use std::path::PathBuf;

use keyaki_diag::{Level, Persona};
use keyaki_ir::{PolicyKind, ResourceType, near};
use keyaki_report::Format;

pub(crate) fn kind(name: &str) -> Result<PolicyKind, String> {
    let names = PolicyKind::ALL.map(PolicyKind::name);
    PolicyKind::parse(name).ok_or_else(|| one_of(name, &names))
}

pub(crate) fn resource_type(name: &str) -> Result<ResourceType, String> {
    let names: Vec<_> = ResourceType::ALL.iter().map(|t| t.name()).collect();
    ResourceType::parse(name).ok_or_else(|| one_of(name, &names))
}

pub(super) fn persona(name: &str) -> Result<Persona, String> {
    let all = [Persona::Regular, Persona::Pedantic, Persona::Auditor];
    all.into_iter().find(|p| p.name() == name).ok_or_else(|| one_of(name, &all.map(Persona::name)))
}

pub(super) fn level(name: &str) -> Result<Level, String> {
    let level = Level::ALL.into_iter().find(|l| l.name() == name);
    level.ok_or_else(|| one_of(name, &Level::ALL.map(Level::name)))
}

pub(super) fn format(name: &str) -> Result<Format, String> {
    Format::parse(name).ok_or_else(|| one_of(name, &Format::ALL.map(Format::name)))
}

pub(super) fn output(text: &str) -> Result<(Format, PathBuf), String> {
    format_and_file(text, format)
}

pub(crate) fn format_and_file<F>(
    text: &str,
    format: impl Fn(&str) -> Result<F, String>,
) -> Result<(F, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !path.is_empty() => Ok((format(name)?, PathBuf::from(path))),
        _ => Err("expected FORMAT=FILE".to_owned()),
    }
}

pub(super) fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(jobs @ 1..=256) => Ok(jobs),
        _ => Err("expected a number from 1 to 256".to_owned()),
    }
}

pub(crate) fn one_of(name: &str, names: &[&str]) -> String {
    match near::nearest(name, names.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("expected one of {}", names.join(", ")),
    }
}
