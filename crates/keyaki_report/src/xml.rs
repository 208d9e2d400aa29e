//! Text inside XML 1.0 (<https://www.w3.org/TR/xml/>).

use std::fmt;

/// A text as the value of an attribute, or between tags. Characters that XML has no way to write
/// are shown as U+FFFD.
pub(crate) struct Escaped<'t>(pub(crate) &'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\n' => f.write_str("&#10;")?,
                '\r' => f.write_str("&#13;")?,
                '\t' => f.write_str("&#9;")?,
                '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => f.write_str("\u{fffd}")?,
                _ => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Escaped;

    #[test]
    fn markup_and_what_xml_cannot_hold_are_written_otherwise() {
        let text = Escaped("<a b=\"c\"> & \n\u{1b}é").to_string();
        assert_eq!(text, "&lt;a b=&quot;c&quot;&gt; &amp; &#10;\u{fffd}é");
    }
}
