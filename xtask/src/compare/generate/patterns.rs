//! Patterns that match a text, nearly match it, or miss it.

use crate::compare::random::Random;

/// A pattern about an action.
pub(super) fn action(action: &str, random: &mut Random) -> String {
    let (service, name) = action.split_once(':').unwrap_or((action, ""));
    match random.below(12) {
        0..=3 => action.to_owned(),
        4 => "*".to_owned(),
        5 => format!("{service}:*"),
        6 => format!("{service}:{}*", cut(name, random)),
        7 => format!("{}:{}", service.to_uppercase(), name.to_lowercase()),
        8 => format!("{service}:*{}", &name[name.len() - cut(name, random).len()..]),
        9 => format!("{service}:{}", with_question_mark(name, random)),
        10 => format!("{service}:{name}Other"),
        _ => random.pick(&["s3:Get*", "ec2:*", "sqs:ReceiveMessage", "iam:*"]).to_owned(),
    }
}

/// A pattern about a resource. Contested forms are rarer than plain ones.
pub(super) fn resource(resource: &str, random: &mut Random) -> String {
    if random.percent(30) || resource == "*" && random.percent(60) {
        return "*".to_owned();
    }
    if resource == "*" {
        return random.pick(&["arn:aws:s3:::*", "arn:aws:iam::*:role/*", "arn:*"]).to_owned();
    }
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    let [arn, partition, service, region, account, last] = parts.as_slice() else {
        return resource.to_owned();
    };
    let [arn, partition, service, region, account] =
        [arn, partition, service, region, account].map(|p| (*p).to_owned());
    let join = |region: &str, account: &str, last: &str| {
        format!("{arn}:{partition}:{service}:{region}:{account}:{last}")
    };
    match random.below(40) {
        0..=9 => resource.to_owned(),
        10..=14 => join(&region, &account, &format!("{}*", cut(last, random))),
        15..=17 => join("*", &account, last),
        18..=20 => join("*", "*", last),
        21..=23 => join(&region, &account, &with_question_mark(last, random)),
        24..=25 => join(&region, &account, "*"),
        26..=27 => join(&region, &account, &format!("{last}x")),
        28 => join(&region, "444455556666", last),
        29..=30 => join(&region, &account, &variable(last, random)),
        31 => format!("arn:aws:{service}:*:{last}"),
        32 => random.pick(&["arn:aws:s3", "arn:aws:sqs:*", "arn:aws:*", "arn:*"]).to_owned(),
        33 => format!("{arn}:AWS:{service}:{region}:{account}:{last}"),
        34 => join(&region.to_uppercase(), &account, last),
        35 => join(&region, &account, &last.to_uppercase()),
        36 => join(&region, &account, &typed(last)),
        37 => join(&region, &account, &format!("{}${{*}}", cut(last, random))),
        38 => format!("arn:aws:{service}:::{last}"),
        _ => join(&region, &account, &format!("*{}", &last[last.len() / 2..])),
    }
}

/// A beginning of a text.
fn cut<'t>(text: &'t str, random: &mut Random) -> &'t str {
    text.get(..random.below(text.len() + 1)).unwrap_or(text)
}

/// The text with one character replaced by `?`.
fn with_question_mark(text: &str, random: &mut Random) -> String {
    let at = random.below(text.len());
    text.char_indices().map(|(i, c)| if i == at { '?' } else { c }).collect()
}

/// The text with its last component replaced by a variable.
fn variable(text: &str, random: &mut Random) -> String {
    let variables = [
        "${aws:username}",
        "${aws:PrincipalTag/team}",
        "${aws:username, 'ann'}",
        "${aws:Referer, '*'}",
        "${aws:username,'ann'}",
        "${aws:TagKeys}",
    ];
    let start = text.rfind('/').map_or("", |at| &text[..=at]);
    format!("{start}{}", random.pick(&variables))
}

/// A wildcard in the place of the resource's type.
fn typed(text: &str) -> String {
    match text.find(['/', ':']) {
        Some(at) => format!("*{}", &text[at..]),
        None => format!("*/{text}"),
    }
}
