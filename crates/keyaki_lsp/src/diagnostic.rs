//! Findings as diagnostics.

use keyaki_ide::{Document, Finding, Level, Nature, Proofs, nature, rule_page};
use serde_json::json;
use tower_lsp_server::gen_lsp_types as lsp;

use crate::client_traits::ClientTraits;
use crate::position::Lines;
use crate::snapshot::Snapshot;

/// The name under which diagnostics are shown.
const SOURCE: &str = "keyaki";

/// Of a finding with more places than this, the others are left out.
const MOST_RELATED: usize = 20;

/// Of one text, only so many findings are told: no editor shows more of them, and what they would
/// take to send is time in which nothing else is sent.
const MOST_DIAGNOSTICS: usize = 1000;

/// Where a document is, and who asks about it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) uri: &'a lsp::Uri,
    pub(crate) lines: &'a Lines,
    pub(crate) client: &'a ClientTraits,
}

/// The diagnostics of an open text.
pub(crate) fn diagnostics(snapshot: &Snapshot) -> Vec<lsp::Diagnostic> {
    let mut all = of_document(snapshot.document(), &place(snapshot));
    let proved = snapshot.proofs().map(Proofs::findings).unwrap_or_default();
    all.extend(proved.iter().map(|finding| diagnostic(snapshot, finding)));
    all
}

/// The diagnostics of a document.
pub(crate) fn of_document(document: &Document, place: &Place<'_>) -> Vec<lsp::Diagnostic> {
    let findings = document.findings();
    if findings.len() <= MOST_DIAGNOSTICS {
        return findings.iter().map(|finding| one(place, finding)).collect();
    }
    let mut gravest: Vec<&Finding> = findings.iter().collect();
    gravest.sort_by_key(|finding| finding.level);
    gravest.truncate(MOST_DIAGNOSTICS - 1);
    gravest.sort_by_key(|finding| finding.range());
    let rest = findings.len() - gravest.len();
    let told = gravest.into_iter().map(|finding| one(place, finding));
    std::iter::once(untold(rest)).chain(told).collect()
}

/// That there are more findings.
fn untold(number: usize) -> lsp::Diagnostic {
    lsp::Diagnostic {
        range: lsp::Range::default(),
        severity: Some(lsp::DiagnosticSeverity::Information),
        code: None,
        code_description: None,
        source: Some(SOURCE.to_owned()),
        message: lsp::Message::String(format!("{number} further findings are not shown here")),
        tags: None,
        related_information: None,
        data: None,
    }
}

/// One finding of an open text as a diagnostic.
pub(crate) fn diagnostic(snapshot: &Snapshot, finding: &Finding) -> lsp::Diagnostic {
    one(&place(snapshot), finding)
}

fn place(snapshot: &Snapshot) -> Place<'_> {
    Place { uri: &snapshot.uri, lines: &snapshot.lines, client: &snapshot.client }
}

fn one(place: &Place<'_>, finding: &Finding) -> lsp::Diagnostic {
    let page = rule_page(finding.rule).map(|url| lsp::CodeDescription { href: url.into() });
    let pointer = finding.place().map(|place| place.pointer.as_str()).unwrap_or_default();
    lsp::Diagnostic {
        range: place.lines.range(finding.range()),
        severity: Some(severity(finding.level)),
        code: Some(lsp::Code::String(finding.rule.name.to_owned())),
        code_description: page,
        source: Some(SOURCE.to_owned()),
        message: lsp::Message::String(message(finding)),
        tags: nature(finding.rule).map(|nature| vec![tag(nature)]),
        related_information: related(place, finding),
        data: Some(json!({ "rule": finding.rule.name, "pointer": pointer })),
    }
}

fn severity(level: Level) -> lsp::DiagnosticSeverity {
    match level {
        Level::Error => lsp::DiagnosticSeverity::Error,
        Level::Security | Level::Warning => lsp::DiagnosticSeverity::Warning,
        Level::Suggestion => lsp::DiagnosticSeverity::Information,
    }
}

fn tag(nature: Nature) -> lsp::DiagnosticTag {
    match nature {
        Nature::Unnecessary => lsp::DiagnosticTag::Unnecessary,
        Nature::Deprecated => lsp::DiagnosticTag::Deprecated,
    }
}

/// What is wrong, then why and what to do, each on a line.
fn message(finding: &Finding) -> String {
    let notes = finding.notes.iter().map(String::as_str);
    std::iter::once(finding.message.as_str()).chain(notes).collect::<Vec<_>>().join("\n")
}

fn related(place: &Place<'_>, finding: &Finding) -> Option<Vec<lsp::DiagnosticRelatedInformation>> {
    let others = finding.places.get(1..).unwrap_or_default();
    if others.is_empty() || !place.client.has_related_information {
        return None;
    }
    let information = |other: &keyaki_ide::Place| lsp::DiagnosticRelatedInformation {
        location: lsp::Location { uri: place.uri.clone(), range: place.lines.range(other.range) },
        message: if other.label.is_empty() { "here".to_owned() } else { other.label.clone() },
    };
    Some(others.iter().take(MOST_RELATED).map(information).collect())
}

/// The answer to an editor that asks for diagnostics and has those of `previous`.
pub(crate) fn report(snapshot: &Snapshot, previous: Option<&str>) -> lsp::DocumentDiagnosticReport {
    let is_proved = snapshot.proofs().is_some_and(|proofs| !proofs.findings().is_empty());
    let result_id = format!("{}{}", snapshot.revision, if is_proved { "-proved" } else { "" });
    if previous == Some(&*result_id) {
        let report = lsp::UnchangedDocumentDiagnosticReport { result_id };
        return lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: report,
        }
        .into();
    }
    full(Some(result_id), diagnostics(snapshot))
}

/// The answer about a text that is not open.
pub(crate) fn nothing() -> lsp::DocumentDiagnosticReport {
    full(None, Vec::new())
}

fn full(result_id: Option<String>, items: Vec<lsp::Diagnostic>) -> lsp::DocumentDiagnosticReport {
    lsp::RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport { result_id, items },
    }
    .into()
}
