//! Reading.

#[test]
fn nothing_gives_an_empty_snapshot() {
    let snapshot = keyaki_account::assemble(Vec::new(), keyaki_catalog::embedded());
    assert!(keyaki_account::coverage(&snapshot).is_empty());
    let _ = Some(1).expect("one");
}
