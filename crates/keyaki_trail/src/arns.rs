//! The resources of a request: what the event names itself, and what the catalogue's ARN templates
//! give with the request's parameters.
//!
//! All are patterns as policies have them: what an event says stands for itself, with `*`, `?` and
//! `$` escaped, and `*` stands for what it does not say.

use keyaki_catalog::{Action, ArnTemplate};
use keyaki_ir::glob::{self, Case};

use crate::parameters::Parameters;
use crate::table::table;

/// The most resources that are told of one request.
const MOST: usize = 64;

/// Where a request was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'e> {
    pub(crate) region: &'e str,
    pub(crate) account: &'e str,
    /// The ARN of the caller, for requests about itself.
    pub(crate) caller: &'e str,
}

impl Place<'_> {
    pub(crate) fn partition(&self) -> &'static str {
        match self.region {
            r if r.starts_with("cn-") => "aws-cn",
            r if r.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }
}

/// The resources of an action in a request.
pub(crate) fn resources(
    action: Action<'_>,
    own: &[String],
    parameters: &Parameters,
    place: Place<'_>,
) -> Vec<String> {
    let mut all = Vec::new();
    let mut has_types = false;
    for resource in action.resources() {
        has_types = true;
        let kind = resource.resource_type();
        let is_required = resource.is_required() || table().needs(action, kind.name());
        let templates: Vec<ArnTemplate<'_>> = kind.arns().collect();
        let before = all.len();
        for template in &templates {
            named(*template, own, parameters, &mut all);
        }
        if all.len() == before {
            for template in &templates {
                filled(action, *template, parameters, place, is_required, &mut all);
            }
        }
        if all.len() == before && is_required {
            all.extend(templates.first().map(|t| open(*t, place)));
        }
    }
    if all.is_empty() && has_types {
        let types = action.resources().filter_map(|r| r.resource_type().arns().next());
        all.extend(types.map(|t| open(t, place)));
    }
    if all.is_empty() {
        all.push("*".to_owned());
    }
    all.sort_unstable();
    all.dedup();
    all.truncate(MOST);
    all
}

/// ARNs of the event that fit a template.
fn named(template: ArnTemplate<'_>, own: &[String], given: &Parameters, all: &mut Vec<String>) {
    let arns = own.iter().map(String::as_str).chain(given.arns());
    let fits = |arn: &&str| {
        // A template whose last part is open takes no more than one part of a path by it.
        let depth = |text: &str| text.matches(['/', ':']).count();
        let holes_are_names = template.template().contains("ObjectName")
            || template.template().contains("Path}")
            || depth(arn) == depth(template.glob());
        holes_are_names && glob::matches(template.glob(), arn, Case::Sensitive)
    };
    all.extend(arns.filter(fits).map(escaped).take(MOST));
}

/// The template with parameters in its holes. Where only some are known, the rest is `*` if the
/// action needs a resource of the type.
fn filled(
    action: Action<'_>,
    template: ArnTemplate<'_>,
    parameters: &Parameters,
    place: Place<'_>,
    is_required: bool,
    all: &mut Vec<String>,
) {
    let mut arns = vec![String::new()];
    let mut rest = template.template();
    let mut is_first = true;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((hole, after)) = after.split_once('}') else { return };
        arns.iter_mut().for_each(|arn| arn.push_str(before));
        let values = match of_place(hole, place) {
            Some(value) => vec![value.to_owned()],
            None => {
                let values = values(action, hole, parameters, place);
                match (values.is_empty(), is_first, is_required) {
                    (false, _, _) => {
                        is_first = false;
                        values
                    }
                    (true, false, true) => vec!["*".to_owned()],
                    (true, _, _) => return,
                }
            }
        };
        let pairs = arns.iter().flat_map(|arn| values.iter().map(move |v| format!("{arn}{v}")));
        arns = pairs.take(MOST).collect();
        rest = after;
    }
    if !is_first {
        all.extend(arns.into_iter().map(|arn| arn + rest));
    }
}

fn of_place<'p>(hole: &str, place: Place<'p>) -> Option<&'p str> {
    match hole {
        "Partition" => Some(place.partition()),
        "Region" => Some(place.region),
        "Account" | "AccountId" => Some(place.account),
        _ => None,
    }
}

