//! Policies made to be hard to compare.

use std::fmt::Display;

use keyaki_analyze::Subject;
use keyaki_eval::Document;

/// Two policies to compare, and whether the first allows all that the second does.
#[derive(Clone, Debug)]
pub struct Hard {
    /// What it is.
    pub name: String,
    /// What is there.
    pub old: Subject,
    /// What replaces it.
    pub new: Subject,
    /// Whether there is no new access, where that is known.
    pub is_within: Option<bool>,
}

/// All of them.
pub fn cases() -> Vec<Hard> {
    let mut all = Vec::new();
    for count in [8, 12, 16, 24] {
        all.extend(words(count));
    }
    all.extend([chains(20, 26), chains(200, 26), crossed_chains(12)]);
    all.extend([late(12), late(24), late(40)]);
    all.extend([late_values(12), late_values(24)]);
    all.extend([values(1000), patterns(1000), infixes(40), infixes(300)]);
    all.push(infixes_apart(40));
    all.extend([tags(1000), many_tags(30), numbers(1000), addresses(1000)]);
    all.extend([statements(200), long_statements(200, 100), long_statements(200, 1000)]);
    all.extend([variables(50), related(40), one_statement_of_variables(60)]);
    all.push(values_of_variables(200, 2000));
    all.extend([many_policies(200), actions(400), both_negated(60)]);
    all
}

fn subject(statements: &[String]) -> Subject {
    documents(&[statements.join(",")])
}

fn documents(texts: &[String]) -> Subject {
    let document = |text: &String| {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{text}]}}"#);
        let policy = keyaki_ir::lower(&keyaki_syntax::Tree::parse(text));
        Document { name: String::new(), policy }
    };
    Subject::identity(texts.iter().map(document).collect())
}

fn list<T: Display>(texts: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|t| format!("\"{t}\"")).collect();
    format!("[{}]", texts.join(","))
}

