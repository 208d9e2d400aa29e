//! Which comment belongs to which value, for the formatter.
//!
//! Only for trees without grammar errors other than comments and trailing commas.

use crate::token::TokenKind;
use crate::{Tree, Value};

/// What a container, or a whole document, consists of. Comments are token indices.
#[derive(Default)]
pub(crate) struct Parts<'t> {
    /// Comments on the line of the opening bracket, which nothing else follows there.
    pub(crate) opening: Vec<usize>,
    /// Members or elements.
    pub(crate) items: Vec<Item<'t>>,
    /// Comments after the last of these, on lines of their own.
    pub(crate) dangling: Vec<usize>,
}

/// A member or an element with the comments that belong to it.
pub(crate) struct Item<'t> {
    pub(crate) value: Value<'t>,
    /// Comments before it.
    pub(crate) leading: Vec<usize>,
    /// Comments between a member's name and its value.
    pub(crate) inner: Vec<usize>,
    /// Comments after it, on the line where it ends.
    pub(crate) trailing: Vec<usize>,
    /// Whether a blank line stands before it and its leading comments.
    pub(crate) has_blank_line_before: bool,
}

impl<'t> Parts<'t> {
    /// The root and the comments around it.
    pub(crate) fn of_document(root: Value<'t>) -> Self {
        Self::new(root.tree(), vec![root], 0, root.tree().tokens.kinds().len())
    }

    /// What stands between the brackets of an object or array.
    pub(crate) fn of_container(value: Value<'t>) -> Self {
        let (first, last) = token_span(value);
        let mut parts = Self::new(value.tree(), value.children().collect(), first + 1, last);
        parts.take_opening(value.tree());
        parts
    }

    pub(crate) fn has_comments(&self) -> bool {
        let on_item = |i: &Item<'_>| !(i.leading.is_empty() && i.trailing.is_empty());
        !self.opening.is_empty() || !self.dangling.is_empty() || self.items.iter().any(on_item)
    }

    /// Distributes the comments among tokens `from..to` to the values that stand there.
    fn new(tree: &'t Tree, values: Vec<Value<'t>>, from: usize, to: usize) -> Self {
        let mut items = Vec::with_capacity(values.len());
        let mut leading = Vec::new();
        let mut gap = from;
        let spans: Vec<(usize, usize)> = values.iter().map(|&v| token_span(v)).collect();
        for (i, &value) in values.iter().enumerate() {
            let (first, last) = spans[i];
            leading.extend(tree.comments(gap, first));
            let start = leading.first().copied().unwrap_or(first);
            let next = spans.get(i + 1).map_or(to, |span| span.0);
            let trailing = tree.trailing_comments(last, next);
            gap = trailing.last().copied().unwrap_or(last) + 1;
            items.push(Item {
                value,
                leading: std::mem::take(&mut leading),
                inner: inner_comments(value),
                trailing,
                has_blank_line_before: tree.has_blank_line_before(start),
            });
        }
        Self { opening: Vec::new(), items, dangling: tree.comments(gap, to).collect() }
    }

    /// Takes the comments from the line of the opening bracket, if nothing else follows there.
    fn take_opening(&mut self, tree: &Tree) {
        let comments = match self.items.first_mut() {
            Some(item) => &mut item.leading,
            None => &mut self.dangling,
        };
        let Some(&first) = comments.first() else { return };
        let count = tree.same_line(comments);
        let last = comments[count.max(1) - 1];
        if !tree.starts_line(first) && tree.ends_line(last) {
            self.opening = comments.drain(..count).collect();
        }
    }
}

fn inner_comments(value: Value<'_>) -> Vec<usize> {
    let Some(member) = value.as_member() else { return Vec::new() };
    let Some(inner) = member.value() else { return Vec::new() };
    value.tree().comments(token_span(member.key()).1 + 1, token_span(inner).0).collect()
}

/// The first and the last token of a value.
fn token_span(value: Value<'_>) -> (usize, usize) {
    let tokens = &value.tree().tokens;
    let range = value.range();
    (tokens.at(range.start), tokens.at(range.end.saturating_sub(1)))
}

impl Tree {
    /// The comments among tokens `from..to`.
    fn comments(&self, from: usize, to: usize) -> impl Iterator<Item = usize> + '_ {
        (from..to).filter(|&index| self.is_comment(index))
    }

    fn is_comment(&self, index: usize) -> bool {
        matches!(self.tokens.kind(index), TokenKind::LineComment | TokenKind::BlockComment)
    }

    /// The comments that follow token `last` on its line, before token `next`.
    ///
    /// Behind the comma only those that nothing else follows on the line: `1, /* two */ 2`.
    fn trailing_comments(&self, last: usize, next: usize) -> Vec<usize> {
        let mut comments = Vec::new();
        let mut before_comma = None;
        for index in last + 1..next {
            if self.line_ends(index) > 0 {
                return comments;
            } else if self.is_comment(index) {
                comments.push(index);
            } else if self.tokens.kind(index) == TokenKind::Comma {
                before_comma = Some(comments.len());
            }
        }
        comments.truncate(before_comma.unwrap_or(comments.len()));
        comments
    }

    /// How many of these comments stand on the line of the first one.
    fn same_line(&self, comments: &[usize]) -> usize {
        let followed = comments.iter().take_while(|&&c| !self.ends_line(c)).count();
        (followed + 1).min(comments.len())
    }

    /// Whether nothing follows a comment on its line.
    pub(crate) fn ends_line(&self, comment: usize) -> bool {
        self.tokens.kind(comment) == TokenKind::LineComment || self.line_ends(comment + 1) > 0
    }

    /// Whether nothing comes before a token on its line.
    fn starts_line(&self, index: usize) -> bool {
        index > 0 && self.line_ends(index - 1) > 0
    }

    pub(crate) fn has_blank_line_before(&self, index: usize) -> bool {
        index > 0 && self.line_ends(index - 1) > 1
    }

    pub(crate) fn has_blank_line_after(&self, index: usize) -> bool {
        self.line_ends(index + 1) > 1
    }

    /// How many line ends a token of whitespace has; none for another token.
    fn line_ends(&self, index: usize) -> usize {
        let exists = index < self.tokens.kinds().len();
        if !exists || self.tokens.kind(index) != TokenKind::Whitespace {
            return 0;
        }
        let space = self.tokens.range(index).slice(&self.source).as_bytes();
        let lone_return = |pair: &&[u8]| pair[0] == b'\r' && pair[1] != b'\n';
        space.iter().filter(|&&b| b == b'\n').count()
            + space.windows(2).filter(lone_return).count()
            + usize::from(space.last() == Some(&b'\r'))
    }
}
