use crate::catalog;
use keyaki_catalog::{ActionId, ActionSet};
use std::collections::BTreeSet;

/// The definition of matching, one character at a time, without the tables' order.
fn defined(pattern: &[u8], text: &[u8]) -> bool {
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for &p in pattern {
        let mut next = vec![false; text.len() + 1];
        next[0] = reached[0] && p == b'*';
        for (i, t) in text.iter().enumerate() {
            next[i + 1] = match p {
                b'*' => next[i] || reached[i + 1],
                b'?' => reached[i],
                _ => reached[i] && p.eq_ignore_ascii_case(t),
            };
        }
        reached = next;
    }
    reached[text.len()]
}

#[test]
fn expansion_is_what_matching_every_name_gives() {
    let all: Vec<_> = catalog().actions().map(|a| (a.id(), a.full_name())).collect();
    for pattern in [
        "*",
        "**",
        "*:*",
        "s3:*",
        "S3:GET*",
        "s3:Get*Acl",
        "s3:*Object",
        "s3:GetObject",
        "s3:Get",
        "s3:?etObject",
        "s3:Get?bject*",
        "s3:**",
        "s3:*?",
        "s3*:*",
        "s3-*:Get*",
        "*:GetObject",
        "?3:*",
        "iam:*Role*",
        "ec2:Describe*",
        "*GetObject",
        "s3*Object",
        "*3:GetObject",
        "*Get*",
        "s3",
        "s3:",
        ":",
        ":*",
        "",
        "?",
        "s3:Get:*",
        "s3:*:*",
        "none:*",
        "account:*",
        "deepracer:*",
        "account:GetChallengeQuestions",
        "a*:*Challenge*",
        "s3:\u{e9}*",
    ] {
        let found = catalog().expand(pattern);
        let expected: Vec<ActionId> = all
            .iter()
            .filter(|(_, name)| defined(pattern.as_bytes(), name.as_bytes()))
            .map(|(id, _)| *id)
            .collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{pattern}");
        assert_eq!(found.len(), expected.len(), "{pattern}");
    }
}

#[test]
fn some_expansions_have_the_sizes_that_the_data_says() {
    assert_eq!(catalog().expand("*").len(), 22_321);
    assert_eq!(catalog().expand("s3:GetObject").len(), 1);
    assert_eq!(catalog().expand("deepracer:*").len(), 0);
    let service = catalog().service("s3").unwrap();
    assert_eq!(catalog().expand("s3:*").len(), service.actions().count());
}

#[test]
fn matching_any_counts_retired_actions_and_unknown_ones() {
    for (pattern, expected) in [
        ("s3:Get*", true),
        ("s3:GetObject", true),
        ("s3:Nothing", false),
        ("s3:Nothing*", false),
        ("deepracer:CreateCar", true),
        ("deepracer:Nothing", false),
        ("account:GetChallenge*", true),
        ("zocalo:Whatever", true),
        ("nothing:*", false),
        ("*:GetObject", true),
        ("*", true),
        ("", false),
        ("GetObject", false),
        ("*Questions", true),
    ] {
        assert_eq!(catalog().matches_any(pattern), expected, "{pattern}");
    }
}

#[test]
fn matching_live_leaves_out_what_is_retired() {
    for (pattern, expected) in [
        ("s3:Get*", true),
        ("s3:GetObject", true),
        ("s3:Nothing*", false),
        ("account:GetChallengeQuestions", false),
        ("account:GetChallenge*", false),
        ("account:Get*", true),
        ("deepracer:*", false),
        ("*:GetObject", true),
        ("*", true),
        ("*Questions", false),
    ] {
        assert_eq!(catalog().matches_live(pattern), expected, "{pattern}");
    }
}

#[test]
fn numbers_lead_back_to_actions() {
    for action in catalog().expand("s3:Get*").iter() {
        let action = catalog().action_by_id(action).unwrap();
        assert!(action.full_name().starts_with("s3:Get"));
        assert_eq!(catalog().action(&action.full_name()), Some(action));
    }
    assert!(catalog().action_by_id(ActionId(catalog().action_count() as u32)).is_none());
    assert!(catalog().action_by_id(ActionId(u32::MAX)).is_none());
}

#[test]
fn sets_behave_like_sets() {
    let numbers = |set: &ActionSet| set.iter().map(|id| id.0).collect::<BTreeSet<_>>();
    let patterns = ["s3:*", "s3:Get*", "*:Get*", "xray:*", "none:*", "*"];
    let sets: Vec<_> = patterns.map(|p| catalog().expand(p)).into();
    for a in &sets {
        for b in &sets {
            let (x, y) = (numbers(a), numbers(b));
            assert_eq!(numbers(&a.union(b)), x.union(&y).copied().collect());
            assert_eq!(numbers(&a.intersection(b)), x.intersection(&y).copied().collect());
            assert_eq!(numbers(&a.difference(b)), x.difference(&y).copied().collect());
            assert_eq!(a.is_subset(b), x.is_subset(&y));
            assert_eq!(a == b, x == y);
            assert_eq!(a.len(), x.len());
            assert_eq!(a.is_empty(), x.is_empty());
            assert!(a.iter().all(|id| a.contains(id)));
        }
    }
}

#[test]
fn a_set_takes_in_and_gives_out_single_actions() {
    let mut set = ActionSet::new();
    for number in [0, 63, 64, 65, 1_000] {
        set.insert(ActionId(number));
    }
    set.remove(ActionId(64));
    set.remove(ActionId(999_999));
    assert_eq!(set.iter().map(|id| id.0).collect::<Vec<_>>(), [0, 63, 65, 1_000]);
    assert!(set.contains(ActionId(63)) && !set.contains(ActionId(64)));
    assert_eq!(set, set.iter().collect());
}
