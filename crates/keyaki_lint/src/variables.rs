//! Policy variables where they stand in a statement.

use keyaki_diag::Edit;
use keyaki_ir::{OperatorElement, Pattern, Statement, Variable, VariableDefect};
use keyaki_syntax::NodeId;

use crate::context::{Context, quoted};

/// The texts of a statement in which variables are replaced: its resources, and the values of
/// conditions whose operator takes variables.
pub(crate) fn texts(statement: &Statement) -> impl Iterator<Item = (NodeId, &Pattern)> {
    let resources = statement.resource_elements().flat_map(|e| &e.entries);
    let resources = resources.map(|r| (r.origin, &r.pattern));
    let conditions = statement.condition_entries();
    let values = conditions.filter(|(block, _)| takes_variables(&block.operator));
    let values = values.flat_map(|(_, entry)| &entry.values);
    resources.chain(values.map(|v| (v.origin, &v.pattern)))
}

/// Whether an operator takes variables; one that does not exist might have been meant to.
fn takes_variables(operator: &OperatorElement) -> bool {
    operator.operator.is_none_or(|o| o.base.takes_variables())
}

/// The variables of a statement that are written wrongly in that way, each with its text.
pub(crate) fn with_defect(
    statement: &Statement,
    defect: VariableDefect,
) -> impl Iterator<Item = (NodeId, &Pattern, &Variable)> {
    let all =
        texts(statement).flat_map(|(at, text)| text.variables().iter().map(move |v| (at, text, v)));
    all.filter(move |(.., variable)| variable.defect == Some(defect))
}

/// Whether a variable names a condition key, rather than something that a template tool
/// replaces: `${aws:username}` is of IAM, `${AWS::Region}` and `${var.bucket}` are not.
pub(crate) fn is_of_iam(variable: &Variable) -> bool {
    let key = &*variable.key;
    let expression = |c: char| matches!(c, '"' | '?' | '(' | ')' | '[' | ']' | '{');
    let framework = ["self:", "opt:", "param:", "sls:"].iter().any(|own| key.starts_with(own));
    let is_of_tool = framework || key.contains("::") || key.contains(expression);
    !variable.is_hole && key.contains(':') && !is_of_tool
}

/// The first variable of a text, escapes included, that is not of a template.
pub(crate) fn first(text: &Pattern) -> Option<&Variable> {
    text.variables().iter().find(|v| v.escape.is_some() || is_of_iam(v))
}

/// The edit that writes a variable of a string anew.
pub(crate) fn rewrite(
    cx: &Context<'_>,
    at: NodeId,
    variable: &Variable,
    text: &str,
) -> Option<Edit> {
    let range = cx.node(at)?.inner_range(variable.range.clone());
    let quoted = quoted(text);
    Some(Edit { range, replacement: quoted[1..quoted.len() - 1].to_owned() })
}

#[cfg(test)]
mod tests {
    use super::{Pattern, first};

    #[test]
    fn variables_of_templates_are_not_of_iam() {
        let is_of_iam = |text| first(&Pattern::new(text)).is_some();
        for text in ["${aws:username}", "a${*}", "${aws:PrincipalTag/team, 'x'}", "${s3:prefix"] {
            assert!(is_of_iam(text), "{text}");
        }
        for text in [
            "${AWS::Region}",
            "${var.bucket}",
            "${a ? b : c}",
            "${self:custom.x}",
            "${join(\":\", x)}",
            "$x",
        ] {
            assert!(!is_of_iam(text), "{text}");
        }
    }
}
