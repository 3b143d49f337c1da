//! The input side of the line protocol: parses one command.

use std::{net::SocketAddr, ops::RangeInclusive, time::Duration};

use data_encoding::HEXLOWER_PERMISSIVE;
use noq_proto::{PathId, PathStatus, VarInt};

use crate::{
    frames,
    impair::Way,
    options::{loopback, number},
};

/// More do not fit into the largest UDP payload.
const MAX_INJECTED_BYTES: usize = 65_000;

pub enum Command {
    Open {
        local: Option<SocketAddr>,
        remote: SocketAddr,
        status: PathStatus,
    },
    Abandon {
        path: PathId,
        code: VarInt,
    },
    Status {
        path: PathId,
        status: PathStatus,
    },
    KeyUpdate,
    KeyUpdateEvery(Option<u64>),
    Send(u64),
    Datagram(usize),
    Ping(PathId),
    Rebind {
        path: PathId,
        local: Option<SocketAddr>,
    },
    Listen(SocketAddr),
    /// Of all paths, or of one.
    Impair {
        way: Ways,
        path: Option<PathId>,
        change: Change,
    },
    Unimpair,
    Frame {
        path: PathId,
        bytes: Vec<u8>,
        alone: bool,
    },
    /// From here to there, if a way is given.
    Packet {
        path: PathId,
        number: u64,
        bytes: Vec<u8>,
        id: Option<u64>,
        way: Option<(SocketAddr, SocketAddr)>,
    },
    Skip {
        path: PathId,
        count: u64,
    },
    Watch(RangeInclusive<u64>),
    Unwatch,
    AddAddress(SocketAddr),
    RemoveAddress(SocketAddr),
    Addresses,
    NatRound,
    MaxPaths(u32),
    NetworkChange,
    Paths,
    Frames,
    Counters,
    Use(u64),
    Close {
        code: VarInt,
        reason: String,
    },
    Quit,
}

/// One of the rules of what happens to datagrams.
#[derive(Clone, Copy)]
pub enum Change {
    Mute(bool),
    Drop { percent: f64, seed: u64 },
    Duplicate { percent: f64, seed: u64 },
    Delay(Duration),
    Reorder { percent: f64, late: Duration, seed: u64 },
}

#[derive(Clone, Copy)]
pub struct Ways(pub &'static [Way]);

const BOTH: Ways = Ways(&[Way::In, Way::Out]);

/// What separates a malformed command from a good one.
type Parsed<T> = Result<T, String>;

pub fn parse(line: &str) -> Parsed<Command> {
    let mut words = Words(line.split_ascii_whitespace());
    let name = words.word("a command")?;
    let command = match name {
        "mute" | "unmute" | "drop" | "duplicate" | "delay" | "reorder" => impairment(name, &mut words)?,
        "clear" => Command::Unimpair,
        "open" | "abandon" | "status" | "ping" | "rebind" | "paths" | "max-paths" | "network-change" | "listen" => {
            path_command(name, &mut words)?
        }
        "frame" => {
            Command::Frame { path: words.path()?, bytes: hex(words.word("bytes")?)?, alone: words.flag("alone")? }
        }
        "packet" => Command::Packet {
            path: words.path()?,
            number: VarInt::into_inner(words.code()?),
            bytes: hex(words.word("bytes")?)?,
            id: words.0.next().filter(|word| *word != "-").map(number).transpose()?,
            way: words.way()?,
        },
        "skip" => Command::Skip { path: words.path()?, count: words.number("a count")? },
        "watch" => Command::Watch(watched(words.word("a frame type, or all")?)?),
        "unwatch" => Command::Unwatch,
        "add-address" => Command::AddAddress(loopback(words.word("an address")?)?),
        "remove-address" => Command::RemoveAddress(loopback(words.word("an address")?)?),
        "addresses" => Command::Addresses,
        "nat-round" | "reach-out" => Command::NatRound,
        "key-update" => Command::KeyUpdate,
        "key-update-every" => Command::KeyUpdateEvery(Some(words.number("packets")?).filter(|every| *every > 0)),
        "send" => Command::Send(words.number("bytes")?),
        "datagram" => Command::Datagram(words.number("bytes")?),
        "frames" => Command::Frames,
        "counters" => Command::Counters,
        "use" => Command::Use(words.number("a connection")?),
        "close" => Command::Close { code: words.code()?, reason: words.rest() },
        "quit" => Command::Quit,
        _ => return Err(format!("no such command: {name}")),
    };
    match words.0.next() {
        None => Ok(command),
        Some(word) => Err(format!("too much: {word}")),
    }
}

fn path_command(name: &str, words: &mut Words<'_>) -> Parsed<Command> {
    Ok(match name {
        "open" => Command::Open {
            local: local(words.word("a local address, or -")?)?,
            remote: loopback(words.word("a remote address")?)?,
            status: words.0.next().map_or(Ok(PathStatus::Available), status)?,
        },
        "abandon" => Command::Abandon { path: words.path()?, code: words.code()? },
        "status" => Command::Status { path: words.path()?, status: status(words.word("a status")?)? },
        "ping" => Command::Ping(words.path()?),
        "rebind" => Command::Rebind { path: words.path()?, local: words.0.next().map_or(Ok(None), local)? },
        "max-paths" => Command::MaxPaths(words.number("a count")?),
        "network-change" => Command::NetworkChange,
        "listen" => Command::Listen(loopback(words.word("an address")?)?),
        _ => Command::Paths,
    })
}

fn impairment(name: &str, words: &mut Words<'_>) -> Parsed<Command> {
    // These two name the path first.
    if let "mute" | "unmute" = name {
        let path = words.path_or_all()?;
        let way = words.0.next().map_or(Ok(BOTH), ways)?;
        return Ok(Command::Impair { way, path, change: Change::Mute(name == "mute") });
    }
    let change = match name {
        "drop" => Change::Drop { percent: words.percent()?, seed: words.number("a seed")? },
        "duplicate" => Change::Duplicate { percent: words.percent()?, seed: words.number("a seed")? },
        "delay" => Change::Delay(words.millis()?),
        _ => Change::Reorder { percent: words.percent()?, late: words.millis()?, seed: words.number("a seed")? },
    };
    let way = words.0.next().map_or(Ok(BOTH), ways)?;
    let path = words.0.next().map_or(Ok(None), path_or_all)?;
    Ok(Command::Impair { way, path, change })
}

struct Words<'a>(std::str::SplitAsciiWhitespace<'a>);

