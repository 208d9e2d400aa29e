//! What is read of a policy, at its turn or ahead of it on another thread.
//!
//! How much is worked out for a file has a limit, so that what is left for a policy depends on
//! those before it. Ahead of its turn it is read with a share of the limit. If it took less, and so
//! much is left when its turn comes, that is what it would be then; else it is read again.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicUsize, Ordering};

use keyaki_diag::TextRange;

use super::evaluate::Evaluator;
use super::module::Module;
use super::origins;
use crate::host::value::Value;
use crate::host::{Assumed, MAX_TEXT, Written, length_of};
use crate::{map, threads};

/// A policy in each way that it may be.
pub(super) struct Reading {
    pub(super) texts: Vec<Written>,
    /// Texts in it that are checked elsewhere in the same run.
    pub(super) told: Vec<Written>,
    /// Where it is written.
    pub(super) origins: Vec<TextRange>,
}

impl Reading {
    /// Reads a policy with all conditions true, and with all false. `left` is how much may yet be
    /// worked out.
    pub(super) fn of(
        module: &Module<'_>,
        left: &Cell<usize>,
        policy: impl Fn(&Evaluator<'_>) -> Option<Value>,
    ) -> Reading {
        let mut reading = Reading { texts: Vec::new(), told: Vec::new(), origins: Vec::new() };
        for others in [true, false] {
            let (seen, notes) = (RefCell::default(), RefCell::default());
            let assumed = Assumed { others, ..Assumed::default() };
            let evaluator = Evaluator {
                module,
                assumed: &assumed,
                seen: &seen,
                left,
                foreign: RefCell::default(),
                notes: &notes,
                count: Cell::default(),
                mixed: Cell::default(),
            };
            if let Some(value) = policy(&evaluator)
                && let Some(written) = value.written()
            {
                reading.origins.extend(origins(&value));
                reading.texts.push(module.own.outward(written));
            }
            for (path, value) in evaluator.foreign.take() {
                if module.modules.is_checked(&path) {
                    reading.told.extend(value.written().map(|text| module.own.outward(text)));
                }
            }
            if seen.borrow().is_empty() {
                break;
            }
        }
        reading
    }
}

/// A policy that was read ahead, and how much was worked out for it.
pub(super) struct Ahead {
    reading: Reading,
    took: usize,
}

impl Ahead {
    /// The policy at its turn.
    pub(super) fn settle(
        ahead: Option<Ahead>,
        left: &Cell<usize>,
        read: impl FnOnce() -> Reading,
    ) -> Reading {
        let fits = |ahead: Ahead| Some((left.get().checked_sub(ahead.took)?, ahead.reading));
        match ahead.and_then(fits) {
            Some((rest, reading)) => {
                left.set(rest);
                reading
            }
            None => read(),
        }
    }
}

/// Reads policies ahead where several threads are worth it, as far as little is worked out for each.
pub(super) fn ahead<T: Sync>(
    module: &Module<'_>,
    left: usize,
    jobs: Option<usize>,
    items: &[T],
    policy: impl Fn(&Evaluator<'_>, &T) -> Option<Value> + Sync,
) -> Vec<Option<Ahead>> {
    let jobs = threads(jobs, items.len());
    if jobs < 2 {
        return items.iter().map(|_| None).collect();
    }
    let share = left / items.len();
    let length = AtomicUsize::new(0);
    map(items, jobs, |item| {
        let left = Cell::new(share);
        let reading = Reading::of(module, &left, |evaluator| policy(evaluator, item));
        let own = length_of(&reading.texts) + length_of(&reading.told);
        let fits = length.fetch_add(own, Ordering::Relaxed) + own <= MAX_TEXT;
        let took = share - left.get();
        (left.get() > 0 && fits).then_some(Ahead { reading, took })
    })
}
