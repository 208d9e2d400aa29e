//! `keyaki man`: the manual's pages.

use std::path::PathBuf;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::command::file_failure;
use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Write the manual's page, or with a folder the pages of all commands into it
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder; it is made where it is missing
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let command = crate::arguments::Arguments::command();
    match &arguments.folder {
        Some(folder) => {
            let written = std::fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(command, folder));
            written.map_err(|error| file_failure(folder, &error))?;
        }
        None => {
            let mut page = Vec::new();
            let rendered = Man::new(command).render(&mut page);
            rendered.map_err(|error| Failure::new(error.to_string()))?;
            console.write(|out| out.write_all(&page))?;
        }
    }
    Ok(Exit::Clean)
}
