//! Boolean formulas over atoms that somebody else interprets.

/// A formula. An empty conjunction is true, an empty disjunction false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula<A> {
    /// Something to ask about.
    Atom(A),
    /// True if the part is false.
    Not(Box<Formula<A>>),
    /// True if all parts are.
    And(Vec<Formula<A>>),
    /// True if some part is.
    Or(Vec<Formula<A>>),
}

impl<A> Formula<A> {
    /// The formula that always holds.
    pub const TRUE: Formula<A> = Formula::And(Vec::new());

    /// The formula that never holds.
    pub const FALSE: Formula<A> = Formula::Or(Vec::new());

    /// All of them; nested conjunctions are flattened, and a part that is false decides.
    pub fn and(parts: impl IntoIterator<Item = Formula<A>>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Formula::And(inner) => flat.extend(inner),
                Formula::Or(inner) if inner.is_empty() => return Self::FALSE,
                part @ (Formula::Atom(_) | Formula::Not(_) | Formula::Or(_)) => flat.push(part),
            }
        }
        if flat.len() == 1 { flat.remove(0) } else { Formula::And(flat) }
    }

    /// Some of them; nested disjunctions are flattened, and a part that is true decides.
    pub fn or(parts: impl IntoIterator<Item = Formula<A>>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Formula::Or(inner) => flat.extend(inner),
                Formula::And(inner) if inner.is_empty() => return Self::TRUE,
                part @ (Formula::Atom(_) | Formula::Not(_) | Formula::And(_)) => flat.push(part),
            }
        }
        if flat.len() == 1 { flat.remove(0) } else { Formula::Or(flat) }
    }

    /// The opposite.
    #[expect(clippy::should_implement_trait, reason = "a constructor like `and` and `or`")]
    pub fn not(part: Formula<A>) -> Self {
        match part {
            Formula::Not(inner) => *inner,
            Formula::And(inner) if inner.is_empty() => Self::FALSE,
            Formula::Or(inner) if inner.is_empty() => Self::TRUE,
            part @ (Formula::Atom(_) | Formula::And(_) | Formula::Or(_)) => {
                Formula::Not(Box::new(part))
            }
        }
    }

    /// The value of the formula, with `atom` to tell the value of each atom. Parts that cannot
    /// change the value any more are not asked about.
    pub fn eval(&self, atom: &mut impl FnMut(&A) -> bool) -> bool {
        match self {
            Formula::Atom(a) => atom(a),
            Formula::Not(part) => !part.eval(atom),
            Formula::And(parts) => parts.iter().all(|p| p.eval(atom)),
            Formula::Or(parts) => parts.iter().any(|p| p.eval(atom)),
        }
    }

    /// Calls `see` for every atom, in order.
    pub fn for_each_atom<'f>(&'f self, see: &mut impl FnMut(&'f A)) {
        match self {
            Formula::Atom(a) => see(a),
            Formula::Not(part) => part.for_each_atom(see),
            Formula::And(parts) | Formula::Or(parts) => {
                parts.iter().for_each(|p| p.for_each_atom(see));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type F = Formula<u8>;

    #[test]
    fn constants_fold() {
        assert_eq!(F::and([F::TRUE, F::Atom(1)]), F::Atom(1));
        assert_eq!(F::and([F::Atom(1), F::FALSE]), F::FALSE);
        assert_eq!(F::or([F::FALSE, F::Atom(1)]), F::Atom(1));
        assert_eq!(F::or([F::Atom(1), F::TRUE]), F::TRUE);
        assert_eq!(F::not(F::not(F::Atom(1))), F::Atom(1));
        assert_eq!(F::not(F::TRUE), F::FALSE);
    }

    #[test]
    fn evaluation_follows_the_connectives() {
        let f = F::and([F::or([F::Atom(1), F::Atom(2)]), F::not(F::Atom(3))]);
        let value = |on: &[u8]| f.eval(&mut |a| on.contains(a));
        assert!(value(&[1]) && value(&[2]));
        assert!(!value(&[]) && !value(&[1, 3]));
    }
}
