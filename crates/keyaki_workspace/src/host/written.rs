//! A policy of a template, written out as JSON, with the way back to the template.
//!
//! Rules and engine read policies as JSON. A policy in a template is written out as such a text,
//! with a label such as `${Bucket}` in the place of each hole, and each stretch of that text knows
//! where it comes from: byte for byte, or as a whole from some range of the template.

use keyaki_diag::{Edit, Finding, TextRange};
use keyaki_syntax::Tree;

use super::node::Text;
use super::stretch::Stretches;

/// How much text the policies of one file may take: aliases can multiply what is written once.
const MAX_TEXT: usize = 16 * 1024 * 1024;

/// The text while it is written.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    text: String,
    stretches: Stretches,
    holes: Vec<TextRange>,
    repeated: Vec<TextRange>,
    /// Whether it was cut short.
    pub(crate) is_full: bool,
    /// Whether a hole stood in no string, where it may be more than one value.
    pub(crate) is_loose: bool,
}

/// A written policy.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) tree: Tree,
    stretches: Stretches,
    /// Whether a hole stood in no string.
    pub(crate) is_loose: bool,
}

/// A part of a text of the policy.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'n> {
    /// A part of a text of the template, by its offset there.
    Text(&'n Text, usize),
    /// A range of the template as a whole.
    Whole(TextRange),
}

/// For how many bytes of a text room is made beforehand, and how many go to one stretch.
const MANY: usize = 4096;
const BYTES_PER_STRETCH: usize = 4;

impl Writer {
    /// For what stands at a range; it takes about as much room when it is written out.
    pub(crate) fn for_text_at(range: TextRange) -> Writer {
        let room = (range.len() as usize).min(MANY);
        Writer {
            text: String::with_capacity(room),
            stretches: Stretches::with_room(room / BYTES_PER_STRETCH),
            ..Writer::default()
        }
    }

    /// Punctuation, which stands for a range of the template.
    pub(crate) fn mark(&mut self, mark: &str, from: TextRange) {
        self.stretch(from, false);
        self.push(mark);
    }

    /// The label of a hole.
    pub(crate) fn hole(&mut self, label: &str, from: TextRange) {
        self.stretch(from, false);
        let start = self.text.len() as u32;
        self.push(&format!("${{{}}}", plain_label(label)));
        self.holes.push(TextRange::new(start, self.text.len() as u32));
    }

    /// How long the text is.
    pub(crate) fn length(&self) -> u32 {
        self.text.len() as u32
    }

    /// All from an offset on is an element that stands for any number, with the hole behind it.
    pub(crate) fn repeat_from(&mut self, start: u32) {
        self.repeated.push(TextRange::new(start, self.length()));
    }

    /// A part of a text, escaped as JSON asks for it or taken as JSON itself.
    pub(crate) fn text(&mut self, part: &str, source: Source<'_>, is_json: bool) {
        let mut runs = part;
        let mut at = 0;
        while !runs.is_empty() {
            let escaped = runs.chars().next().filter(|c| !is_json && needs_escape(*c));
            let length = match escaped {
                Some(c) => c.len_utf8(),
                None if is_json => runs.len(),
                None => runs.find(needs_escape).unwrap_or(runs.len()),
            };
            let (run, rest) = runs.split_at(length);
            match escaped {
                Some(c) => {
                    self.stretch(source.range(at, at + length), false);
                    self.push(&escape(c));
                }
                None => self.run(run, at, source),
            }
            (runs, at) = (rest, at + length);
        }
    }

    /// A run of text without escapes.
    fn run(&mut self, run: &str, at: usize, source: Source<'_>) {
        match source {
            Source::Text(text, offset) if !text.map.is_empty() => {
                let (start, end) = ((offset + at) as u32, (offset + at + run.len()) as u32);
                let first = text.map.partition_point(|&(to, _)| to <= start).saturating_sub(1);
                for (i, &(to, from)) in text.map.iter().enumerate().skip(first) {
                    if to >= end {
                        break;
                    }
                    let following = text.map.get(i + 1).filter(|(to, _)| *to <= end);
                    let next = following.map_or(end, |&(to, _)| to);
                    let begin = to.max(start);
                    let from = from + (begin - to);
                    // An escape is longer than what it stands for.
                    let until = following.map_or(from + (next - begin), |&(_, from)| from);
                    self.stretch(TextRange::new(from, until), true);
                    self.push(
                        run.get((begin - start) as usize..(next - start) as usize).unwrap_or(""),
                    );
                }
            }
            Source::Text(..) | Source::Whole(_) => {
                self.stretch(source.range(at, at + run.len()), false);
                self.push(run);
            }
        }
    }

