//! As much of YAML as configurations of linters use: mappings and lists by indentation, lists in
//! brackets, plain and quoted scalars, comments. Whatever else there is, is an error.

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// A mapping, in the order in which it is written.
    Map(Vec<(String, Node)>),
    /// A list.
    List(Vec<Node>),
    /// A scalar.
    Text(String),
}

impl Node {
    /// A member of a mapping.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        match self {
            Node::Map(members) => members.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            Node::List(_) | Node::Text(_) => None,
        }
    }

    /// A scalar, or the scalars of a list.
    pub(super) fn texts(&self) -> Vec<String> {
        let text = |node: &Node| match node {
            Node::Text(text) => Some(text.clone()),
            Node::Map(_) | Node::List(_) => None,
        };
        match self {
            Node::Text(text) => vec![text.clone()],
            Node::List(list) => list.iter().filter_map(text).collect(),
            Node::Map(_) => Vec::new(),
        }
    }
}

/// How deep values may lie in each other.
const MAX_DEPTH: usize = 30;

/// A line that says something.
#[derive(Clone, Debug)]
struct Line {
    number: usize,
    indent: usize,
    text: String,
}

/// Reads a document.
pub(super) fn read(text: &str) -> Result<Node, String> {
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let content = without_comment(line);
        let trimmed = content.trim_start();
        if trimmed.is_empty() || trimmed == "---" {
            continue;
        }
        if line.trim_start_matches(' ').starts_with('\t') {
            return Err(format!("line {}: a tab in the indentation", at + 1));
        }
        let indent = content.len() - trimmed.len();
        lines.push(Line { number: at + 1, indent, text: trimmed.trim_end().to_owned() });
    }
    let mut reader = Reader { lines, at: 0 };
    let node = reader.node(0, 0)?;
    match reader.lines.get(reader.at) {
        Some(line) => Err(format!("line {}: it is indented oddly", line.number)),
        None => Ok(node),
    }
}

/// A line up to its comment; `#` in quotes is none.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '#') if before.is_whitespace() => return line.get(..at).unwrap_or(line),
            (Some(_) | None, _) => {}
        }
        before = c;
    }
    line
}

struct Reader {
    lines: Vec<Line>,
    at: usize,
}

impl Reader {
    /// The value whose lines are indented at least so far.
    fn node(&mut self, least: usize, depth: usize) -> Result<Node, String> {
        let Some(first) = self.lines.get(self.at).filter(|l| l.indent >= least) else {
            return Ok(Node::Text(String::new()));
        };
        if depth > MAX_DEPTH {
            return Err(format!("line {}: too deep", first.number));
        }
        let (indent, is_list) = (first.indent, is_item(&first.text));
        match is_list {
            true => self.list(indent, depth),
            false => self.map(indent, depth),
        }
    }

    fn list(&mut self, indent: usize, depth: usize) -> Result<Node, String> {
        let mut items = Vec::new();
        while let Some(line) = self.lines.get_mut(self.at) {
            if line.indent != indent || !is_item(&line.text) {
                break;
            }
            let rest = line.text.get(1..).unwrap_or_default();
            let inner = rest.trim_start().to_owned();
            let offset = 1 + rest.len() - inner.len();
            if inner.is_empty() {
                self.at += 1;
                items.push(self.node(indent + 1, depth + 1)?);
            } else if key(&inner).is_some() || is_item(&inner) {
                // The rest of the line is the first line of a value of its own.
                line.indent = indent + offset;
                line.text = inner;
                items.push(self.node(indent + offset, depth + 1)?);
            } else {
                self.at += 1;
                items.push(scalar(&inner));
            }
        }
        Ok(Node::List(items))
    }

    fn map(&mut self, indent: usize, depth: usize) -> Result<Node, String> {
        let mut members = Vec::new();
        while let Some(line) = self.lines.get(self.at).filter(|l| l.indent == indent) {
            let Some((name, value)) = key(&line.text) else {
                return Err(format!("line {}: neither a key nor an entry of a list", line.number));
            };
            let (name, value) = (name.to_owned(), value.to_owned());
            self.at += 1;
            if !value.is_empty() {
                members.push((name, scalar(&value)));
                continue;
            }
            // Lists of a member may stand at its own indentation.
            let next = self.lines.get(self.at);
            let is_list_here = next.is_some_and(|l| l.indent == indent && is_item(&l.text));
            let least = if is_list_here { indent } else { indent + 1 };
            members.push((name, self.node(least, depth + 1)?));
        }
        Ok(Node::Map(members))
    }
}

fn is_item(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// A key and what follows it on its line.
fn key(text: &str) -> Option<(&str, &str)> {
    if text.starts_with(['"', '\'', '[', '{']) {
        return None;
    }
    let (name, rest) = text.split_once(':')?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| (name.trim_end(), rest.trim()))
}

/// A scalar, or a list in brackets.
fn scalar(text: &str) -> Node {
    match text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        Some(inner) => {
            let items = inner.split(',').map(str::trim).filter(|item| !item.is_empty());
            Node::List(items.map(|item| Node::Text(unquoted(item))).collect())
        }
        None => Node::Text(unquoted(text)),
    }
}

fn unquoted(text: &str) -> String {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote)) {
            return match quote {
                '"' => inner.replace("\\\\", "\\"),
                _ => inner.to_owned(),
            };
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_and_lists_are_told_by_their_indentation() {
        let text = "A: # comment\n  b: 1\n  c:\n  - x: \"#1\"\n    y:\n    - p\n    - q\n  - [r, 's']\nD: 'e f'\n";
        let read = read(text).unwrap_or_else(Node::Text);
        let inner = read.get("A").and_then(|a| a.get("c"));
        let expected = Node::List(vec![
            Node::Map(vec![
                ("x".to_owned(), Node::Text("#1".to_owned())),
                ("y".to_owned(), Node::List(["p", "q"].map(|t| Node::Text(t.to_owned())).into())),
            ]),
            Node::List(["r", "s"].map(|t| Node::Text(t.to_owned())).into()),
        ]);
        assert_eq!(inner, Some(&expected));
        assert_eq!(read.get("D"), Some(&Node::Text("e f".to_owned())));
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        assert!(read("A:\n  b: 1\n c: 2\n").is_err());
        assert!(read("just text\n").is_err());
        assert!(read(&"- ".repeat(200)).is_err());
    }
}
