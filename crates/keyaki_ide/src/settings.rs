//! What the user chose.

use std::fmt;
use std::path::{Path, PathBuf};

use keyaki_catalog::Catalog;
use keyaki_diag::{Persona, RuleMeta};
use keyaki_ir::PolicyKind;
use keyaki_lint::{Linter, PUBLIC_ACCESS, Selection};
use keyaki_workspace::{Config, Options, REDUNDANT_GRANT, today};

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
    /// Whether to prove what takes longer.
    pub proofs: Option<bool>,
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
    /// The rules that answer within a keystroke.
    pub(crate) options: Options<'static>,
    /// The rules that ask the engine; none where nothing is to be proved.
    pub(crate) provers: Option<Linter>,
    /// The editor's folder that they are for.
    pub(crate) folder: Option<PathBuf>,
    /// The findings that proofs give and that are shown; nothing is proved where there are none.
    proved: Vec<&'static str>,
}

/// The findings that proofs give.
const PROVED: [&str; 2] = [PUBLIC_ACCESS.name, REDUNDANT_GRANT.name];

impl Settings {
    /// The settings that the choices amount to.
    ///
    /// # Errors
    /// A choice that names nothing.
    pub fn new(catalog: &'static Catalog, choices: &Choices) -> Result<Settings, InvalidSetting> {
        let persona = choices.persona.as_deref().map_or(Ok(Persona::Regular), persona)?;
        let kind = choices.kind.as_deref().map(kind).transpose()?;
        let (select, mut ignore) = (rules(&choices.select), rules(&choices.ignore));
        if select.is_empty() && !choices.select.is_empty() {
            // Nothing but proofs is wanted.
            ignore = keyaki_lint::rules().iter().map(|rule| rule.meta.name.to_owned()).collect();
        }
        let selection = Selection::new(persona, &select, &ignore)
            .map_err(|error| InvalidSetting(error.to_string()))?;
        let linter = Linter::without_proofs(&selection);
        let provers =
            (choices.proofs != Some(false)).then(|| Linter::with_proofs_alone(&selection));
        let options =
            Options { kind, resource_type: None, linter, catalog, jobs: None, config: None };
        Ok(Settings { options, provers, folder: None, proved: proved(choices) })
    }

    /// The same for a folder: what its `keyaki.toml` says counts where there is no choice.
    ///
    /// # Errors
    /// A choice that names nothing, or a mistake in the file.
    pub fn in_folder(
        catalog: &'static Catalog,
        choices: &Choices,
        folder: &Path,
    ) -> Result<Settings, InvalidSetting> {
        let mut choices = choices.clone();
        let load = |path: PathBuf| Config::load(&path, today());
        let config = Config::find(folder).map(load).transpose();
        let config = config.map_err(|error| InvalidSetting(error.to_string()))?;
        if let Some(config) = &config {
            let persona = config.persona.map(|persona| persona.name().to_owned());
            choices.persona = choices.persona.or(persona);
            if choices.select.is_empty() {
                choices.select.clone_from(&config.select);
            }
            choices.ignore.extend(config.ignore.iter().cloned());
        }
        let mut settings = Settings::new(catalog, &choices)?;
        if let Some(config) = &config {
            let linter = std::mem::take(&mut settings.options.linter);
            settings.options.linter = linter.with(config.settings.clone());
            let provers = settings.provers.take();
            settings.provers = provers.map(|provers| provers.with(config.settings.clone()));
        }
        settings.options.config = config;
        settings.folder = Some(folder.to_owned());
        Ok(settings)
    }

    /// Whether there is anything to prove.
    pub fn proves(&self) -> bool {
        !self.proved.is_empty() || self.provers.iter().any(|p| !p.rules().is_empty())
    }

    /// Whether the findings of a proof are shown.
    pub(crate) fn shows(&self, rule: &RuleMeta) -> bool {
        self.proved.contains(&rule.name)
    }

    /// The default settings.
    pub fn of(catalog: &'static Catalog) -> Settings {
        let selection = Selection::default();
        let linter = Linter::without_proofs(&selection);
        let provers = Some(Linter::with_proofs_alone(&selection));
        let options =
            Options { kind: None, resource_type: None, linter, catalog, jobs: None, config: None };
        Settings { options, provers, folder: None, proved: PROVED.to_vec() }
    }

    /// What AWS services define.
    pub fn catalog(&self) -> &'static Catalog {
        self.options.catalog
    }
}

/// The names that the linter knows.
fn rules(names: &[String]) -> Vec<String> {
    names.iter().filter(|name| !PROVED.contains(&name.as_str())).cloned().collect()
}

fn proved(choices: &Choices) -> Vec<&'static str> {
    let (select, ignore) = (&choices.select, &choices.ignore);
    let is_named = |list: &[String], name: &str| list.iter().any(|entry| entry == name);
    let is_shown =
        |name: &&str| (select.is_empty() || is_named(select, name)) && !is_named(ignore, name);
    let all = if choices.proofs == Some(false) { &[][..] } else { &PROVED };
    all.iter().copied().filter(is_shown).collect()
}

fn persona(name: &str) -> Result<Persona, InvalidSetting> {
    let all = [Persona::Regular, Persona::Pedantic, Persona::Auditor];
    let found = all.into_iter().find(|persona| persona.name() == name);
    found.ok_or_else(|| InvalidSetting(format!("`{name}` is no persona")))
}

fn kind(name: &str) -> Result<PolicyKind, InvalidSetting> {
    PolicyKind::parse(name).ok_or_else(|| InvalidSetting(format!("`{name}` is no kind of policy")))
}