impl<'a> Words<'a> {
    fn word(&mut self, what: &str) -> Parsed<&'a str> {
        self.0.next().ok_or_else(|| format!("{what} is missing"))
    }

    fn number<N: std::str::FromStr>(&mut self, what: &str) -> Parsed<N> {
        number(self.word(what)?)
    }

    fn path(&mut self) -> Parsed<PathId> {
        self.number::<u32>("a path").map(PathId::from)
    }

    fn path_or_all(&mut self) -> Parsed<Option<PathId>> {
        path_or_all(self.word("a path, or all")?)
    }

    fn code(&mut self) -> Parsed<VarInt> {
        VarInt::from_u64(self.number("a code")?).map_err(|error| error.to_string())
    }

    fn percent(&mut self) -> Parsed<f64> {
        match self.number("percent")? {
            percent if (0.0..=100.0).contains(&percent) => Ok(percent),
            _ => Err("percent goes from 0 to 100".to_owned()),
        }
    }

    fn millis(&mut self) -> Parsed<Duration> {
        self.number::<u32>("milliseconds").map(|millis| Duration::from_millis(millis.into()))
    }

    /// A remote and a local address, or neither.
    fn way(&mut self) -> Parsed<Option<(SocketAddr, SocketAddr)>> {
        match self.0.next() {
            None => Ok(None),
            Some(remote) => Ok(Some((loopback(remote)?, loopback(self.word("a local address")?)?))),
        }
    }

    fn flag(&mut self, name: &str) -> Parsed<bool> {
        match self.0.next() {
            None => Ok(false),
            Some(word) if word == name => Ok(true),
            Some(word) => Err(format!("not {name}: {word}")),
        }
    }

    fn rest(&mut self) -> String {
        self.0.by_ref().collect::<Vec<_>>().join(" ")
    }
}

fn path_or_all(word: &str) -> Parsed<Option<PathId>> {
    match word {
        "all" => Ok(None),
        _ => number::<u32>(word).map(|path| Some(path.into())),
    }
}

fn ways(word: &str) -> Parsed<Ways> {
    match word {
        "rx" => Ok(Ways(&[Way::In])),
        "tx" => Ok(Ways(&[Way::Out])),
        "both" => Ok(BOTH),
        _ => Err(format!("not rx, tx or both: {word}")),
    }
}

fn status(word: &str) -> Parsed<PathStatus> {
    match word {
        "available" => Ok(PathStatus::Available),
        "backup" => Ok(PathStatus::Backup),
        _ => Err(format!("not available or backup: {word}")),
    }
}

fn local(word: &str) -> Parsed<Option<SocketAddr>> {
    if word == "-" {
        Ok(None)
    } else {
        loopback(word).map(Some)
    }
}

fn watched(word: &str) -> Parsed<RangeInclusive<u64>> {
    match word {
        "all" => Ok(0..=u64::MAX),
        _ => frames::kinds(word).ok_or_else(|| format!("no such frame type: {word}")),
    }
}

/// `-` is no bytes at all.
fn hex(word: &str) -> Parsed<Vec<u8>> {
    if word == "-" {
        return Ok(Vec::new());
    }
    let bytes = HEXLOWER_PERMISSIVE.decode(word.as_bytes()).map_err(|_| "frames are given in hexadecimal")?;
    if bytes.len() > MAX_INJECTED_BYTES {
        return Err(format!("more than {MAX_INJECTED_BYTES} bytes"));
    }
    Ok(bytes)
}
