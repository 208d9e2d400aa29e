//! The page of a rule: what is known of it, and its documentation.

use keyaki_diag::{Persona, RuleMeta};
use keyaki_ir::PolicyKind;

use crate::Rule;
use crate::setting::Takes;

impl Rule {
    /// The rule's page, as Markdown.
    pub fn page(&self) -> String {
        let kinds: Vec<&str> = self.kinds.iter().map(PolicyKind::name).collect();
        let kinds = match kinds.len() {
            n if n == PolicyKind::ALL.len() => "all".to_owned(),
            _ => kinds.join(", "),
        };
        let mut facts = format!("- policies: {kinds}\n");
        match self.meta.persona {
            Persona::Regular => {}
            Persona::Pedantic | Persona::Auditor => {
                facts += &format!("- runs with: --persona {}\n", self.meta.persona.name());
            }
        }
        if self.asks() {
            facts += "- decided by: proof\n";
        }
        for setting in self.settings {
            let takes = match setting.takes {
                Takes::Number => "a number",
                Takes::Texts => "a list of texts",
            };
            facts += &format!("- setting `{}`, {takes}: {}\n", setting.name, setting.about);
        }
        page(&self.meta, &facts)
    }
}

/// The page of what is known of findings, with facts in lines of their own.
pub fn page(meta: &RuleMeta, facts: &str) -> String {
    let (level, confidence) = (meta.level.name(), meta.confidence.name());
    let mut facts = format!("- level: {level}\n- confidence: {confidence}\n{facts}");
    if let Some(code) = meta.aws_code {
        facts += &format!("- AWS code: {code}\n");
    }
    if !meta.replaces.is_empty() {
        facts += &format!("- replaces: {}\n", meta.replaces.join(", "));
    }
    format!("# {}\n\n{facts}\n{}\n", meta.name, meta.page().trim())
}
