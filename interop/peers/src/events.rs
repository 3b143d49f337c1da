//! The output side of the line protocol: one JSON object per line on stdout.

use std::{fmt::Write as _, io::Write as _};

use crate::failure::Failure;

/// An event under construction. Its fields are written in the order of the calls, `ev` first.
pub struct Event {
    text: String,
}

impl Event {
    pub fn new(name: &str) -> Self {
        Self::object().text("ev", name)
    }

    /// An object inside an event.
    pub fn object() -> Self {
        Self { text: String::from("{") }
    }

    pub fn text(mut self, key: &str, value: &str) -> Self {
        self.key(key);
        quote(&mut self.text, value);
        self
    }

    pub fn number(mut self, key: &str, value: u64) -> Self {
        self.key(key);
        write!(self.text, "{value}").expect("a String takes everything");
        self
    }

    pub fn flag(mut self, key: &str, value: bool) -> Self {
        self.key(key);
        self.text.push_str(if value { "true" } else { "false" });
        self
    }

    pub fn texts(mut self, key: &str, values: impl IntoIterator<Item = String>) -> Self {
        self.key(key);
        self.text.push('[');
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            quote(&mut self.text, &value);
        }
        self.text.push(']');
        self
    }

    pub fn objects(mut self, key: &str, values: impl IntoIterator<Item = Event>) -> Self {
        self.key(key);
        self.text.push('[');
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.text.push_str(&value.text);
            self.text.push('}');
        }
        self.text.push(']');
        self
    }

    pub fn tag(self, tag: Option<&str>) -> Self {
        match tag {
            Some(tag) => self.text("tag", tag),
            None => self,
        }
    }

    /// Adds the structure of an error: `kind`, and where known `code`, `by` and `reason`; `what` is for people.
    pub fn failure(mut self, failure: &Failure) -> Self {
        self = self.text("kind", failure.kind);
        if let Some(code) = failure.code {
            self = self.number("code", code);
        }
        if let Some(by) = failure.by {
            self = self.text("by", by);
        }
        if let Some(reason) = &failure.reason {
            self = self.text("reason", reason);
        }
        self.text("what", &failure.what)
    }

    /// Writes the line and flushes it. A test that has closed our stdout is gone, and the peer with it.
    pub fn emit(mut self) {
        self.text.push_str("}\n");
        let mut out = std::io::stdout().lock();
        if out.write_all(self.text.as_bytes()).and_then(|()| out.flush()).is_err() {
            std::process::exit(4);
        }
    }

    fn key(&mut self, key: &str) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        quote(&mut self.text, key);
        self.text.push(':');
    }
}

fn quote(out: &mut String, value: &str) {
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control < ' ' => {
                write!(out, "\\u{:04x}", control as u32).expect("a String takes everything");
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
