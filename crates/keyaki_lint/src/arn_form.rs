//! Whether an ARN in a policy can name any resource, by the ARN templates of its service.
//!
//! The ARN is read as a pattern: `*` and `?` match, and a policy variable is read as `*`.
//! A pattern fits a template if some ARN of the template's form is matched by the pattern.
//! Wildcards of the pattern take in any text, colons too, as AWS's own validator has it:
//! it takes `arn:aws:ssm:*::document/x` although the account is empty there.
//! The holes of a template are never empty; those for partition, region and account hold no colon.
//! Where the five first segments have no wildcard, this is a comparison segment by segment.
//!
//! Nothing is said about a service without templates, about a service with a wildcard,
//! and about texts with placeholders of templates, such as `<account>` or `%s`.

use std::borrow::Cow;
use std::cell::OnceCell;

use keyaki_catalog::{ArnForm, ArnTemplate, Catalog, Segment as Form};
use keyaki_ir::arn::Segment;
use keyaki_ir::glob::{self, Case};
use keyaki_ir::{Arn, ResourcePattern};

use crate::placeholder::is_template;

/// The longest ARN that is looked at, in bytes; the longest that AWS takes have half of that.
const MAX_LENGTH: usize = 4096;

/// An ARN in a policy, its variables read as `*`.
pub(crate) struct ArnPattern<'e> {
    text: Cow<'e, str>,
    arn: Arn,
    catalog: &'e Catalog,
    /// Worked out when first asked for.
    misfit: OnceCell<Option<Misfit>>,
}

/// Which parts of an ARN pattern fit no template of its service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// No type has such a resource part; nothing is said about region and account then.
    pub(crate) resource: bool,
    /// The region is missing, or must not be there.
    pub(crate) region: bool,
    /// The account is missing, or must not be there.
    pub(crate) account: bool,
}

impl<'e> ArnPattern<'e> {
    /// The ARN of an entry; none where it is no ARN of six segments or holds a placeholder.
    pub(crate) fn new(entry: &'e ResourcePattern, catalog: &'e Catalog) -> Option<Self> {
        let arn = entry.arn.as_ref()?;
        let text = entry.pattern.widened();
        if is_template(&text) || text.len() > MAX_LENGTH {
            return None;
        }
        let arn = match &text {
            Cow::Borrowed(_) => arn.clone(),
            Cow::Owned(text) => Arn::parse(text)?,
        };
        Some(ArnPattern { text, arn, catalog, misfit: OnceCell::new() })
    }

    /// The ARN in a text; none where it is no ARN of six segments.
    pub(crate) fn parse(text: &'e str, catalog: &'e Catalog) -> Option<Self> {
        let arn = Arn::parse(text)?;
        Some(ArnPattern { text: Cow::Borrowed(text), arn, catalog, misfit: OnceCell::new() })
    }

    /// A segment, its variables read as `*`.
    pub(crate) fn get(&self, segment: Segment) -> &str {
        self.arn.get(&self.text, segment)
    }

    /// What keeps the pattern from naming a resource; none where it can name one, and where
    /// nothing is known.
    pub(crate) fn misfit(&self) -> Option<Misfit> {
        *self.misfit.get_or_init(|| self.compare_all())
    }

    fn compare_all(&self) -> Option<Misfit> {
        let mut nearest: Option<Misfit> = None;
        let head = glob::literal_head(self.get(Segment::Resource));
        for template in self.catalog.arns_beginning_with(self.get(Segment::Service), head) {
            let misfit = self.compare(template);
            if misfit == Misfit::default() {
                return None;
            }
            nearest = Some(nearest.map_or(misfit, |other| other.nearer(misfit)));
        }
        let nearest = nearest.or_else(|| {
            let is_known = self.forms().next().is_some();
            is_known.then_some(Misfit { resource: true, ..Misfit::default() })
        });
        let overruns = || self.forms().any(|form| overruns(&self.text, form.template));
        nearest.filter(|_| !(self.has_open_head() && overruns()))
    }

