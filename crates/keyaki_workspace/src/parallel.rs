//! The same work on many items, on several threads, results in the order of the items.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Fewer items than this for a thread are not worth starting it.
const ITEMS_PER_THREAD: usize = 16;

/// The parser recurses to its depth limit; this is enough for builds without optimisation, too.
const STACK: usize = 8 * 1024 * 1024;

/// How many threads to use for that many items.
pub fn default_jobs(items: usize) -> usize {
    let worth = items / ITEMS_PER_THREAD;
    // Asking the system costs more than checking a file.
    if worth < 2 { 1 } else { thread::available_parallelism().map_or(1, NonZero::get).min(worth) }
}

/// How many threads to use for that many items: what was asked for, or what is worth it.
pub fn threads(jobs: Option<usize>, items: usize) -> usize {
    jobs.map_or_else(|| default_jobs(items), |jobs| jobs.min(items))
}

/// Applies `work` to all items, on `jobs` threads.
pub fn map<T: Sync, R: Send>(items: &[T], jobs: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if jobs < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return done };
            done.push((index, work(item)));
        }
    };
    let mut results: Vec<(usize, R)> = thread::scope(|scope| {
        let start = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        let threads: Vec<_> = (1..jobs).map_while(|i| start(i).ok()).collect();
        let mut results = run();
        for thread in threads {
            match thread.join() {
                Ok(done) => results.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    results.sort_by_key(|&(index, _)| index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Does something else on a thread of its own beside some work.
pub(crate) fn beside<R>(other: impl FnOnce() + Send, work: impl FnOnce() -> R) -> R {
    thread::scope(|scope| {
        // Where no thread can be had, the other thing is not done, only dropped.
        let _started = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, other);
        work()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u32> = (0..1000).collect();
        let doubled: Vec<u32> = items.iter().map(|i| i * 2).collect();
        for jobs in [0, 1, 2, 7] {
            assert_eq!(map(&items, jobs, |i| i * 2), doubled);
        }
    }

    #[test]
    fn few_items_stay_on_one_thread() {
        assert_eq!(default_jobs(0), 1);
        assert_eq!(default_jobs(31), 1);
        assert!(default_jobs(10_000) >= 1);
    }
}
