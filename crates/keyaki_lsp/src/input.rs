//! Standard input, without what is no message.
//!
//! The transport ends at the first thing that it cannot read, and an editor would have to start the
//! server anew. Here a thread reads message by message and passes on those that are ones.

use std::io::{self, BufRead, Read};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower_lsp_server::jsonrpc::{Request, Response};

/// No header line is longer.
const LONGEST_LINE: u64 = 4096;

/// No message is longer: an editor that holds a text of this length has other troubles.
const LONGEST_MESSAGE: u64 = 1 << 30;

const LENGTH: &[u8] = b"content-length:";

/// The messages of standard input, each with its header.
pub(crate) struct Input {
    messages: UnboundedReceiver<Vec<u8>>,
    /// The message that is being read.
    message: Vec<u8>,
    /// How much of it was read.
    done: usize,
}

impl Input {
    /// Starts to read standard input.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(crate) fn start() -> io::Result<Input> {
        let (sender, messages) = unbounded_channel();
        let read = move || pass_on(&mut io::stdin().lock(), &sender);
        thread::Builder::new().name("input".to_owned()).spawn(read)?;
        Ok(Input { messages, message: Vec::new(), done: 0 })
    }
}

impl AsyncRead for Input {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.done == self.message.len() {
            match self.messages.poll_recv(context) {
                Poll::Ready(Some(message)) => (self.message, self.done) = (message, 0),
                // An end without bytes is the end of the input.
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Pending => return Poll::Pending,
            }
        }
        let rest = self.message.get(self.done..).unwrap_or_default();
        let length = rest.len().min(buffer.remaining());
        buffer.put_slice(rest.get(..length).unwrap_or_default());
        self.done += length;
        Poll::Ready(Ok(()))
    }
}

/// Passes on messages until the input ends or nobody wants them.
fn pass_on(input: &mut impl BufRead, sender: &UnboundedSender<Vec<u8>>) {
    while let Ok(Some(body)) = next_body(input) {
        if !is_message(&body) {
            continue;
        }
        let mut message = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        message.extend(body);
        if sender.send(message).is_err() {
            return;
        }
    }
}

/// The body of the next message; none at the end of the input.
fn next_body(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        length = content_length(&line).or(length);
        let is_end = line.iter().all(u8::is_ascii_whitespace);
        match length.filter(|length| *length <= LONGEST_MESSAGE) {
            Some(length) if is_end => {
                let mut body = Vec::new();
                input.by_ref().take(length).read_to_end(&mut body)?;
                return Ok(Some(body));
            }
            Some(_) | None => {}
        }
    }
}

/// The length that a header line gives, whatever was left over before it.
fn content_length(line: &[u8]) -> Option<u64> {
    let named = line.windows(LENGTH.len()).rposition(|w| w.eq_ignore_ascii_case(LENGTH))?;
    let value = std::str::from_utf8(line.get(named + LENGTH.len()..)?).ok()?;
    value.trim().parse().ok()
}

fn is_message(body: &[u8]) -> bool {
    serde_json::from_slice::<Request>(body).is_ok()
        || serde_json::from_slice::<Response>(body).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bodies of the messages in an input.
    fn bodies(mut input: &[u8]) -> Vec<String> {
        let (sender, mut messages) = unbounded_channel();
        pass_on(&mut input, &sender);
        drop(sender);
        let body = |message: Vec<u8>| {
            let text = String::from_utf8(message).unwrap_or_default();
            text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
        };
        std::iter::from_fn(|| messages.blocking_recv()).map(body).collect()
    }

    #[test]
    fn what_is_no_message_is_left_out() {
        let good = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        let framed = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
        for bad in [
            String::new(),
            "noise".to_owned(),
            framed("hello"),
            framed("{}"),
            framed("[1]"),
            framed("{\"jsonrpc\":\"2.0\",\"method\":7}"),
            "Content-Length: x\r\n\r\n".to_owned(),
            "Content-Length: 99999999999\r\n\r\n".to_owned(),
            "\r\n\r\n\n".to_owned(),
            "x".repeat(10_000),
        ] {
            let input = format!("{bad}{}", framed(good));
            assert_eq!(bodies(input.as_bytes()), [good], "{bad}");
        }
    }

    #[test]
    fn other_headers_and_the_order_of_headers_do_not_matter() {
        let good = r#"{"jsonrpc":"2.0","id":1,"result":null}"#;
        let length = good.len();
        let input = format!("Content-Type: x\r\ncontent-length: {length}\r\nA: b\r\n\r\n{good}");
        assert_eq!(bodies(input.as_bytes()), [good]);
    }

    #[test]
    fn a_message_that_is_cut_off_is_none() {
        assert_eq!(bodies(b"Content-Length: 40\r\n\r\n{\"jsonrpc\":\"2.0\""), Vec::<String>::new());
        assert_eq!(bodies(b"Content-Le"), Vec::<String>::new());
    }
}