    /// The forms of the ARNs that have this pattern's service.
    pub(crate) fn forms(&self) -> impl Iterator<Item = ArnForm<'e>> + use<'_, 'e> {
        let arns = self.catalog.arns_beginning_with(self.get(Segment::Service), "");
        arns.map(|arn| arn.form())
    }

    /// Whether a wildcard stands before the resource part, so that it can take in colons.
    fn has_open_head(&self) -> bool {
        glob::has_wildcard(&self.text[..self.arn.range(Segment::Resource).start])
    }

    /// Compares segment by segment.
    fn compare(&self, template: ArnTemplate<'_>) -> Misfit {
        if !resource_fits(self.get(Segment::Resource), template.resource()) {
            return Misfit { resource: true, ..Misfit::default() };
        }
        let form = template.form();
        Misfit {
            resource: false,
            region: !segment_fits(self.get(Segment::Region), form.region),
            account: !segment_fits(self.get(Segment::Account), form.account),
        }
    }
}

impl Misfit {
    /// What both have in common if they are equally near, else the nearer one.
    fn nearer(self, other: Misfit) -> Misfit {
        let rank = |m: Misfit| (m.resource, u8::from(m.region) + u8::from(m.account));
        match rank(self).cmp(&rank(other)) {
            std::cmp::Ordering::Less => self,
            std::cmp::Ordering::Greater => other,
            std::cmp::Ordering::Equal => Misfit {
                resource: self.resource,
                region: self.region && other.region,
                account: self.account && other.account,
            },
        }
    }
}

/// Whether a region or account of a pattern can be what a template asks for.
fn segment_fits(pattern: &str, form: Form<'_>) -> bool {
    match form {
        Form::Empty => pattern.bytes().all(|b| b == b'*'),
        Form::Any => !pattern.is_empty(),
        Form::Literal(text) => glob::matches(pattern, text, Case::Sensitive),
    }
}

/// Whether the resource part of a pattern and that of a template have a text in common.
fn resource_fits(pattern: &str, template: &str) -> bool {
    let head = literal_head(template);
    let own = glob::literal_head(pattern);
    let shared = head.len().min(own.len());
    if head.as_bytes()[..shared] != own.as_bytes()[..shared] {
        return false;
    }
    let has_hole = template.len() > head.len();
    let open = pattern[own.len()..] == *"*" && (has_hole || own.len() <= head.len());
    let within = own.len() >= head.len() && pattern.len() > head.len();
    open || (within && ends_in_hole(template, head))
        || meets(&pattern[shared..], &symbols(&template[shared..], 5))
}

/// The text of a template up to its first hole.
pub(crate) fn literal_head(template: &str) -> &str {
    let end = template.bytes().position(|b| matches!(b, b'$' | b'*'));
    end.and_then(|end| template.get(..end)).unwrap_or(template)
}

/// Whether a template is `head` and one hole.
fn ends_in_hole(template: &str, head: &str) -> bool {
    let rest = &template[head.len()..];
    rest == "*" || rest.find('}') == Some(rest.len().wrapping_sub(1))
}

/// Whether a pattern whose wildcards take in colons and a whole template have a text in common.
fn overruns(pattern: &str, template: &str) -> bool {
    meets(pattern, &symbols(template, 0))
}

/// A part of a template: a character, or a hole as its first character and the others.
#[derive(Clone, Copy, PartialEq)]
enum Symbol {
    Char(char),
    One { colon: bool },
    More { colon: bool },
}

impl Symbol {
    /// Whether the symbol can be this character.
    fn takes(self, c: char) -> bool {
        match self {
            Symbol::Char(own) => own == c,
            Symbol::One { colon } | Symbol::More { colon } => colon || c != ':',
        }
    }
}

/// The symbols of a template that has this many colons before it.
fn symbols(template: &str, mut colons: usize) -> Vec<Symbol> {
    let mut out = Vec::with_capacity(template.len());
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        let hole = match c {
            '*' => 1,
            '$' => rest.find('}').map_or(1, |end| end + 1),
            _ => 0,
        };
        if hole > 0 {
            let colon = colons >= 5;
            out.extend([Symbol::One { colon }, Symbol::More { colon }]);
        } else {
            colons += usize::from(c == ':');
            out.push(Symbol::Char(c));
        }
        rest = &rest[hole.max(c.len_utf8())..];
    }
    out
}

