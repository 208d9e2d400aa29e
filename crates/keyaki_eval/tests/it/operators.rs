//! Every operator against every kind of request value, policy value, modifier and version.
//!
//! What a policy value matches stands in [`table`]; what modifiers, negation and missing keys make
//! of it stands in [`expected`], one sentence of AWS's documentation for each branch. Sources:
//! UG = <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>,
//! MV = <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>.

mod table;

use keyaki_eval::{Caller, Context, Evaluator, Policies, Profile, Request, Values, Verdict};
use keyaki_ir::{BaseOperator, SetOperator};

use crate::support::document;
use table::{Family, Row, families};

/// The key that the conditions test.
const KEY: &str = "app:key";

/// What the request holds under the key. `None`: the key is absent.
type Held = Option<Values>;

/// The modifiers of an operator.
#[derive(Clone, Copy)]
struct Modifiers {
    set: Option<SetOperator>,
    if_exists: bool,
}

const MODIFIERS: [Modifiers; 6] = [
    Modifiers { set: None, if_exists: false },
    Modifiers { set: None, if_exists: true },
    Modifiers { set: Some(SetOperator::ForAnyValue), if_exists: false },
    Modifiers { set: Some(SetOperator::ForAnyValue), if_exists: true },
    Modifiers { set: Some(SetOperator::ForAllValues), if_exists: false },
    Modifiers { set: Some(SetOperator::ForAllValues), if_exists: true },
];

/// Whether the version has policy variables. A policy without version is one of 2008-10-17.
const VERSIONS: [(&str, bool); 3] =
    [(r#""Version": "2012-10-17","#, true), (r#""Version": "2008-10-17","#, false), ("", false)];

/// Whether the condition holds, by the documentation.
fn expected(
    base: BaseOperator,
    modifiers: Modifiers,
    held: &Held,
    policy_values: &[&str],
    matches: &dyn Fn(&str) -> bool,
) -> bool {
    let values = held.as_ref().map_or(&[][..], Values::as_slice);
    // MV: an empty text counts as no value at all.
    let is_null = values.iter().all(String::is_empty);
    if base == BaseOperator::Null {
        // UG: `true` asks for no key or a null value, `false` for a key that is not null.
        // Modifiers mean nothing (D22).
        return policy_values
            .iter()
            .any(|v| (*v == "true" && is_null) || (*v == "false" && !is_null));
    }
    if values.is_empty() && modifiers.if_exists {
        // UG: the suffix makes the condition true for an absent key, under set operators, too (D5).
        return true;
    }
    // UG: a negated operator is true for what does not match.
    let one = |value: &String| matches(value) != base.is_negated();
    match (modifiers.set, values) {
        // MV: true without the key, and for a null value.
        (Some(SetOperator::ForAllValues), _) => is_null || values.iter().all(one),
        // MV: false without the key, and for a null value.
        (Some(SetOperator::ForAnyValue), _) => !is_null && values.iter().any(one),
        // UG: an absent key matches nothing, which is what a negated operator asks for.
        (None, []) => base.is_negated(),
        (None, [value]) => one(value),
        // Contested (D21): keys with several values need a set operator.
        (None, _) => false,
    }
}

/// Every way in which a request can hold the samples of a row.
fn held(row: &Row, family: &Family, with_variables: bool) -> Vec<Held> {
    let one = |text: &str| Some(Values::One(text.to_owned()));
    let list = |texts: &[&str]| Some(Values::List(texts.iter().map(|t| (*t).to_owned()).collect()));
    let texts: Vec<&str> = family.samples(row).into_iter().map(|(_, text)| text).collect();
    let is_match = |t: &&&str| family.matches(row, with_variables, t);
    let good = texts.iter().find(is_match).unwrap_or(&texts[0]);
    let bad = texts.iter().find(|t| !is_match(t)).unwrap_or(&texts[0]);
    let mut all = vec![None, list(&[]), list(&[""]), list(&[good]), list(&[bad])];
    all.push(list(&[good, bad]));
    all.extend(texts.iter().map(|text| one(text)));
    all
}

fn request(held: &Held) -> Request {
    let mut context: Context = table::VARIABLES.iter().copied().collect();
    context.set("app:list", Values::List(vec!["bc".to_owned(), "de".to_owned()]));
    if let Some(values) = held {
        context.set(KEY, values.clone());
    }
    Request {
        caller: Caller::parse("arn:aws:iam::111122223333:user/ann").unwrap_or(Caller::Anonymous),
        action: "s3:GetObject".to_owned(),
        resource: "arn:aws:s3:::bucket/key".to_owned(),
        resource_account: Some("111122223333".to_owned()),
        context,
    }
}

fn policies(operator: &str, values: &[&str], version: &str) -> Policies {
    let values: Vec<String> = values.iter().map(|v| format!("\"{v}\"")).collect();
    let values = values.join(", ");
    let text = format!(
        r#"{{{version} "Statement": {{"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {{"{operator}": {{"{KEY}": [{values}]}}}}}}}}"#
    );
    Policies { identity: vec![document(&text)], ..Policies::default() }
}

/// Decides every cell of one row; gives back their number and the wrong ones.
fn cells(base: BaseOperator, family: &Family, row: &Row) -> (usize, Vec<String>) {
    let (mut count, mut wrong) = (0, Vec::new());
    for (version, with_variables) in VERSIONS {
        for modifiers in MODIFIERS {
            let operator =
                keyaki_ir::Operator { set: modifiers.set, base, if_exists: modifiers.if_exists };
            let policies = policies(&operator.name(), row.policy, version);
            let profile = Profile::documented();
            let evaluator = Evaluator::new(&policies, &profile, keyaki_catalog::embedded());
            for held in held(row, family, with_variables) {
                let matches = |value: &str| family.matches(row, with_variables, value);
                let wants = expected(base, modifiers, &held, row.policy, &matches);
                let gets = evaluator.decide(&request(&held)).verdict == Verdict::Allow;
                count += 1;
                if wants != gets {
                    let name = operator.name();
                    wrong.push(format!(
                        "{version} {name} {:?} over {held:?}: {gets}, should be {wants}",
                        row.policy
                    ));
                }
            }
        }
    }
    (count, wrong)
}

#[test]
fn every_cell_of_the_operator_matrix_is_as_documented() {
    let (mut count, mut wrong) = (0, Vec::new());
    for &base in BaseOperator::ALL {
        let family = families(base);
        for row in family.rows {
            let (n, w) = cells(base, &family, row);
            count += n;
            wrong.extend(w);
        }
    }
    println!("operator matrix: {count} cells");
    assert!(count > 8_000, "the matrix has shrunk to {count} cells");
    let shown = wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} of {count} cells differ:\n{shown}", wrong.len());
}
