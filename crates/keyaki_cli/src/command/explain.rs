use crate::console::Console;
use crate::exit::{Exit, Failure};
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}
pub(crate) fn run(_a: &Arguments, _c: &mut Console) -> Result<Exit, Failure> {
    Ok(Exit::Clean)
}
