//! Policies in the `json` blocks of Markdown.
//!
//! A block begins with a line of three or more backticks or tildes and the word `json`, and ends
//! with a line of as many, or with the text. Its lines may be indented like the fence.
//!
//! Source: <https://spec.commonmark.org/0.31.2/#fenced-code-blocks>.

use keyaki_diag::TextRange;

use super::node::Text;
use super::written::{Source, Writer, Written};
use super::{Hint, Host, HostPolicy};

/// The policies of a text.
pub(crate) fn read(text: &str) -> Host {
    let policies = blocks(text).into_iter().enumerate().map(|(index, block)| HostPolicy {
        pointer: format!("/{index}"),
        hint: Hint::default(),
        texts: vec![written(&block)],
        told: Vec::new(),
    });
    Host { policies: policies.collect(), ..Host::default() }
}

fn written(block: &Text) -> Written {
    let mut writer = Writer::default();
    writer.text(&block.value, Source::Text(block, 0), true);
    writer.finish()
}

/// A fence that is open.
struct Fence {
    sign: char,
    length: usize,
    /// How far it is indented.
    indent: usize,
    /// What is in it, if that is JSON.
    json: Option<Lines>,
}

/// The lines of a block, put together.
#[derive(Default)]
struct Lines {
    value: String,
    /// The way back of each line.
    map: Vec<(u32, u32)>,
    /// Where they end in the text.
    end: u32,
}

/// The `json` blocks that may hold a policy.
fn blocks(text: &str) -> Vec<Text> {
    let mut blocks = Vec::new();
    let mut open: Option<Fence> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match &mut open {
            None => open = fence(line),
            Some(own) if is_end(line, own) => blocks.extend(open.take().and_then(block)),
            Some(own) => own.add(line, at),
        }
        at += line.len();
    }
    blocks.extend(open.and_then(block));
    blocks
}

impl Fence {
    /// Takes a line without the spaces of the fence's own indentation.
    fn add(&mut self, line: &str, at: usize) {
        let Some(lines) = &mut self.json else { return };
        let spaces = line.len() - line.trim_start_matches(' ').len();
        let margin = spaces.min(self.indent);
        lines.map.push((lines.value.len() as u32, (at + margin) as u32));
        lines.value.push_str(line.get(margin..).unwrap_or_default());
        lines.end = (at + line.len()) as u32;
    }
}

/// The block that a line opens.
fn fence(line: &str) -> Option<Fence> {
    let rest = line.trim_start_matches([' ', '\t']);
    let indent = line.len() - rest.len();
    let sign = rest.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let information = rest.trim_start_matches(sign);
    let length = rest.len() - information.len();
    // Backticks after the word make it a text between backticks.
    if length < 3 || (sign == '`' && information.contains('`')) {
        return None;
    }
    let language = information.split_whitespace().next().unwrap_or_default();
    let json = language.eq_ignore_ascii_case("json").then(Lines::default);
    Some(Fence { sign, length, indent, json })
}

fn is_end(line: &str, fence: &Fence) -> bool {
    let line = line.trim_start_matches([' ', '\t']).trim_end();
    line.len() >= fence.length && line.chars().all(|c| c == fence.sign)
}

fn block(fence: Fence) -> Option<Text> {
    let Lines { value, map, end } = fence.json?;
    let start = map.first()?.1;
    let written = TextRange::new(start, end);
    value.contains("Statement").then(|| Text { value: value.into(), map: map.into(), written })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        blocks(text).into_iter().map(|block| block.value.into()).collect()
    }

    #[test]
    fn blocks_are_told_by_their_fences() {
        let text = "a\n```json\n{\"Statement\": 1}\n```\n```yaml\nStatement\n```\n\
                    1. b\n   ~~~~ JSON title=x\n   {\"Statement\":\n     2}\n   ~~~\n   ~~~~\n\
                    ``` json `no` Statement\n```json\nStatement\n";
        assert_eq!(
            found(text),
            ["{\"Statement\": 1}\n", "{\"Statement\":\n  2}\n~~~\n", "Statement\n"]
        );
    }

    #[test]
    fn a_place_in_a_block_is_found_in_the_text() {
        let text = "- a\n\n  ```json\n  {\"Statement\":\n    [é, x]}\n  ```\n";
        let [block] = &blocks(text)[..] else { return assert_eq!(found(text), [""]) };
        let at = block.value.find("x]").unwrap_or_default();
        assert_eq!(block.range(at, at + 2).slice(text), "x]");
    }
}
