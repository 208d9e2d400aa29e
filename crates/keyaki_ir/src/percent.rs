//! Text in which a mark before two hexadecimal digits stands for a byte.

/// The text that a percent-encoded one stands for; a broken escape stands for itself.
pub fn decoded(text: &str) -> String {
    unescaped(text, b'%')
}

/// A text in which a mark before two hexadecimal digits stands for a byte.
pub fn unescaped(text: &str, mark: u8) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = (byte == mark).then(|| text.get(at + 1..at + 3)).flatten();
        match escape.and_then(|e| u8::from_str_radix(e, 16).ok()) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