fn on(effect: &str, resources: &str) -> String {
    format!(r#"{{"Effect": "{effect}", "Action": "s3:*", "Resource": {resources}}}"#)
}

fn allow_if(condition: &str) -> String {
    format!(
        r#"{{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {{{condition}}}}}"#
    )
}

fn hard(name: impl Into<String>, old: Subject, new: Subject, is_within: bool) -> Hard {
    Hard { name: name.into(), old, new, is_within: Some(is_within) }
}

/// Requests must hold `count` words; one word less.
fn words(count: usize) -> [Hard; 2] {
    let word = |n: usize| -> String {
        let bits = (0..6).map(|bit| if (n * 37 + 11) >> bit & 1 == 1 { 'b' } else { 'a' });
        bits.collect()
    };
    let statement = |n: usize| {
        format!(
            r#"{{"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::*{}{n}*"}}"#,
            word(n)
        )
    };
    let mut all: Vec<String> = (0..count).map(statement).collect();
    all.push(on("Allow", r#""*""#));
    let (old, new) = (subject(&all), subject(&all[1..]));
    [
        hard(format!("{count} words, one left out"), old.clone(), new.clone(), false),
        hard(format!("{count} words, one more"), new, old, true),
    ]
}

/// `*a*b*c*…` within a chain that lacks one link.
fn chains(rounds: usize, letters: u8) -> Hard {
    let chain = |skip: usize| -> String {
        let links = (0..rounds * usize::from(letters)).filter(|n| *n != skip);
        links.map(|n| format!("*{}", char::from(b'a' + (n % usize::from(letters)) as u8))).collect()
    };
    let arn = |skip| format!(r#""arn:aws:s3:::{}*""#, chain(skip));
    let (whole, less) = (on("Allow", &arn(usize::MAX)), on("Allow", &arn(5)));
    let name = format!("a chain of {} links", rounds * usize::from(letters));
    hard(name, subject(&[less]), subject(&[whole]), true)
}

/// Chains that are denied in every order but one.
fn crossed_chains(count: usize) -> Hard {
    let letters: Vec<char> = ('a'..='z').take(count).collect();
    let chain = |by: usize| -> String {
        let mut turned = letters.clone();
        turned.rotate_left(by);
        turned.iter().map(|c| format!("*{c}")).collect::<String>() + "*"
    };
    let arn = |by| format!(r#""arn:aws:s3:::{}""#, chain(by));
    let mut new: Vec<String> = (1..count).map(|by| on("Deny", &arn(by))).collect();
    new.push(on("Allow", &arn(0)));
    let old: Vec<String> = [on("Deny", &arn(0)), on("Allow", r#""*""#)].to_vec();
    hard(format!("{count} chains crossed"), subject(&old), subject(&new), false)
}

/// A letter that stands `count` places before the end: exponential for whoever determinises.
fn late(count: usize) -> Hard {
    let arn = |letter: &str, n: usize| format!(r#""arn:aws:s3:::*{letter}{}""#, "?".repeat(n));
    let new = [on("Allow", &arn("a", count))];
    let old = [
        on("Allow", &arn("b", count)),
        on("Allow", &arn("a?", count - 1)),
        on("Deny", &arn("c", count)),
    ];
    hard(format!("a letter {count} places before the end"), subject(&old), subject(&new), true)
}

/// The same in values of a condition key.
fn late_values(count: usize) -> Hard {
    let like = |letters: &str| {
        let values = letters.chars().map(|c| format!("*{c}{}", "?".repeat(count)));
        allow_if(&format!(r#""StringLike": {{"k:a": {}}}"#, list(values)))
    };
    let (old, new) = (subject(&[like("abc")]), subject(&[like("ab"), like("bc")]));
    hard(format!("a letter {count} places before the end of a value"), old, new, true)
}

fn values(count: usize) -> Hard {
    let equals = |from: usize| {
        let values = list((from..count).map(|n| format!("value-{n}")));
        allow_if(&format!(r#""StringEquals": {{"k:a": {values}}}"#))
    };
    let (old, new) = (subject(&[equals(1)]), subject(&[equals(0)]));
    hard(format!("{count} values, one more"), old, new, false)
}

fn patterns(count: usize) -> Hard {
    let like = |to: usize| {
        let values = list((0..to).flat_map(|n| [format!("p{n}-*"), format!("*-s{n}")]));
        allow_if(&format!(r#""StringLike": {{"k:a": {values}}}"#))
    };
    let (old, new) = (subject(&[like(count / 2)]), subject(&[like(count / 2), like(3)]));
    hard(format!("{count} patterns for a value"), old, new, true)
}

/// Values with words inside: exponentially many combinations.
fn infixes(count: usize) -> Hard {
    let like = |from: usize, to: usize| {
        let values = list((from..to).map(|n| format!("*w{n}w*")));
        allow_if(&format!(r#""StringLike": {{"k:a": {values}}}"#))
    };
    let old = subject(&[like(0, count)]);
    let new = subject(&[like(0, count / 2), like(count / 2, count)]);
    hard(format!("{count} words in a value"), old, new, true)
}

/// The same with a statement for each word, against one for every two.
fn infixes_apart(count: usize) -> Hard {
    let like = |from: usize, to: usize| {
        let values = list((from..to).map(|n| format!("*w{n}w*")));
        allow_if(&format!(r#""StringLike": {{"k:a": {values}}}"#))
    };
    let all = |step: usize| -> Vec<String> {
        (0..count).step_by(step).map(|n| like(n, n + step)).collect()
    };
    hard(
        format!("{count} words in a value, a statement each"),
        subject(&all(2)),
        subject(&all(1)),
        true,
    )
}

fn tags(count: usize) -> Hard {
    let all = |operator: &str, from: usize| {
        let values = list((from..count).map(|n| format!("tag-{n}")));
        allow_if(&format!(r#""{operator}": {{"aws:TagKeys": {values}}}"#))
    };
    let old = [all("ForAnyValue:StringEquals", 0)];
    let new = [all("ForAllValues:StringEquals", 5)];
    hard(format!("{count} tag keys"), subject(&old), subject(&new), false)
}

/// Each statement asks for another tag: as many classes as there are sets of tags.
fn many_tags(count: usize) -> Hard {
    let one = |n: usize| {
        allow_if(&format!(r#""ForAnyValue:StringEquals": {{"aws:TagKeys": "tag-{n}"}}"#))
    };
    let all: Vec<String> = (0..count).map(one).collect();
    let turned: Vec<String> = all.iter().rev().cloned().collect();
    hard(format!("{count} statements, a tag each"), subject(&all), subject(&turned), true)
}

fn numbers(count: usize) -> Hard {
    let less = |n: usize| {
        allow_if(&format!(
            r#""NumericLessThan": {{"k:n": "{n}"}}, "NumericGreaterThan": {{"k:n": "{}"}}"#,
            n.saturating_sub(2)
        ))
    };
    let all: Vec<String> = (1..count).map(less).collect();
    let whole = allow_if(&format!(r#""NumericLessThan": {{"k:n": "{count}"}}"#));
    hard(format!("{count} numbers"), subject(&[whole]), subject(&all), true)
}

fn addresses(count: usize) -> Hard {
    let ranges = |from: usize| {
        let values = list((from..count).map(|n| format!("10.{}.{}.0/24", n / 250, n % 250)));
        allow_if(&format!(r#""IpAddress": {{"aws:SourceIp": {values}}}"#))
    };
    let (old, new) = (subject(&[ranges(0)]), subject(&[ranges(1), ranges(2)]));
    hard(format!("{count} ranges of addresses"), old, new, true)
}

fn statements(count: usize) -> Hard {
    let one = |n: usize| {
        let effect = if n.is_multiple_of(3) { "Deny" } else { "Allow" };
        format!(
            r#"{{"Effect": "{effect}", "Action": ["s3:Get*", "ec2:*{}*"],
                "Resource": ["arn:aws:s3:::b{}/*", "arn:aws:s3:::*-{n}"],
                "Condition": {{"StringEquals": {{"k:a{}": "v{}"}}, "StringLike": {{"k:b": "*{n}"}}}}}}"#,
            n % 7,
            n % 5,
            n % 10,
            n % 4
        )
    };
    let all: Vec<String> = (0..count).map(one).collect();
    let turned: Vec<String> = all.iter().rev().cloned().collect();
    hard(format!("{count} statements turned round"), subject(&all), subject(&turned), true)
}

/// Many statements with many values each, about one key.
fn long_statements(count: usize, length: usize) -> Hard {
    let one = |n: usize| {
        let values = list((0..length).map(|v| format!("v-{n}-{v}")));
        allow_if(&format!(r#""StringEquals": {{"k:a": {values}}}"#))
    };
    let all: Vec<String> = (0..count).map(one).collect();
    let name = format!("{count} statements with {length} values each");
    hard(name, subject(&all[1..]), subject(&all), false)
}

/// Resources with variables, on both sides.
fn variables(count: usize) -> Hard {
    let arns = |from: usize| {
        let tags = (from..count).map(|n| format!("arn:aws:s3:::b/${{aws:PrincipalTag/t{n}}}/*"));
        on("Allow", &list(tags))
    };
    let (old, new) = (subject(&[arns(0)]), subject(&[arns(1)]));
    hard(format!("{count} variables"), old, new, true)
}

/// Resources with variables against those that some of their values make.
fn values_of_variables(count: usize, values: usize) -> Hard {
    let open = (0..count).map(|n| format!("arn:aws:s3:::b/${{aws:PrincipalTag/t{n}}}/*"));
    let closed = (0..values).map(|n| format!("arn:aws:s3:::b/v{n}/*"));
    let (old, new) = (on("Allow", &list(closed)), on("Allow", &list(open)));
    let name = format!("{count} variables against {values} values");
    hard(name, subject(&[old]), subject(&[new]), false)
}

/// Keys that are compared with each other round in a circle.
fn related(count: usize) -> Hard {
    let pairs = (0..count).map(|n| format!(r#""k:a{n}": "${{k:a{}}}x""#, (n + 1) % count));
    let circle = pairs.collect::<Vec<_>>().join(",");
    let new = allow_if(&format!(r#""StringEquals": {{{circle}}}"#));
    let name = format!("{count} keys, each longer than the next");
    Hard { name, old: subject(&[]), new: subject(&[new]), is_within: None }
}

/// One statement with several variables under each of several keys.
fn one_statement_of_variables(count: usize) -> Hard {
    let keys = (0..4).map(|key| {
        let values = list((0..count).map(|n| format!("${{aws:PrincipalTag/t{n}}}-{key}")));
        format!(r#""k:a{key}": {values}"#)
    });
    let keys = keys.collect::<Vec<_>>().join(",");
    let new = allow_if(&format!(r#""StringEquals": {{{keys}}}"#));
    let name = format!("{count} variables under each of four keys");
    Hard { name, old: subject(&[]), new: subject(&[new]), is_within: None }
}

fn many_policies(count: usize) -> Hard {
    let one = |n: usize| {
        let get = on("Allow", &format!(r#""arn:aws:s3:::bucket-{n}/*""#));
        let deny = format!(
            r#"{{"Effect": "Deny", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::*{}*",
                "Condition": {{"StringNotEquals": {{"aws:PrincipalTag/team": "t{}"}}}}}}"#,
            n % 17,
            n % 9
        );
        let run = format!(
            r#"{{"Effect": "Allow", "Action": ["ec2:Describe*", "ec2:Run{}*", "sqs:*Message*"],
                "Resource": "*", "Condition": {{"Bool": {{"aws:SecureTransport": "true"}}}}}}"#,
            n % 20
        );
        [get, deny, run].join(",")
    };
    let all: Vec<String> = (0..count).map(one).collect();
    let turned: Vec<String> = all.iter().rev().cloned().collect();
    hard(format!("{count} policies turned round"), documents(&all), documents(&turned), true)
}

/// Action patterns that overlap in many ways.
fn actions(count: usize) -> Hard {
    let one = |n: usize| {
        let (x, y) = (char::from(b'a' + (n % 26) as u8), char::from(b'a' + (n / 26) as u8));
        format!(
            r#"{{"Effect": "Allow", "Action": "*:*{x}*{y}*", "Resource": "arn:aws:s3:::{n}/*"}}"#
        )
    };
    let all: Vec<String> = (0..count).map(one).collect();
    let turned: Vec<String> = all.iter().rev().cloned().collect();
    hard(format!("{count} action patterns"), subject(&all), subject(&turned), true)
}

/// Statements with both a resource and what it is not.
fn both_negated(count: usize) -> Hard {
    let one = |n: usize| {
        format!(
            r#"{{"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::*a{n}*",
                "NotResource": "arn:aws:s3:::*b{n}*"}}"#
        )
    };
    let mut new: Vec<String> = (0..count).map(one).collect();
    new.push(on("Allow", r#""arn:aws:s3:::*""#));
    let old = [on("Allow", r#""arn:aws:s3:::*""#)];
    hard(format!("{count} statements with both elements"), subject(&old), subject(&new), true)
}
