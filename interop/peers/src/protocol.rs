//! The input side of the line protocol: parses one command.

use std::net::SocketAddr;

use iroh::{EndpointId, endpoint::VarInt};

use crate::{failure::Failure, options::loopback, peer::varint};

/// Streams of one `echo-many`. iroh grants 100 at a time; the rest wait for credit.
const MAX_STREAMS: u64 = 100_000;

/// Keying material of one `export`.
const MAX_EXPORT_BYTES: u64 = 4096;

/// A command and the tag its answer carries.
pub struct Request {
    pub tag: Option<String>,
    pub action: Action,
}

pub enum Action {
    Dial {
        id: EndpointId,
        addrs: Vec<SocketAddr>,
        /// In order of preference; the first is the one asked for, the others are additional.
        alpns: Vec<String>,
    },
    /// What is done on a connection.
    On {
        conn: u64,
        job: Job,
    },
    Close {
        conn: u64,
        code: VarInt,
        reason: String,
    },
    WaitClosed {
        conn: u64,
    },
    Quit,
}

/// `line` is sent first on each stream, if it is there, so that a scripted peer knows its part.
pub enum Job {
    Echo {
        bytes: u64,
        line: Option<String>,
    },
    EchoMany {
        streams: u64,
        bytes: u64,
        line: Option<String>,
    },
    Uni {
        bytes: u64,
    },
    BiReset {
        code: VarInt,
        line: Option<String>,
    },
    BiStop {
        code: VarInt,
        line: Option<String>,
    },
    WaitStopped {
        line: Option<String>,
    },
    ReadUntilReset {
        line: Option<String>,
    },
    Call {
        bytes: u64,
        line: String,
    },
    /// Datagrams one after the other.
    Datagrams {
        bytes: u64,
        count: u64,
    },
    MaxDatagram,
    /// Keying material from the TLS exporter.
    Export {
        length: usize,
        label: String,
        context: Option<String>,
    },
    Stats,
}

/// A line that is no command. The tag is given where the line had one.
pub struct Refused {
    pub tag: Option<String>,
    pub failure: Failure,
}

pub fn parse(line: &str) -> Result<Request, Refused> {
    let mut words = Words { rest: line };
    let name = words.next().unwrap_or_default();
    let tag = match name {
        "close" | "quit" => None,
        _ => words.next().map(str::to_owned),
    };
    match action(name, &mut words) {
        Ok(action) => Ok(Request { tag, action }),
        Err(failure) => Err(Refused { tag, failure }),
    }
}

fn action(name: &str, words: &mut Words<'_>) -> Result<Action, Failure> {
    match name {
        "dial" => {
            let id = words.word("an endpoint id")?;
            let id = id.parse().map_err(|_| Failure::usage(format!("not an endpoint id: {id}")))?;
            let addrs = words.word("addresses")?.split(',').map(loopback).collect::<Result<_, _>>()?;
            let mut alpns = vec![words.word("an ALPN")?.to_owned()];
            while let Some(alpn) = words.next() {
                alpns.push(alpn.to_owned());
            }
            Ok(Action::Dial { id, addrs, alpns })
        }
        "close" => {
            let conn = words.number("a connection")?;
            let code = words.code()?;
            Ok(Action::Close { conn, code, reason: words.line().unwrap_or_default() })
        }
        "wait-closed" => Ok(Action::WaitClosed { conn: words.number("a connection")? }),
        "quit" => Ok(Action::Quit),
        _ => {
            let conn = words.number("a connection");
            let job = job(name, words)?;
            Ok(Action::On { conn: conn?, job })
        }
    }
}

fn job(name: &str, words: &mut Words<'_>) -> Result<Job, Failure> {
    Ok(match name {
        "echo" => Job::Echo { bytes: words.number("a number of bytes")?, line: words.line() },
        "echo-many" => {
            let streams = words.number("a number of streams")?;
            if streams > MAX_STREAMS {
                return Err(Failure::usage(format!("more than {MAX_STREAMS} streams")));
            }
            Job::EchoMany { streams, bytes: words.number("a number of bytes")?, line: words.line() }
        }
        "uni" => Job::Uni { bytes: words.number("a number of bytes")? },
        "bi-reset" => Job::BiReset { code: words.code()?, line: words.line() },
        "bi-stop" => Job::BiStop { code: words.code()?, line: words.line() },
        "wait-stopped" => Job::WaitStopped { line: words.line() },
        "read-until-reset" => Job::ReadUntilReset { line: words.line() },
        "call" => {
            let bytes = words.number("a number of bytes")?;
            let line = words.line().ok_or_else(|| Failure::usage("a script line is missing"))?;
            Job::Call { bytes, line }
        }
        "datagrams" => {
            Job::Datagrams { bytes: words.number("a number of bytes")?, count: words.number("a number of datagrams")? }
        }
        "max-datagram" => Job::MaxDatagram,
        "export" => export(words)?,
        "stats" => Job::Stats,
        _ => return Err(Failure::usage(format!("unknown command {name}"))),
    })
}

fn export(words: &mut Words<'_>) -> Result<Job, Failure> {
    let length = words.number("a number of bytes")?;
    if length > MAX_EXPORT_BYTES {
        return Err(Failure::usage(format!("more than {MAX_EXPORT_BYTES} bytes")));
    }
    Ok(Job::Export { length: length as usize, label: words.word("a label")?.to_owned(), context: words.line() })
}

/// The words of a line, and what follows them.
pub struct Words<'a> {
    pub rest: &'a str,
}

impl<'a> Words<'a> {
    pub fn next(&mut self) -> Option<&'a str> {
        let text = self.rest.trim_start();
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    pub fn word(&mut self, what: &str) -> Result<&'a str, Failure> {
        self.next().ok_or_else(|| Failure::usage(format!("{what} is missing")))
    }

    pub fn number(&mut self, what: &str) -> Result<u64, Failure> {
        let word = self.word(what)?;
        word.parse().map_err(|_| Failure::usage(format!("{what} is expected, not {word}")))
    }

    pub fn code(&mut self) -> Result<VarInt, Failure> {
        varint(self.number("a code")?)
    }

    /// Everything left over, if there is anything.
    pub fn line(&mut self) -> Option<String> {
        let text = self.rest.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}
