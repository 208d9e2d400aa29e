//! Archive rules: which findings about a snapshot are put aside, by the criteria that AWS's
//! archive rules have.

use keyaki_catalog::Date;

/// Findings that are put aside: those of which all criteria hold.
#[derive(Clone, Debug)]
pub struct ArchiveRule {
    /// Each a field, with what must hold of its values.
    pub(super) criteria: Vec<(String, Criterion)>,
    pub(super) expires: Option<Date>,
}

/// What must hold of the values of a field; of several tests, all.
#[derive(Clone, Debug, Default)]
pub(super) struct Criterion {
    pub(super) eq: Option<Vec<String>>,
    pub(super) neq: Option<Vec<String>>,
    pub(super) contains: Option<Vec<String>>,
    pub(super) exists: Option<bool>,
}

/// The fields that a finding has.
pub(super) const FIELDS: [&str; 12] = [
    "id",
    "kind",
    "severity",
    "account",
    "resource",
    "resource-type",
    "is-public",
    "status",
    "action",
    "principal",
    "principal.AWS",
    "principal.Federated",
];

/// What fields about conditions begin with; the key follows.
pub(super) const CONDITION: &str = "condition.";

impl Criterion {
    fn holds(&self, values: &[String]) -> bool {
        let any = |list: &[String], test: fn(&str, &str) -> bool| {
            values.iter().any(|v| list.iter().any(|l| test(v, l)))
        };
        let same = |v: &str, l: &str| v == l;
        self.eq.as_ref().is_none_or(|list| any(list, same))
            && self.neq.as_ref().is_none_or(|list| !any(list, same))
            && self.contains.as_ref().is_none_or(|list| any(list, |v, l| v.contains(l)))
            && self.exists.is_none_or(|exists| exists != values.is_empty())
    }
}

impl ArchiveRule {
    /// Whether a finding is put aside, given the values of its fields.
    pub fn applies(&self, today: Date, values: &dyn Fn(&str) -> Vec<String>) -> bool {
        let is_valid = self.expires.is_none_or(|day| day >= today);
        is_valid && self.criteria.iter().all(|(field, test)| test.holds(&values(field)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(criterion: &Criterion, values: &[&str]) -> bool {
        let values: Vec<String> = values.iter().map(|v| (*v).to_owned()).collect();
        criterion.holds(&values)
    }

    #[test]
    fn criteria_hold_as_those_of_aws() {
        let list = |texts: &[&str]| Some(texts.iter().map(|t| (*t).to_owned()).collect());
        let eq = Criterion { eq: list(&["a", "b"]), ..Criterion::default() };
        assert!(holds(&eq, &["b"]) && !holds(&eq, &["c"]) && !holds(&eq, &[]));
        let neq = Criterion { neq: list(&["a"]), ..Criterion::default() };
        assert!(holds(&neq, &["b"]) && holds(&neq, &[]) && !holds(&neq, &["a"]));
        let contains = Criterion { contains: list(&["bc"]), ..Criterion::default() };
        assert!(holds(&contains, &["abcd"]) && !holds(&contains, &["acbd"]));
        let exists = Criterion { exists: Some(false), ..Criterion::default() };
        assert!(holds(&exists, &[]) && !holds(&exists, &["x"]));
        let both = Criterion { eq: list(&["a"]), exists: Some(true), ..Criterion::default() };
        assert!(holds(&both, &["a"]));
    }
}
