//! Smaller versions of a case, by taking away parts of its JSON and putting plainer ones in.

use serde_json::{Value, json};

/// Members of a case or a statement that it is not one without.
/// Without a version the language is an older one.
const NEEDED: [&str; 7] =
    ["principal", "action", "resource", "account", "Version", "Effect", "Statement"];

/// A place in a JSON value.
type Path = Vec<Step>;

#[derive(Clone)]
enum Step {
    Member(String),
    Element(usize),
}

/// The cases that are one step smaller, largest step first.
pub(crate) fn smaller(case: &Value) -> Vec<Value> {
    let mut places = Vec::new();
    collect(case, &mut Vec::new(), &mut places);
    places.sort_by_key(Vec::len);
    let mut cases: Vec<Value> = places.iter().filter_map(|p| without(case, p)).collect();
    cases.extend(places.iter().flat_map(|p| plainer(case, p)));
    cases.retain(|c| c != case);
    cases
}

/// Shrinks a case as long as `keeps` says that a smaller one still shows the same.
/// `keeps` answers for several cases at once; the first that does is taken.
///
/// # Errors
/// What `keeps` fails with.
pub(crate) fn shrink<E>(
    mut case: Value,
    mut keeps: impl FnMut(&[Value]) -> Result<Option<usize>, E>,
) -> Result<Value, E> {
    const AT_ONCE: usize = 16;
    'smaller: loop {
        for some in smaller(&case).chunks(AT_ONCE) {
            if let Some(found) = keeps(some)?.and_then(|i| some.get(i)) {
                case = found.clone();
                continue 'smaller;
            }
        }
        return Ok(case);
    }
}

fn collect(value: &Value, at: &mut Path, places: &mut Vec<Path>) {
    let children: Vec<(Step, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(k, v)| (Step::Member(k.clone()), v)).collect()
        }
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(i, v)| (Step::Element(i), v)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (step, child) in children {
        at.push(step);
        places.push(at.clone());
        collect(child, at, places);
        at.pop();
    }
}

fn find<'v>(value: &'v mut Value, path: &[Step]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Member(name) => value.get_mut(name),
        Step::Element(index) => value.get_mut(*index),
    })
}

fn without(case: &Value, place: &Path) -> Option<Value> {
    let (last, parents) = place.split_last()?;
    let mut case = case.clone();
    let parent = find(&mut case, parents)?;
    // AWS refuses elements without entries, so that the last one stays.
    if is_in_policy(place) && parent.as_array().is_some_and(|l| l.len() == 1)
        || parents.len() > 2 && parent.as_object().is_some_and(|m| m.len() == 1)
    {
        return None;
    }
    match last {
        Step::Member(name) if NEEDED.contains(&name.as_str()) => return None,
        Step::Member(name) => parent.as_object_mut()?.remove(name).map(drop)?,
        Step::Element(index) => {
            let elements = parent.as_array_mut()?;
            elements.remove(*index);
        }
    }
    Some(case)
}

/// Whether a place is inside of a policy, where a list of one is as good as its element.
fn is_in_policy(place: &Path) -> bool {
    let starts_in = |s: &Step| matches!(s, Step::Member(name) if name == "context");
    let has_name = |s: &Step| matches!(s, Step::Member(_));
    place.iter().filter(|s| has_name(s)).count() > 1 && !place.first().is_some_and(starts_in)
}

/// The case with something plainer at a place: a list of one as its element, an element that
/// matches everything, the current version of the language.
fn plainer(case: &Value, place: &Path) -> Vec<Value> {
    let name = place.iter().rev().find_map(|s| match s {
        Step::Member(name) => Some(name.as_str()),
        Step::Element(_) => None,
    });
    let mut case = case.clone();
    let Some(old) = find(&mut case, place) else { return Vec::new() };
    let is_whole = matches!(place.last(), Some(Step::Member(_)));
    let mut new = Vec::new();
    if is_whole
        && is_in_policy(place)
        && let Some([one]) = old.as_array().map(Vec::as_slice)
    {
        new.push(one.clone());
    }
    match name {
        Some("Action" | "Resource" | "Principal") if is_whole => new.push(json!("*")),
        Some("Version") => new.push(json!("2012-10-17")),
        _ => {}
    }
    let whole = |value: Value| {
        let mut case = case.clone();
        find(&mut case, place).map(|old| *old = value)?;
        Some(case)
    };
    new.into_iter().filter_map(whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minimal(case: Value, shows: impl Fn(&Value) -> bool) -> Value {
        let keeps = |some: &[Value]| Ok::<_, ()>(some.iter().position(&shows));
        shrink(case, keeps).unwrap_or_default()
    }

    #[test]
    fn only_what_matters_stays() {
        let case = json!({
            "principal": "p", "action": "a", "resource": "r", "account": "1",
            "context": { "k": "v", "other": "w" },
            "identity": [
                { "Statement": [{ "Effect": "Allow", "Action": ["x", "y"], "Resource": "r" }] },
                { "Statement": [{ "Effect": "Deny", "Action": "z", "Resource": "r" }] },
            ],
        });
        let shown = minimal(case, |c| c["context"]["k"] == "v" && c.to_string().contains("Deny"));
        let expected = json!({
            "principal": "p", "action": "a", "resource": "r", "account": "1",
            "context": { "k": "v" },
            "identity": [{ "Statement": { "Effect": "Deny" } }],
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn steps_get_smaller_or_plainer_and_end() {
        let case = json!({ "action": "a", "session": { "Statement": [{ "Action": ["x"] }] } });
        assert_eq!(minimal(case, |_| true), json!({ "action": "a" }));
    }
}
