//! Policies as they are typed: every feature on every beginning of every text.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use keyaki_ide::{
    Document, TextRange, code_actions, complete, edits_of, folds, format, hints, hover, links,
    occurrences, selection, symbols, tokens,
};

use crate::fixture::{applied, document, named, whole};

/// Of so many places one is looked at: all of them take a minute without optimisation.
const STEP: usize = 5;

/// The policies under `testdata`.
fn policies() -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/policies");
    let mut paths = Vec::new();
    let mut open = vec![folder];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { open.push(path) } else { paths.push(path) }
        }
    }
    paths.sort();
    let texts = paths.iter().filter_map(|path| fs::read_to_string(path).ok());
    texts.filter(|text| text.len() < 1500).collect()
}

/// Whether a range is one of the text.
fn fits(document: &Document, range: TextRange) {
    let bytes = range.start as usize..range.end as usize;
    assert!(document.text().get(bytes).is_some(), "{range:?}");
}

/// Asks for all that can be asked of a place.
fn ask_at(document: &Document, offset: u32) {
    for item in complete(document, offset, &[]).items {
        fits(document, item.replace);
        assert!(item.replace.start <= offset && offset <= item.replace.end, "{item:?}");
        assert!(!item.replace.slice(document.text()).contains('\n'), "{item:?}");
    }
    hover(document, offset).iter().for_each(|hover| fits(document, hover.range));
    selection(document, offset).into_iter().for_each(|range| fits(document, range));
    occurrences(document, offset).into_iter().for_each(|range| fits(document, range));
}

/// Asks for all that can be asked of a whole text.
fn ask(document: &Document) {
    let fits = |range| fits(document, range);
    document.findings().iter().for_each(|finding| fits(finding.range()));
    tokens(document, whole(document)).iter().for_each(|token| fits(token.range));
    folds(document).iter().for_each(|fold| fits(fold.range));
    links(document).iter().for_each(|link| fits(link.range));
    hints(document, whole(document)).iter().for_each(|hint| fits(TextRange::empty(hint.offset)));
    for symbol in symbols(document) {
        fits(symbol.range);
        assert!(symbol.range.contains(symbol.selection), "{symbol:?}");
    }
    applied(document.text(), &format(document));
}

#[test]
fn everything_works_on_every_beginning() {
    let policies = policies();
    assert!(!policies.is_empty());
    for (number, text) in policies.iter().enumerate() {
        // The first ends elsewhere in each text, so that all kinds of places have their turn.
        for (end, _) in text.char_indices().skip(number % STEP).step_by(STEP) {
            let document = document(&text[..end]);
            ask(&document);
            ask_at(&document, end as u32);
        }
    }
}

/// The shortest managed policies of AWS.
fn managed_policies(number: usize) -> Vec<&'static str> {
    let all = keyaki_ide::catalog().managed_policies();
    let mut documents: Vec<_> = all.iter().map(|policy| policy.document).collect();
    documents.sort_by_key(|document| document.len());
    documents.truncate(number);
    documents
}

#[test]
fn two_hundred_policies_are_typed_letter_by_letter() {
    let policies = managed_policies(200);
    assert_eq!(policies.len(), 200);
    let type_all = |policies: &[&str]| {
        for text in policies {
            for (end, _) in text.char_indices() {
                let document = document(&text[..end]);
                document.findings().iter().for_each(|f| fits(&document, f.range()));
            }
        }
    };
    std::thread::scope(|scope| {
        policies.chunks(50).for_each(|part| {
            scope.spawn(|| type_all(part));
        });
    });
}

/// All findings with all that is in them.
fn seen(document: &Document) -> String {
    format!("{:?}", document.findings())
}

#[test]
fn a_text_that_is_typed_in_has_the_findings_of_one_that_is_opened() {
    for (number, text) in policies().iter().enumerate() {
        let mut last = Arc::new(document(text));
        last.findings();
        for (at, _) in text.char_indices().skip(number % 23).step_by(23) {
            let mut changed = last.text().to_owned();
            let letter = ["x", "", "\"", "}", ", \"Sid\": \"x\""][at % 5];
            let end = (at + at % 3).min(changed.len());
            let end = (at..=end).rev().find(|end| changed.is_char_boundary(*end)).unwrap_or(at);
            if !changed.is_char_boundary(at) {
                continue;
            }
            changed.replace_range(at..end, letter);
            let next = Arc::new(last.reread(&changed));
            assert_eq!(seen(&next), seen(&document(&changed)), "{changed}");
            // Sometimes another version comes before anybody asks.
            let skipped = last.reread(text);
            let back = next.reread(skipped.text());
            assert_eq!(seen(&back), seen(&document(text)));
            last = Arc::new(back);
        }
    }
}

#[test]
fn a_text_may_change_its_language_while_it_is_typed() {
    let template = "Statement:\n- Effect: Allow\n  Action: s3:GetObjct\n  Resource: '*'\n";
    let policy = "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"allow\"}}";
    let mut last = Arc::new(named("stack.template", template));
    for text in [policy, template, "", policy, policy] {
        last.findings();
        last = Arc::new(last.reread(text));
        assert_eq!(seen(&last), seen(&named("stack.template", text)), "{text}");
    }
}

#[test]
fn everything_works_at_every_place_of_a_whole_text() {
    for (number, text) in policies().iter().enumerate() {
        let document = document(text);
        ask(&document);
        for (offset, _) in text.char_indices().skip(number % STEP).step_by(2 * STEP) {
            ask_at(&document, offset as u32);
        }
    }
}

#[test]
fn every_action_gives_edits_that_apply() {
    for text in policies() {
        let document = document(&text);
        for action in code_actions(&document, whole(&document), &|_| true) {
            applied(&text, &edits_of(&document, action.id));
        }
    }
}

#[test]
fn a_text_without_a_policy_has_nothing_to_show() {
    for text in ["", "{}", "{\"name\": \"x\", \"version\": \"1\"}", "[1, 2", "no JSON at all"] {
        let document = document(text);
        assert!(document.findings().is_empty() && !document.holds_policy(), "{text}");
        assert!(symbols(&document).is_empty() && tokens(&document, whole(&document)).is_empty());
    }
}

#[test]
fn findings_appear_while_a_policy_is_still_broken() {
    let text = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:GetObjct\"";
    let rules: Vec<_> = document(text).findings().iter().map(|f| f.rule.name).collect();
    assert!(rules.contains(&"json-syntax-error") && rules.contains(&"invalid-action"), "{rules:?}");
}
