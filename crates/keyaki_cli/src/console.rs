//! What the commands share: standard input, output and error, and the catalogue.

use std::io::{self, BufWriter, IsTerminal, Read, Stdout, Write};
use std::time::{Duration, Instant};

use keyaki_catalog::Catalog;
use keyaki_syntax::Tree;
use keyaki_workspace::catalog_update;

use crate::exit::Failure;

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Which catalogue to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Choice {
    /// The last update, if it is newer than what was compiled in.
    #[default]
    Newest,
    /// What was compiled in.
    Embedded,
}

/// What the commands share: where they read and write, and which catalogue they use.
pub(crate) struct Console {
    out: BufWriter<Stdout>,
    color: Color,
    choice: Choice,
    /// Nobody reads the output any more.
    is_closed: bool,
}

impl Console {
    pub(crate) fn new(color: Color, choice: Choice) -> Console {
        Console { out: BufWriter::new(io::stdout()), color, choice, is_closed: false }
    }

    /// The catalogue of the last update or the one that was compiled in.
    pub(crate) fn catalog(&mut self) -> &'static Catalog {
        let embedded = keyaki_catalog::embedded();
        let folder = match self.choice {
            Choice::Newest => catalog_update::default_folder(|name| std::env::var_os(name)),
            Choice::Embedded => None,
        };
        let Some(folder) = folder else { return embedded };
        match catalog_update::load(&folder) {
            Ok(Some(updated)) if updated.snapshot().date >= embedded.snapshot().date => {
                // It is used until the program ends.
                Box::leak(Box::new(updated))
            }
            Ok(_) => embedded,
            Err(error) => {
                self.remark(&format!("warning: {error}"));
                embedded
            }
        }
    }

    /// Writes to standard output. That its reader has gone is no failure.
    pub(crate) fn write(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        if self.is_closed {
            return Ok(());
        }
        match write(&mut self.out) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            Err(error) => Err(Failure::new(format!("standard output: {}", error.kind()))),
            Ok(()) => Ok(()),
        }
    }

    /// Says something about the run on standard error.
    pub(crate) fn remark(&mut self, message: &str) {
        self.finish();
        // If standard error is gone, there is nobody left to tell.
        let _ = writeln!(io::stderr(), "{message}");
    }

    /// Writes out what is buffered.
    pub(crate) fn finish(&mut self) {
        if !self.is_closed {
            self.is_closed = self.out.flush().is_err();
        }
    }

    /// Whether output is to be coloured.
    pub(crate) fn has_color(&self) -> bool {
        let unset = |name| std::env::var_os(name).is_none_or(|value| value.is_empty());
        let is_dumb = || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => io::stdout().is_terminal() && unset("NO_COLOR") && !is_dumb(),
        }
    }
}

/// How far long work is, told on standard error: on a terminal in one line that changes, else in
/// a line now and then.
pub(crate) struct Progress {
    name: String,
    of: usize,
    done: usize,
    start: Instant,
    last: Instant,
    is_shown: bool,
}

impl Console {
    /// Begins to tell how far work is.
    pub(crate) fn progress(&self, name: &str, of: usize) -> Progress {
        let (name, now) = (name.to_owned(), Instant::now());
        Progress { name, of, done: 0, start: now, last: now, is_shown: false }
    }
}

impl Progress {
    /// Tells that some more is done; never in the first moments.
    pub(crate) fn step(&mut self, more: usize) {
        const QUIET: Duration = Duration::from_secs(2);
        const SOON: Duration = Duration::from_secs(1);
        const OFTEN: Duration = Duration::from_millis(200);
        self.done += more;
        let is_terminal = io::stderr().is_terminal();
        let pause = match (is_terminal, self.is_shown) {
            (true, true) => OFTEN,
            (true, false) => SOON,
            (false, _) => QUIET,
        };
        if self.done >= self.of {
            return self.end();
        }
        if self.last.elapsed() < pause {
            return;
        }
        self.last = Instant::now();
        let rate = self.done as f64 / self.start.elapsed().as_secs_f64();
        let line = format!("{}: {} of {}, {rate:.0} a second", self.name, self.done, self.of);
        // If standard error is gone, there is nobody left to tell.
        let _ = match is_terminal {
            true => write!(io::stderr(), "\r\x1b[K{line}"),
            false => writeln!(io::stderr(), "{line}"),
        };
        self.is_shown = is_terminal;
    }

    /// Takes the line away.
    fn end(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

/// All of standard input.
pub(crate) fn read_input() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let limit = Tree::MAX_LENGTH as u64 + 1;
    let read = io::stdin().lock().take(limit).read_to_end(&mut bytes);
    read.map_err(|error| Failure::new(format!("standard input: {}", error.kind())))?;
    Ok(bytes)
}