    fn stretch(&mut self, from: TextRange, is_exact: bool) {
        let at = self.text.len() as u32;
        self.stretches.push(at, from, is_exact);
    }

    fn push(&mut self, text: &str) {
        if self.text.len() + text.len() > MAX_TEXT {
            self.is_full = true;
        } else {
            self.text.push_str(text);
        }
    }

    /// The text and the way back.
    pub(crate) fn into_parts(self) -> (String, Stretches) {
        (self.text, self.stretches)
    }

    pub(crate) fn finish(self) -> Written {
        let tree = Tree::parse(self.text).with_holes(self.holes).with_repeated(self.repeated);
        Written { tree, stretches: self.stretches, is_loose: self.is_loose }
    }
}

/// The longest label, in characters.
const MAX_LABEL: usize = 300;

/// A label as it is written.
pub(crate) fn plain_label(label: &str) -> String {
    let is_plain = |c: &char| !matches!(c, '{' | '}' | '$' | '"' | '\\') && !c.is_control();
    label.chars().filter(is_plain).take(MAX_LABEL).collect()
}

fn needs_escape(c: char) -> bool {
    matches!(c, '"' | '\\') || c < ' '
}

fn escape(c: char) -> String {
    match c {
        '"' | '\\' => format!("\\{c}"),
        _ => format!("\\u{:04x}", u32::from(c)),
    }
}

impl Source<'_> {
    /// Where a part comes from, given in bytes from the start of the source.
    pub(crate) fn range(self, start: usize, end: usize) -> TextRange {
        match self {
            Source::Whole(range) => range,
            Source::Text(text, offset) => text.range(offset + start, offset + end),
        }
    }
}

impl Written {
    /// Where it begins in the template.
    pub(crate) fn start(&self) -> u32 {
        self.stretches.start()
    }

    /// The same policy, where the text that it was written from comes from another one: the way
    /// back leads there. That text is given by its length.
    pub(crate) fn through(self, outer: &Stretches, between: usize) -> Written {
        let stretches = self.stretches.through(self.tree.source().len(), outer, between);
        Written { stretches, ..self }
    }

    /// The labels of the holes.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &str> {
        let labels = self.tree.holes().iter().map(|hole| hole.slice(self.tree.source()));
        labels.filter_map(|label| label.strip_prefix("${")?.strip_suffix('}'))
    }

    /// A range of the policy's text as one of the template.
    pub(crate) fn range(&self, range: TextRange) -> TextRange {
        self.stretches.range(range, self.tree.source().len())
    }

    /// A finding, pointing into the template. Fixes that cannot be made there are left out.
    pub(crate) fn outward(&self, mut finding: Finding) -> Finding {
        for place in &mut finding.places {
            place.range = self.range(place.range);
        }
        finding.fixes.retain_mut(|fix| {
            let edits: Option<Vec<Edit>> = fix.edits.iter().map(|e| self.edit(e)).collect();
            fix.edits = edits.unwrap_or_default();
            !fix.edits.is_empty()
        });
        finding
    }

    /// An edit as one of the template, if its range is there byte for byte, and the new text means
    /// the same in any notation.
    fn edit(&self, edit: &Edit) -> Option<Edit> {
        let (range, replacement) = self.inside(edit);
        let is_one = self.stretches.is_exact(range);
        let letters = |at: Option<char>| at.is_some_and(|c| c.is_ascii_alphanumeric());
        let is_plain = replacement.bytes().all(is_plain)
            && letters(replacement.chars().next())
            && !replacement.ends_with(':');
        (is_one && is_plain).then(|| Edit { range: self.range(range), replacement })
    }

    /// An edit of a whole string, narrowed to what is between its quotes.
    fn inside(&self, edit: &Edit) -> (TextRange, String) {
        let TextRange { start, end } = edit.range;
        let quoted = |text: &str| text.len() > 2 && text.starts_with('"') && text.ends_with('"');
        if !quoted(edit.range.slice(self.tree.source())) || !quoted(&edit.replacement) {
            return (edit.range, edit.replacement.clone());
        }
        let replacement = edit.replacement.trim_matches('"').to_owned();
        (TextRange::new(start + 1, end - 1), replacement)
    }
}

/// Bytes that stand for themselves in JSON and in all kinds of YAML texts.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'/' | b'.' | b'_' | b'-' | b'*' | b'?')
}
