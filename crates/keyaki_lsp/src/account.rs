//! Account ids that the files of the folders name, for completion.
//!
//! They are looked for when somebody completes something for the first time, beside what is asked:
//! that answer does without them, later ones have them. What may be out of date is forgotten and
//! looked for again by the next completion, which until then gets what was known.

use std::sync::{Arc, Mutex};

use keyaki_ide::Accounts;

use crate::server::{lock, off};
use crate::state::State;

/// So many files are looked at.
const MOST_FILES: usize = 5000;

/// What is known of the accounts in files.
#[derive(Debug, Default)]
pub(crate) struct KnownAccounts {
    found: Arc<Accounts>,
    /// Counts what may have changed them.
    changes: u64,
    /// The count at which somebody last began to look.
    looked_at: Option<u64>,
}

impl KnownAccounts {
    pub(crate) fn known(&self) -> Arc<Accounts> {
        Arc::clone(&self.found)
    }

    /// Notes that files have changed.
    pub(crate) fn forget(&mut self) {
        self.changes += 1;
    }

    /// Whether the caller is to look: nobody has since the last change.
    fn begin(&mut self) -> bool {
        self.looked_at.replace(self.changes) != Some(self.changes)
    }
}

/// Looks for accounts in files, unless that was done since they last changed.
pub(crate) fn look_for_accounts(state: &Arc<Mutex<State>>) {
    let workspace = {
        let mut state = lock(state);
        if !state.accounts.begin() {
            return;
        }
        state.workspace()
    };
    let state = Arc::clone(state);
    tokio::spawn(async move {
        let look = move || {
            let files = workspace.files().into_iter().take(MOST_FILES);
            files.flat_map(|(_, file)| file.accounts()).collect::<Accounts>()
        };
        if let Ok(found) = off(look).await {
            lock(&state).accounts.found = Arc::new(found);
        }
    });
}
