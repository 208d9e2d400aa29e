//! What the user chose.

use std::fmt;

use keyaki_catalog::Catalog;
use keyaki_diag::Persona;
use keyaki_ir::PolicyKind;
use keyaki_lint::{Linter, Selection};
use keyaki_workspace::Options;

/// Settings as they are written; what is absent keeps its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// For whom: `regular`, `pedantic` or `auditor`.
    pub persona: Option<String>,
    /// Run these rules alone.
    pub select: Vec<String>,
    /// Leave out these rules.
    pub ignore: Vec<String>,
    /// The kind of all policies.
    pub kind: Option<String>,
}

/// A setting with a value that it does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSetting(String);

impl fmt::Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidSetting {}

/// How documents are read and checked.
#[derive(Debug)]
pub struct Settings {
    pub(crate) options: Options<'static>,
}

impl Settings {
    /// The settings that the choices amount to.
    ///
    /// # Errors
    /// A choice that names nothing.
    pub fn new(catalog: &'static Catalog, choices: &Choices) -> Result<Settings, InvalidSetting> {
        let persona = choices.persona.as_deref().map_or(Ok(Persona::Regular), persona)?;
        let kind = choices.kind.as_deref().map(kind).transpose()?;
        let selection = Selection::new(persona, &choices.select, &choices.ignore)
            .map_err(|error| InvalidSetting(error.to_string()))?;
        let linter = Linter::new(&selection);
        Ok(Settings {
            options: Options {
                kind,
                resource_type: None,
                linter,
                catalog,
                jobs: None,
                config: None,
            },
        })
    }

    /// The default settings.
    pub fn of(catalog: &'static Catalog) -> Settings {
        let linter = Linter::default();
        let options =
            Options { kind: None, resource_type: None, linter, catalog, jobs: None, config: None };
        Settings { options }
    }

    /// What AWS services define.
    pub fn catalog(&self) -> &'static Catalog {
        self.options.catalog
    }
}

fn persona(name: &str) -> Result<Persona, InvalidSetting> {
    let all = [Persona::Regular, Persona::Pedantic, Persona::Auditor];
    let found = all.into_iter().find(|persona| persona.name() == name);
    found.ok_or_else(|| InvalidSetting(format!("`{name}` is no persona")))
}

fn kind(name: &str) -> Result<PolicyKind, InvalidSetting> {
    PolicyKind::parse(name).ok_or_else(|| InvalidSetting(format!("`{name}` is no kind of policy")))
}
