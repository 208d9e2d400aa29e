//! Settings, as the editor sends them.
//!
//! They come with `initialize`, with `workspace/didChangeConfiguration`, or as the answer to our
//! question, always under the same names.

use keyaki_ide::Choices;
use serde_json::Value;

/// The section of the editor's settings that is ours.
pub(crate) const SECTION: &str = "keyaki";

/// The choices of a section.
pub(crate) fn choices(section: &Value) -> Choices {
    let text = |name: &str| section.get(name).and_then(Value::as_str).map(str::to_owned);
    let texts = |name: &str| {
        let list = section.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    Choices {
        persona: text("persona"),
        select: texts("select"),
        ignore: texts("ignore"),
        kind: text("kind"),
        proofs: section.get("proofs").and_then(Value::as_bool),
    }
}

/// Our section of settings that may hold those of others, too.
pub(crate) fn section(settings: &Value) -> &Value {
    settings.get(SECTION).unwrap_or(settings)
}
