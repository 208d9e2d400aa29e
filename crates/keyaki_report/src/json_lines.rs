//! One JSON object for each finding, one on a line: the finding of the JSON format with its
//! version, path, document and kind.

use std::io::{self, Write};

use keyaki_diag::Finding;
use serde_json::{Value, json};

use crate::{Document, File, Report, json};

pub(crate) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        for (document, finding) in file.findings() {
            writeln!(out, "{}", line(file, document, finding))?;
        }
    }
    Ok(())
}

fn line(file: &File<'_>, document: &Document<'_>, finding: &Finding) -> Value {
    let mut line = json!({
        "version": json::VERSION,
        "path": file.path,
        "document": document.pointer,
        "kind": document.kind,
    });
    if let (Some(line), Value::Object(rest)) = (line.as_object_mut(), json::finding(file, finding))
    {
        line.extend(rest);
    }
    line
}