/// What a request says about a hole.
fn values(
    action: Action<'_>,
    hole: &str,
    parameters: &Parameters,
    place: Place<'_>,
) -> Vec<String> {
    let prefix = action.service().prefix();
    let listed = table().hole(prefix, hole).unwrap_or_default();
    let names = std::iter::once(hole).chain(listed.iter().copied());
    for name in names {
        let (name, is_last) = name.strip_suffix('/').map_or((name, false), |n| (n, true));
        let last = |value: &'_ str| value.rsplit('/').next().unwrap_or_default().to_owned();
        let own = |value: &str| if is_last { last(value) } else { value.to_owned() };
        let is_name = |value: &&str| {
            !value.is_empty() && !value.starts_with("arn:") && !value.starts_with("alias/")
        };
        let found: Vec<String> = parameters.get(name).filter(is_name).map(own).collect();
        if !found.is_empty() {
            return found.iter().map(|value| part(prefix, hole, value)).collect();
        }
    }
    let is_own = hole == "UserNameWithPath" && parameters.get("userName").next().is_none();
    let user = is_own.then(|| place.caller.split_once(":user/")).flatten();
    user.map(|(_, name)| vec![escaped(name)]).unwrap_or_default()
}

/// A value as a part of an ARN.
fn part(prefix: &str, hole: &str, value: &str) -> String {
    match (prefix, hole) {
        // AWS adds a dash and six characters to the name of a secret.
        ("secretsmanager", "SecretId") => format!("{}-??????", escaped(value)),
        ("ssm", "ParameterNameWithoutLeadingSlash") => escaped(value.trim_start_matches('/')),
        _ => escaped(value),
    }
}

/// The template with `*` for what a request does not say.
fn open(template: ArnTemplate<'_>, place: Place<'_>) -> String {
    let mut arn = String::new();
    let mut rest = template.template();
    while let Some((before, after)) = rest.split_once("${") {
        let Some((hole, after)) = after.split_once('}') else { break };
        arn.push_str(before);
        arn.push_str(of_place(hole, place).unwrap_or("*"));
        rest = after;
    }
    arn + rest
}

/// Text as a pattern that matches nothing else.
pub(crate) fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' | '?' | '$' => {
                pattern.push_str("${");
                pattern.push(c);
                pattern.push('}');
            }
            c => pattern.push(c),
        }
    }
    pattern
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    fn of(action: &str, own: &[&str], parameters: &str) -> Vec<String> {
        let action = keyaki_catalog::embedded().action(action).expect("an action");
        let own: Vec<String> = own.iter().map(|a| (*a).to_owned()).collect();
        let place = Place {
            region: "eu-west-1",
            account: "111122223333",
            caller: "arn:aws:iam::111122223333:user/team/ann",
        };
        resources(action, &own, &Parameters::read(parameters), place)
    }

    #[test]
    fn parameters_fill_the_templates_of_the_catalogue() {
        let object = of("s3:GetObject", &[], r#"{"bucketName": "b", "key": "a/*.txt"}"#);
        assert_eq!(object, ["arn:aws:s3:::b/a/${*}.txt"]);
        let table = of("dynamodb:GetItem", &[], r#"{"tableName": "t", "key": {"id": {"S": "1"}}}"#);
        assert_eq!(table, ["arn:aws:dynamodb:eu-west-1:111122223333:table/t"]);
        let queue = of(
            "sqs:SendMessage",
            &[],
            r#"{"queueUrl": "https://sqs.eu-west-1.amazonaws.com/1/q"}"#,
        );
        assert_eq!(queue, ["arn:aws:sqs:eu-west-1:111122223333:q"]);
        let secret = of("secretsmanager:GetSecretValue", &[], r#"{"secretId": "db/main"}"#);
        assert_eq!(secret, ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:db/main-??????"]);
    }

    #[test]
    fn arns_of_the_event_count_as_they_are() {
        let key = "arn:aws:kms:eu-west-1:444455556666:key/k-1";
        assert_eq!(of("kms:Decrypt", &[key], r#"{"keyId": "alias/main"}"#), [key]);
        let role = "arn:aws:iam::444455556666:role/a/b";
        assert_eq!(of("sts:AssumeRole", &[], &format!(r#"{{"roleArn": "{role}"}}"#)), [role]);
    }

    #[test]
    fn what_is_needed_and_not_told_is_open() {
        assert_eq!(of("ec2:DescribeVpcs", &[], "{}"), ["*"]);
        let run =
            of("ec2:RunInstances", &[], r#"{"instancesSet": {"items": [{"imageId": "ami-1"}]}}"#);
        assert!(run.contains(&"arn:aws:ec2:eu-west-1::image/ami-1".to_owned()), "{run:?}");
        assert!(
            run.contains(&"arn:aws:ec2:eu-west-1:111122223333:instance/*".to_owned()),
            "{run:?}"
        );
    }

    #[test]
    fn a_user_asks_about_itself_where_no_other_is_named() {
        assert_eq!(of("iam:GetUser", &[], "{}"), ["arn:aws:iam::111122223333:user/team/ann"]);
    }
}
