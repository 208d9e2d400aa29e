//! How much searching one document may cause.

use std::cell::Cell;

/// An amount that checks take from.
#[derive(Debug)]
pub(crate) struct Budget {
    left: Cell<u32>,
    /// What was asked for since somebody last began to count.
    asked: Cell<u32>,
}

/// What was taken in the course of something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    before: u32,
    /// What was asked for, granted or not.
    asked: u32,
    after: u32,
}

impl Budget {
    pub(crate) fn new(amount: u32) -> Self {
        Self { left: Cell::new(amount), asked: Cell::new(0) }
    }

    /// Takes an amount if so much is left; else nothing is left.
    pub(crate) fn take(&self, amount: u32) -> bool {
        let left = self.left.get().checked_sub(amount);
        self.left.set(left.unwrap_or_default());
        self.asked.set(self.asked.get().saturating_add(amount));
        left.is_some()
    }

    /// Begins to count what is asked for; what there is now.
    pub(crate) fn count(&self) -> u32 {
        self.asked.set(0);
        self.left.get()
    }

    /// What was taken since there was that much and the counting began.
    pub(crate) fn since(&self, before: u32) -> Taken {
        Taken { before, asked: self.asked.get(), after: self.left.get() }
    }

    /// What would be left after the same was asked for now; none where other things could be
    /// granted than were then.
    pub(crate) fn after(&self, taken: Taken) -> Option<u32> {
        let left = self.left.get();
        if left == taken.before {
            return Some(taken.after);
        }
        let was_granted = taken.asked <= taken.before;
        if was_granted { left.checked_sub(taken.asked) } else { None }
    }

    pub(crate) fn set(&self, left: u32) {
        self.left.set(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_granted_is_granted_again_while_there_is_enough() {
        let budget = Budget::new(5);
        let before = budget.count();
        assert!(budget.take(2) && budget.take(1));
        let taken = budget.since(before);
        assert_eq!(budget.after(taken), None);
        assert_eq!(Budget::new(5).after(taken), Some(2));
        assert_eq!(Budget::new(4).after(taken), Some(1));
        assert_eq!(Budget::new(3).after(taken), Some(0));
        assert_eq!(Budget::new(2).after(taken), None);
    }

    #[test]
    fn what_was_refused_is_refused_again_only_with_as_little() {
        let budget = Budget::new(3);
        let before = budget.count();
        assert!(budget.take(2) && !budget.take(2) && !budget.take(1) && budget.take(0));
        let taken = budget.since(before);
        assert_eq!(Budget::new(3).after(taken), Some(0));
        assert_eq!([Budget::new(2), Budget::new(9)].map(|b| b.after(taken)), [None, None]);
    }
}
