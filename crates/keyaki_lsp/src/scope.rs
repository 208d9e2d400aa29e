//! Which settings count where: each folder may have its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyaki_ide::{Catalog, InvalidSetting, Settings};
use serde_json::Value;

use crate::configuration::choices;

/// The settings of everything, and those of folders that have others.
#[derive(Clone, Debug)]
pub(crate) struct Scopes {
    everywhere: Arc<Settings>,
    folders: Vec<(PathBuf, Arc<Settings>)>,
}

impl Scopes {
    pub(crate) fn everywhere(settings: Settings) -> Scopes {
        Scopes { everywhere: Arc::new(settings), folders: Vec::new() }
    }

    /// The settings that sections amount to: that of everything, and those of folders, each with
    /// what the folder's `keyaki.toml` says.
    ///
    /// # Errors
    /// A section or a file says what it cannot.
    pub(crate) fn read(
        catalog: &'static Catalog,
        section: &Value,
        of_folders: &[(PathBuf, Value)],
    ) -> Result<Scopes, InvalidSetting> {
        let read = |section: &Value| Settings::new(catalog, &choices(section)).map(Arc::new);
        let everywhere = read(section)?;
        let of_folder = |(folder, own): &(PathBuf, Value)| {
            let own = if own.is_object() { own } else { section };
            let settings = Settings::in_folder(catalog, &choices(own), folder)?;
            Ok((folder.clone(), Arc::new(settings)))
        };
        let folders = of_folders.iter().map(of_folder).collect::<Result<_, _>>()?;
        Ok(Scopes { everywhere, folders })
    }

    /// The settings that count for a path: those of the innermost folder around it.
    pub(crate) fn of(&self, path: &Path) -> Arc<Settings> {
        let around = self.folders.iter().filter(|(folder, _)| path.starts_with(folder));
        let innermost = around.max_by_key(|(folder, _)| folder.components().count());
        Arc::clone(innermost.map_or(&self.everywhere, |(_, settings)| settings))
    }
}
