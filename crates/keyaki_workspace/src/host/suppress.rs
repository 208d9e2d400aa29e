//! Findings that a template itself accepts: by comments, and in CloudFormation by `Metadata`.
//!
//! ```yaml
//! # keyaki: ignore[pass-role-with-star-in-resource] the deployment role hands out any role
//! ```
//!
//! At the end of a line, such a comment is about this line. On a line of its own it is about the
//! next one, with all lines below that are indented deeper: a statement, an attribute, a block.
//! Without a reason, or with a rule that does not exist, it silences nothing and is told.

use keyaki_diag::{RuleMeta, TextRange};

use super::node::{Id, Kind, Nodes};
use super::search;

/// What a comment begins with.
const MARK: &str = "keyaki:";

/// So many comments of a file are read; those after them silence nothing.
const MAX_COMMENTS: usize = 2000;

/// A rule that is not asked about in a part of the file.
#[derive(Debug)]
pub(crate) struct Suppression {
    /// Where it is written.
    pub(crate) range: TextRange,
    /// Where the findings begin that it silences.
    pub(crate) covers: TextRange,
    /// The rule, or why it silences nothing.
    pub(crate) rule: Result<&'static RuleMeta, String>,
}

/// Whether a text may have any.
pub(crate) fn may_be_in(text: &str) -> bool {
    text.contains(MARK)
}

/// What comments say, each given by its range. Texts that lines of a comment's part may begin are
/// covered to their end.
pub(crate) fn of_comments(
    text: &str,
    comments: impl Iterator<Item = TextRange>,
    texts: &[TextRange],
) -> Vec<Suppression> {
    let own = |range: &TextRange| range.slice(text).contains(MARK);
    let of = |range: TextRange| of_comment(text, range, texts);
    comments.filter(own).take(MAX_COMMENTS).flat_map(of).collect()
}

/// The comments of a YAML text, which are told from texts by these.
pub(crate) fn yaml_comments(text: &str, nodes: &Nodes) -> Vec<TextRange> {
    let texts = nodes.texts();
    let inside = |at: u32| {
        let next = texts.partition_point(|own| own.start <= at);
        next.checked_sub(1).is_some_and(|own| texts[own].end > at)
    };
    let mut comments = Vec::new();
    for (at, _) in text.match_indices(MARK) {
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let Some(sign) = text[start..at].rfind('#').map(|sign| start + sign) else { continue };
        let is_apart = sign == start || text[..sign].ends_with([' ', '\t']);
        if is_apart && !inside(sign as u32) {
            let end = text[at..].find(['\n', '\r']).map_or(text.len(), |length| at + length);
            comments.push(TextRange::new(sign as u32, end as u32));
        }
    }
    comments
}

fn of_comment(text: &str, range: TextRange, texts: &[TextRange]) -> Vec<Suppression> {
    said(range.slice(text), range, covered(text, range, texts))
}

/// What a comment says that stands somewhere and is about a part of the file.
pub(crate) fn said(comment: &str, range: TextRange, covers: TextRange) -> Vec<Suppression> {
    let of = |rule| Suppression { range, covers, rule };
    let Some((_, said)) = comment.split_once(MARK) else { return Vec::new() };
    let parts = said.trim_start().strip_prefix("ignore[").and_then(|rest| rest.split_once(']'));
    let Some((rules, reason)) = parts else {
        return vec![of(Err("write `keyaki: ignore[RULE] REASON`".to_owned()))];
    };
    let reason = reason.trim_end_matches("*/").trim();
    rules.split(',').map(|name| of(rule(name.trim(), reason))).collect()
}

/// The rule of that name, if there is a reason for leaving it out.
fn rule(name: &str, reason: &str) -> Result<&'static RuleMeta, String> {
    let rule = keyaki_lint::rule(name).ok_or_else(|| format!("there is no rule `{name}`"))?;
    match reason.is_empty() {
        true => Err(format!("a reason for leaving out `{}` is missing", rule.meta.name)),
        false => Ok(&rule.meta),
    }
}

/// What a comment is about.
fn covered(text: &str, comment: TextRange, texts: &[TextRange]) -> TextRange {
    let (start, end) = (comment.start as usize, comment.end as usize);
    let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    if !text[line..start].trim().is_empty() {
        let end = text[end..].find('\n').map_or(text.len(), |length| end + length);
        return TextRange::new(line as u32, end as u32);
    }
    let mut at = end;
    let mut part: Option<(usize, usize)> = None;
    let mut first = "";
    for line in text[end..].split_inclusive('\n') {
        let (from, body) = (at, line.trim());
        at += line.len();
        let is_code = !body.is_empty() && !is_comment(body);
        if let Some((begin, indent)) = part {
            if is_code && !goes_on(line, first, indent) && !continues(texts, begin, from) {
                return TextRange::new(begin as u32, from as u32);
            }
        } else if is_code {
            part = Some((from, indent(line)));
            first = body;
        }
    }
    TextRange::new(part.map_or(at, |(begin, _)| begin) as u32, at as u32)
}

