//! Globs that are too long to enumerate texts for, against derivatives of regular expressions.

use aws_smt_strings::regular_expressions::{ReManager, RegLan};
use keyaki_ir::glob::{self, Case};
use keyaki_test_support::differ::Dice;
use keyaki_test_support::differ::globs::value_is_left;

fn language(re: &mut ReManager, glob: &str) -> RegLan {
    let parts: Vec<RegLan> = glob
        .chars()
        .map(|c| match c {
            '*' => re.full(),
            '?' => re.all_chars(),
            c => re.char(u32::from(c)),
        })
        .collect();
    re.concat_list(parts)
}

/// Whether some text matches one glob and none of the others.
fn is_left(need: &str, avoid: &[&String]) -> bool {
    let re = &mut ReManager::new();
    let need = language(re, need);
    let avoid: Vec<RegLan> = avoid.iter().map(|glob| language(re, glob)).collect();
    let rest = re.diff_list(need, avoid);
    !re.is_empty_re(rest)
}

fn meet(one: &str, other: &str) -> bool {
    let re = &mut ReManager::new();
    let (one, other) = (language(re, one), language(re, other));
    let both = re.inter(one, other);
    !re.is_empty_re(both)
}

fn glob(dice: &mut Dice<'_>) -> String {
    let count = 1 + dice.below(9);
    (0..count).map(|_| dice.pick(&["a", "b", "a", "*", "*", "?", ":"])).collect()
}

#[test]
fn inclusion_intersection_and_difference_of_long_globs_are_as_derivatives_say() {
    let mut left = 0;
    for seed in 0..600 {
        let dice = &mut Dice::seeded(seed);
        let [one, two, three] = [glob(dice), glob(dice), glob(dice)];
        let within = glob::includes(&one, &two, Case::Sensitive);
        assert_eq!(within, !is_left(&two, &[&one]), "{one} includes {two}");
        let meets = glob::intersects(&one, &two, Case::Sensitive);
        assert_eq!(meets, meet(&one, &two), "{one} meets {two}");
        let expected = is_left(&one, &[&two, &three]);
        let answer = value_is_left(&one, [&two, &three]);
        assert_eq!(answer, Ok(expected), "{one} without {two} and {three}");
        left += u32::from(expected);
    }
    assert!((50..550).contains(&left), "{left}");
}
