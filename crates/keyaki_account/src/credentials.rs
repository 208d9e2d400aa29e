//! Credential reports: CSV, or the answer of `aws iam get-credential-report` with it inside.

use std::sync::Arc;

use keyaki_ir::date::Instant;
use keyaki_syntax::Value;

use crate::fragment::{Fragment, Piece};
use crate::json::{self, instant};
use crate::resource::account_of;
use crate::{AccessKey, Credentials, Format};

/// What the first line of a report begins with.
pub(crate) const HEAD: &str = "user,arn,user_creation_time";

/// The report in an answer: plain, or in base64 as the command-line tool prints it.
pub(crate) fn content(root: Value<'_>) -> Option<String> {
    let text = json::text(root, "Content")?;
    if text.starts_with(HEAD) {
        return Some(text.to_owned());
    }
    String::from_utf8(base64(text)?).ok().filter(|t| t.starts_with(HEAD))
}

/// A report as CSV.
pub(crate) fn read(file: &Arc<str>, text: &str) -> Fragment {
    let mut fragment = Fragment::new(file, Format::CredentialReport);
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    for (number, line) in lines.enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let cells: Vec<&str> = line.split(',').collect();
        if cells.len() != names.len() {
            let message =
                format!("line {} has {} cells of {}", number + 2, cells.len(), names.len());
            fragment.remark(message, "unused passwords and access keys");
            continue;
        }
        let cell = |name: &str| {
            let at = names.iter().position(|n| *n == name)?;
            cells.get(at).copied()
        };
        add(&mut fragment, file, &cell);
    }
    fragment
}

/// A report as a list of objects, one for each line.
pub(crate) fn read_rows<'t>(
    file: &Arc<str>,
    rows: impl Iterator<Item = Value<'t>>,
    fragment: &mut Fragment,
) {
    for row in rows {
        let cell = |name: &str| json::text(row, name);
        add(fragment, file, &cell);
    }
}

fn add<'c>(fragment: &mut Fragment, file: &Arc<str>, cell: &dyn Fn(&str) -> Option<&'c str>) {
    let Some(arn) = cell("arn").filter(|a| account_of(a).is_some()) else {
        return fragment.remark("a line without an ARN", "unused passwords and access keys");
    };
    let truth = |name: &str| match cell(name) {
        // Spreadsheets write them in capitals.
        Some(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Some(_) | None => None,
    };
    let time = |name: &str| cell(name).and_then(instant);
    let key = |number: u8| {
        let member = |part: &str| format!("access_key_{number}_{part}");
        let is_active = truth(&member("active"))?;
        let rotated: Option<Instant> = time(&member("last_rotated"));
        let used = time(&member("last_used_date"));
        (is_active || rotated.is_some()).then_some(AccessKey { number, is_active, rotated, used })
    };
    let credentials = Credentials {
        has_password: truth("password_enabled"),
        password_used: time("password_last_used"),
        password_changed: time("password_last_changed"),
        has_mfa: truth("mfa_active"),
        keys: [1, 2].into_iter().filter_map(key).collect(),
        file: file.clone(),
    };
    let created = time("user_creation_time");
    let arn = arn.to_owned();
    fragment.pieces.push(Piece::Credentials { arn, created, credentials: Box::new(credentials) });
}

/// Base64 with or without padding and line ends; none for another text.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in text.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = (held << 6 | u32::from(value)) & 0xFFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xFF) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_with_and_without_padding() {
        assert_eq!(base64("dXNlcixhcm4="), Some(b"user,arn".to_vec()));
        assert_eq!(base64("dXNlcixh\ncm4"), Some(b"user,arn".to_vec()));
        assert_eq!(base64("user,arn"), None);
    }
}