fn is_comment(line: &str) -> bool {
    line.starts_with('#') || line.starts_with("//") || line.starts_with("/*")
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Whether a line belongs to a part that began with another one: it is indented deeper, it closes
/// a bracket, or it is an item of a list below a name of YAML.
fn goes_on(line: &str, first: &str, begin: usize) -> bool {
    let own = indent(line);
    let body = line.trim_start();
    own > begin
        || (own == begin && body.starts_with(['}', ']', ')']))
        || (own == begin && body.starts_with("- ") && first.ends_with(':'))
}

/// Whether a line is inside of a text that began in the part.
fn continues(texts: &[TextRange], begin: usize, line: usize) -> bool {
    let at = texts.partition_point(|text| (text.start as usize) < line);
    let last = at.checked_sub(1).and_then(|at| texts.get(at));
    last.is_some_and(|text| text.start as usize >= begin && text.end as usize > line)
}

/// What the `Metadata` of a CloudFormation template and of its resources say:
/// `keyaki: {ignore: [{rule: RULE, reason: REASON}]}`.
pub(crate) fn of_metadata(nodes: &Nodes) -> Vec<Suppression> {
    let mut all = Vec::new();
    for &root in nodes.roots.iter().filter(|root| search::is_template(nodes, **root)) {
        all.extend(entries(nodes, root));
        let resources = nodes.member(root, "Resources");
        for (_, resource) in resources.into_iter().flat_map(|id| nodes.members(id)) {
            all.extend(entries(nodes, resource));
        }
    }
    all
}

/// What the metadata of one thing say about all that is in it.
fn entries(nodes: &Nodes, of: Id) -> Vec<Suppression> {
    let metadata = nodes.member(of, "Metadata").and_then(|id| nodes.member(id, "keyaki"));
    let Some(own) = metadata else { return Vec::new() };
    let covers = nodes.get(of).range;
    let of = |id: Id, rule| Suppression { range: nodes.get(id).range, covers, rule };
    let shape = "write `ignore: [{rule: RULE, reason: REASON}]`";
    let list = nodes.member(own, "ignore").filter(|l| matches!(nodes.get(*l).kind, Kind::List(_)));
    let Some(list) = list else { return vec![of(own, Err(shape.to_owned()))] };
    let entry = |&id: &Id| {
        let text = |name| nodes.member(id, name).and_then(|id| nodes.text(id));
        let named = text("rule").ok_or_else(|| shape.to_owned());
        of(id, named.and_then(|name| rule(name, text("reason").unwrap_or_default().trim())))
    };
    nodes.items(list).iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines that the first comment covers.
    fn part(text: &str) -> &str {
        let at = text.find('#').unwrap_or_default();
        let end = text[at..].find('\n').unwrap_or_default() + at;
        covered(text, TextRange::new(at as u32, end as u32), &[]).slice(text)
    }

    #[test]
    fn comments_are_about_their_line_or_the_next_part() {
        for (text, expected) in [
            ("a\nb # c\nd\n", "b # c"),
            ("# c\na:\n  b: 1\nd: 2\n", "a:\n  b: 1\n"),
            ("# c\n# and\n\na:\n- b\n- c\nd: 2\n", "a:\n- b\n- c\n"),
            ("x:\n  # c\n  - a: 1\n    b: 2\n  - d\n", "  - a: 1\n    b: 2\n"),
            ("# c\na {\n  b = 1\n}\nd = 2\n", "a {\n  b = 1\n}\n"),
            ("# c\n", ""),
        ] {
            assert_eq!(part(text), expected, "{text}");
        }
    }

    #[test]
    fn a_heredoc_belongs_to_its_line() {
        let text = "# c\na = <<E\n{\n}\nE\nb = 1\n";
        let heredoc = TextRange::new(8, 17);
        assert_eq!(heredoc.slice(text), "<<E\n{\n}\nE");
        let covers = covered(text, TextRange::new(0, 3), &[heredoc]);
        assert_eq!(covers.slice(text), "a = <<E\n{\n}\nE\n");
    }

    #[test]
    fn mistakes_are_told() {
        let told = |comment: &str| {
            let range = TextRange::new(0, comment.len() as u32);
            let all = of_comment(comment, range, &[]);
            let one = |s: Suppression| s.rule.map_or_else(|mistake| mistake, |r| r.name.to_owned());
            all.into_iter().map(one).collect::<Vec<_>>()
        };
        assert_eq!(told("# keyaki: ignore[invalid-action] why"), ["invalid-action"]);
        assert_eq!(
            told("# keyaki: ignore[invalid-action, no-such]  "),
            ["a reason for leaving out `invalid-action` is missing", "there is no rule `no-such`"]
        );
        assert_eq!(told("# keyaki: invalid-action"), ["write `keyaki: ignore[RULE] REASON`"]);
    }
}
