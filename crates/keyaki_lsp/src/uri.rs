//! Between addresses and paths.

use std::path::{Path, PathBuf};

use tower_lsp_server::gen_lsp_types::Uri;

/// The path that an address names. Other schemes than `file` keep what follows the scheme: it still
/// tells the file's name and folder.
pub(crate) fn path_of(uri: &Uri) -> PathBuf {
    let rest = uri.0.split_once(':').map_or(&*uri.0, |(_, rest)| rest);
    let rest = match rest.strip_prefix("//") {
        // What stands before the first slash is the host.
        Some(rest) => rest.get(rest.find('/').unwrap_or(rest.len())..).unwrap_or(""),
        None => rest,
    };
    let path = decoded(rest);
    let is_drive = |path: &str| path.as_bytes().get(2) == Some(&b':');
    match path.strip_prefix('/') {
        Some(drive) if cfg!(windows) && is_drive(&path) => PathBuf::from(drive),
        Some(_) | None => PathBuf::from(path),
    }
}

/// The path that an address names. Where the name leaves the language open, as that of a text which
/// was never saved does, it ends as names of the editor's language do.
pub(crate) fn path_in(uri: &Uri, language: &str) -> PathBuf {
    let path = path_of(uri);
    let extension = match language {
        "yaml" | "cloudformation" | "yaml-cloudformation" => "yaml",
        "terraform" | "opentofu" => "tf",
        _ => return path,
    };
    if path.extension().is_some() { path } else { path.with_extension(extension) }
}

/// The address of a path.
pub(crate) fn uri_of(path: &Path) -> Uri {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let text = path.to_string_lossy().replace('\\', "/");
    let slash = if text.starts_with('/') { "" } else { "/" };
    Uri(format!("file://{slash}{}", encoded(&text)))
}

pub(crate) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3).filter(|_| byte == b'%');
        let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(value.unwrap_or(byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

pub(crate) fn encoded(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/:@!$&'()*+,;=".contains(&b);
    let encode = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    path.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_paths() {
        let path = |uri: &str| path_of(&Uri(uri.to_owned()));
        assert_eq!(path("file:///a/b%20c/%C3%A9.json"), Path::new("/a/b c/é.json"));
        assert_eq!(path("untitled:Untitled-1"), Path::new("Untitled-1"));
        let new = Uri("untitled:Untitled-1".to_owned());
        assert_eq!(path_in(&new, "yaml"), Path::new("Untitled-1.yaml"));
        assert_eq!(path_in(&new, "json"), Path::new("Untitled-1"));
        let named = Uri("file:///a/b.json".to_owned());
        assert_eq!(path_in(&named, "yaml"), Path::new("/a/b.json"));
        assert_eq!(path("git:/a/scp/x.json?%7B"), Path::new("/a/scp/x.json?{"));
        assert_eq!(path("file://host/a%2"), Path::new("/a%2"));
        assert_eq!(path(""), Path::new(""));
    }

    #[cfg(unix)]
    #[test]
    fn paths_lead_to_addresses_and_back() {
        let path = Path::new("/a b/é#?.json");
        assert_eq!(uri_of(path).0, "file:///a%20b/%C3%A9%23%3F.json");
        assert_eq!(path_of(&uri_of(path)), path);
    }
}
