//! Text with stops.

/// A piece of a text that is put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// This text.
    Text(String),
    /// A place to type at, with what stands there first.
    Stop(String),
}

/// A text that is put in, with the places where one goes on typing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Insertion {
    /// The pieces in order.
    pub parts: Vec<Part>,
}

impl Insertion {
    /// A text without stops.
    pub fn text(text: impl Into<String>) -> Insertion {
        Insertion { parts: vec![Part::Text(text.into())] }
    }

    /// Whether there is a stop.
    pub fn has_stops(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Stop(_)))
    }

    /// The text with what stands at the stops first.
    pub fn plain(&self) -> String {
        let text = |part: &Part| match part {
            Part::Text(text) | Part::Stop(text) => text.clone(),
        };
        self.parts.iter().map(text).collect()
    }

    /// Reads a text in which `⟨…⟩` are stops: for our own tables.
    pub(super) fn template(text: &str) -> Insertion {
        let mut insertion = Insertion::default();
        for piece in text.split_inclusive('⟩') {
            match piece.split_once('⟨') {
                Some((before, stop)) => {
                    let stop = stop.trim_end_matches('⟩');
                    insertion = insertion.then(before).stop(stop);
                }
                None => insertion = insertion.then(piece),
            }
        }
        insertion
    }

    /// Reads a template of AWS in which `${Name}` are holes; `first` tells what stands in a hole.
    pub(super) fn of_holes(template: &str, first: impl Fn(&str) -> String) -> Insertion {
        let mut insertion = Insertion::default();
        let mut rest = template;
        while let Some((before, tail)) = rest.split_once("${") {
            let Some((name, tail)) = tail.split_once('}') else { break };
            insertion = insertion.then(before).stop(&first(name));
            rest = tail;
        }
        insertion.then(rest)
    }

    pub(super) fn then(mut self, text: &str) -> Insertion {
        if !text.is_empty() {
            self.parts.push(Part::Text(text.to_owned()));
        }
        self
    }

    pub(super) fn stop(mut self, text: &str) -> Insertion {
        self.parts.push(Part::Stop(text.to_owned()));
        self
    }

    pub(super) fn join(mut self, other: Insertion) -> Insertion {
        self.parts.extend(other.parts);
        self
    }

    pub(super) fn quoted(self) -> Insertion {
        Insertion::text("\"").join(self).then("\"")
    }

    /// The text as it is written inside of a JSON string.
    pub(super) fn escaped(mut self) -> Insertion {
        for part in &mut self.parts {
            let (Part::Text(text) | Part::Stop(text)) = part;
            if text.contains(['"', '\\']) {
                *text = text.replace('\\', "\\\\").replace('"', "\\\"");
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_are_read_from_both_notations() {
        let stop = |text: &str| Part::Stop(text.to_owned());
        let text = |text: &str| Part::Text(text.to_owned());
        assert_eq!(Insertion::template("a⟨b⟩c").parts, [text("a"), stop("b"), text("c")]);
        let holes = Insertion::of_holes("arn:${Partition}:s3", str::to_lowercase);
        assert_eq!(holes.parts, [text("arn:"), stop("partition"), text(":s3")]);
        assert_eq!(Insertion::of_holes("a${b", str::to_owned).plain(), "a${b");
    }
}