/// Whether a pattern and a template have a text in common.
///
/// `reach[j]` says whether the pattern read so far and the first `j` symbols can be the same text.
fn meets(pattern: &str, symbols: &[Symbol]) -> bool {
    let more = |j: usize| matches!(symbols[j], Symbol::More { .. });
    let mut reach = vec![false; symbols.len() + 1];
    let mut next = reach.clone();
    reach[0] = true;
    for c in pattern.chars() {
        next[0] = reach[0] && c == '*';
        for (j, symbol) in symbols.iter().enumerate() {
            let takes = c == '?' || symbol.takes(c);
            next[j + 1] = match c {
                '*' => reach[j + 1] || next[j],
                _ if more(j) => next[j] || (reach[j + 1] && takes),
                _ => reach[j] && takes,
            };
        }
        if !next.contains(&true) {
            return false;
        }
        std::mem::swap(&mut reach, &mut next);
    }
    let end = (0..symbols.len()).rev().find(|&j| !more(j)).map_or(0, |j| j + 1);
    reach[end..].contains(&true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn misfit(arn: &str) -> Option<Misfit> {
        ArnPattern::parse(arn, keyaki_catalog::embedded()).and_then(|arn| arn.misfit())
    }

    #[test]
    fn arns_of_known_forms_fit() {
        for arn in [
            "arn:aws:s3:::reports",
            "arn:aws:s3:::reports/*",
            "arn:aws:s3:*:*:reports",
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/a",
            "arn:aws:iam::111122223333:role/path/deploy",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:iam::*:ro?e/x",
            "arn:*:*:*:*:*",
            "arn:aws:sqs:eu-west-1:111122223333:orders",
            "arn:aws:logs:eu-west-1:111122223333:log-group:/app:*",
            "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript",
            "arn:aws:cloudformation:eu-west-1:aws:transform/Serverless-2016-10-31",
            "arn:aws:nothing:::x",
        ] {
            assert_eq!(misfit(arn), None, "{arn}");
        }
    }

    #[test]
    fn misfits_name_the_segment() {
        let (resource, region, account) = (true, true, true);
        for (arn, expected) in [
            ("arn:aws:iam::1:roles/x", Misfit { resource, ..Misfit::default() }),
            ("arn:aws:dynamodb:eu-west-1:1:table/", Misfit { resource, ..Misfit::default() }),
            ("arn:aws:iam:eu-west-1:1:role/x", Misfit { region, ..Misfit::default() }),
            ("arn:aws:sqs::1:orders", Misfit { region, ..Misfit::default() }),
            ("arn:aws:sqs:eu-west-1::orders", Misfit { account, ..Misfit::default() }),
            ("arn:aws:s3::1:reports/*", Misfit { account, ..Misfit::default() }),
            ("arn:aws:ec2:::subnet/*", Misfit { region, account, ..Misfit::default() }),
        ] {
            assert_eq!(misfit(arn), Some(expected), "{arn}");
        }
    }

    #[test]
    fn wildcards_before_the_resource_take_in_colons() {
        for arn in [
            "arn:aws:waf::*:nothing/*",
            "arn:aws:kms:*::*",
            "arn:aws:iam::*:roles/x",
            "arn:aws:iam::1:roles/*",
        ] {
            let crossing = arn != "arn:aws:iam::1:roles/*";
            assert_eq!(misfit(arn).is_none(), crossing, "{arn}");
        }
    }

    #[test]
    fn the_shortcuts_agree_with_the_full_comparison() {
        let resources = [
            "role/x", "role/", "role*", "r*", "*", "?", "", "*x", "role/*x", "rol", "a:b", "a:*:c",
        ];
        let templates =
            ["role/${Name}", "${Name}", "role", "role/default", "${A}/${B}", "a:${B}:c", "*"];
        for resource in resources {
            for template in templates {
                let full = meets(resource, &symbols(template, 5));
                assert_eq!(resource_fits(resource, template), full, "{resource} {template}");
            }
        }
    }
}
