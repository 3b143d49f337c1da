//! The output side of the line protocol: a name, then `key=value` pairs, on one line of stdout.

use std::{
    fmt::{Display, Write as _},
    io::Write as _,
};

/// An event under construction. Its fields are written in the order of the calls.
#[must_use]
pub struct Event {
    text: String,
}

impl Event {
    pub fn new(name: &str) -> Self {
        Self { text: name.to_owned() }
    }

    /// Adds a value that contains neither spaces nor quotation marks.
    pub fn with(mut self, key: &str, value: impl Display) -> Self {
        write!(self.text, " {key}={value}").expect("a String takes everything");
        self
    }

    /// Adds the value if there is one.
    pub fn maybe(self, key: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Adds any text: in quotation marks, and with an escape for all that would end it or the line.
    pub fn text(self, key: &str, value: &str) -> Self {
        let escaped: String = value.chars().flat_map(char::escape_debug).collect();
        self.with(key, format_args!("\"{escaped}\""))
    }

    /// Writes the line and flushes it. A test that has closed our stdout is gone, and the peer with it.
    pub fn emit(mut self) {
        self.text.push('\n');
        let mut out = std::io::stdout().lock();
        if out.write_all(self.text.as_bytes()).and_then(|()| out.flush()).is_err() {
            std::process::exit(4);
        }
    }
}

/// Values with commas between them, or `-` where there are none.
pub fn list(values: impl IntoIterator<Item = impl Display>) -> String {
    let texts: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    if texts.is_empty() {
        "-".to_owned()
    } else {
        texts.join(",")
    }
}
