//! Which controls of known frameworks a finding bears on: `data/controls.txt`.

/// A control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Control {
    /// The framework with its version.
    pub framework: &'static str,
    /// The control's number.
    pub number: &'static str,
    /// What it asks for, in our own words.
    pub words: &'static str,
}

/// The controls that a kind of finding bears on; none for a kind that the table lacks.
pub fn controls(kind: &str) -> impl Iterator<Item = Control> {
    let lines = include_str!("../../data/controls.txt").lines();
    let of_line = move |line: &'static str| {
        let mut cells = line.split('\t');
        let is_it = cells.next() == Some(kind) && !line.starts_with('#');
        let control =
            Control { framework: cells.next()?, number: cells.next()?, words: cells.next()? };
        is_it.then_some(control)
    };
    lines.filter_map(of_line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_the_table_has_controls_of_three_frameworks() {
        let lines = include_str!("../../data/controls.txt").lines();
        for line in lines.filter(|l| !l.starts_with('#') && !l.is_empty()) {
            let kind = line.split('\t').next().unwrap_or_default();
            let mut frameworks: Vec<&str> = controls(kind).map(|c| c.framework).collect();
            frameworks.dedup();
            assert!(frameworks.len() >= 3, "{line}");
        }
        assert_eq!(controls("nothing").count(), 0);
    }
}
