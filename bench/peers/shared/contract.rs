//! What all Rust peers have in common: arguments, commands, answers.

use std::fmt::{self, Display};
use std::io::BufRead;
use std::time::Duration;

pub const ALPN: &[u8] = b"perf/0";
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(600);
pub const MAX_STREAMS: u32 = 1024;
/// Bytes of one write of `bulk`.
pub const PIECE: usize = 1 << 20;
/// Bytes of one datagram of `dgram`.
pub const DATAGRAM: usize = 1200;

/// First bytes of streams, by which the server knows what to answer.
pub const REQUEST: u8 = 0;
pub const BULK: u8 = 1;
pub const COUNT: u8 = 2;

/// What a server answers to a stream that it has read to its end.
#[derive(Clone, Copy)]
pub struct Reply {
    bytes: [u8; 8],
    len: usize,
}

impl Reply {
    /// The first byte itself, or how many datagrams came. Nothing to nothing.
    pub fn to(first: Option<u8>, datagrams: u64) -> Reply {
        match first {
            None => Reply {
                bytes: [0; 8],
                len: 0,
            },
            Some(COUNT) => Reply {
                bytes: datagrams.to_be_bytes(),
                len: 8,
            },
            Some(first) => Reply {
                bytes: [first; 8],
                len: 1,
            },
        }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// How many datagrams came, as the server says.
pub fn count_in(answer: &[u8]) -> Result<u64, String> {
    let bytes = answer
        .try_into()
        .map_err(|_| format!("a count has 8 bytes, not {}", answer.len()))?;
    Ok(u64::from_be_bytes(bytes))
}

/// How many datagrams of `dgram` are to be sent by now.
pub fn due(count: u64, rate: u64, elapsed: Duration) -> u64 {
    if rate == 0 {
        return count;
    }
    let due = elapsed.as_nanos() * u128::from(rate) / NANOS + 1;
    u64::try_from(due).unwrap_or(u64::MAX).min(count)
}

/// When the next one is due, from the start; none without a rate.
pub fn due_after(sent: u64, rate: u64) -> Option<Duration> {
    let nanos = (u128::from(sent) * NANOS).checked_div(rate.into())?;
    Some(Duration::from_nanos(u64::try_from(nanos).ok()?))
}

const NANOS: u128 = 1_000_000_000;

pub enum Role {
    /// The UDP port, 0 for any.
    Server(u16),
    /// What the server printed.
    Client(String),
}

impl Role {
    pub fn parse(args: impl Iterator<Item = String>) -> Result<Role, String> {
        let args: Vec<String> = args.collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        match args[..] {
            ["server"] => Ok(Role::Server(0)),
            ["server", "--port", port] => port
                .parse()
                .map(Role::Server)
                .map_err(|_| format!("not a port: {port}")),
            ["client", ticket] => Ok(Role::Client(ticket.to_owned())),
            _ => Err("usage: server [--port PORT] | client TICKET".to_owned()),
        }
    }
}

/// A line on the standard input of a client.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Bytes.
    Bulk(u64),
    /// Requests, one after the other.
    Lat(u64),
    /// Requests, and how many at once.
    Rps(u64, u64),
    /// Connections, and how many at once.
    Hs(u64, u64),
    /// Further connections.
    Idle(u64),
    /// Datagrams, and how many per second; 0 for as many as go.
    Dgram(u64, u64),
    Stats,
}

impl Command {
    pub fn parse(line: &str) -> Result<Command, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["bulk", n] => Ok(Command::Bulk(positive(n)?)),
            ["lat", n] => Ok(Command::Lat(positive(n)?)),
            ["rps", n, c] => Ok(Command::Rps(positive(n)?, streams(c)?)),
            ["hs", n, c] => Ok(Command::Hs(positive(n)?, positive(c)?)),
            ["idle", n] => Ok(Command::Idle(positive(n)?)),
            ["dgram", n, rate] => Ok(Command::Dgram(positive(n)?, number(rate)?)),
            ["stats"] => Ok(Command::Stats),
            _ => Err(format!("no command of this peer: {line}")),
        }
    }
}

fn number(word: &str) -> Result<u64, String> {
    word.parse().map_err(|_| format!("not a number: {word}"))
}

fn positive(word: &str) -> Result<u64, String> {
    match number(word)? {
        0 => Err("0 is nothing to measure".to_owned()),
        number => Ok(number),
    }
}

fn streams(word: &str) -> Result<u64, String> {
    let count = positive(word)?;
    if count > MAX_STREAMS.into() {
        return Err(format!("the server allows {MAX_STREAMS} streams at once"));
    }
    Ok(count)
}

/// The good answer to a command.
pub struct Answer {
    elapsed: Duration,
    extras: Vec<(&'static str, String)>,
}

impl Answer {
    pub fn new(elapsed: Duration) -> Answer {
        Answer {
            elapsed,
            extras: Vec::new(),
        }
    }

    pub fn with(mut self, key: &'static str, value: impl Display) -> Answer {
        self.extras.push((key, value.to_string()));
        self
    }

    /// Adds the percentiles of some times, in microseconds.
    pub fn percentiles(self, mut times: Vec<Duration>) -> Answer {
        times.sort_unstable();
        let at = |per_mille: usize| {
            let rank = (times.len() * per_mille).div_ceil(1000);
            let time = times.get(rank.saturating_sub(1)).copied();
            format!("{:.1}", time.unwrap_or_default().as_secs_f64() * 1e6)
        };
        let (p50, p99, p999) = (at(500), at(990), at(999));
        self.with("p50", p50).with("p99", p99).with("p999", p999)
    }

    /// Adds how many of something were done per second.
    pub fn rate(self, count: u64) -> Answer {
        let rate = count as f64 / self.elapsed.as_secs_f64().max(1e-9);
        self.with("rate", format!("{rate:.0}"))
    }
}

impl Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ok {:.6}", self.elapsed.as_secs_f64())?;
        self.extras
            .iter()
            .try_for_each(|(key, value)| write!(f, " {key}={value}"))
    }
}

/// The line that answers a command.
pub fn line_of(outcome: Result<Answer, String>) -> String {
    match outcome {
        Ok(answer) => answer.to_string(),
        // An answer is one line, whatever the text came from.
        Err(text) => format!("error {}", text.replace('\n', " ")),
    }
}

/// What a server answers to a line.
pub fn serve_line(line: &str) -> String {
    line_of(match Command::parse(line) {
        Ok(Command::Stats) => Ok(Answer::new(Duration::ZERO)),
        Ok(_) => Err("only a client does that".to_owned()),
        Err(text) => Err(text),
    })
}

/// Hands over the lines of standard input, on a thread of its own, until the
/// end of either side.
pub fn each_line(mut deliver: impl FnMut(String) -> bool + Send + 'static) {
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if !deliver(line) {
                return;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_their_numbers() {
        assert_eq!(Command::parse("rps 100 64"), Ok(Command::Rps(100, 64)));
        assert_eq!(Command::parse(" dgram 5 0 "), Ok(Command::Dgram(5, 0)));
        assert_eq!(Command::parse("stats"), Ok(Command::Stats));
    }

    #[test]
    fn a_command_that_means_nothing_is_refused() {
        for line in ["", "bulk", "bulk 0", "rps 5 1025", "hs 1 0", "idle -1"] {
            assert!(Command::parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let times = (1..=1000).rev().map(Duration::from_micros).collect();
        let answer = Answer::new(Duration::from_millis(1500)).percentiles(times);
        assert_eq!(
            answer.to_string(),
            "ok 1.500000 p50=500.0 p99=990.0 p999=999.0"
        );
    }

    #[test]
    fn one_time_is_each_percentile() {
        let answer = Answer::new(Duration::ZERO).percentiles(vec![Duration::from_nanos(2500)]);
        assert_eq!(answer.to_string(), "ok 0.000000 p50=2.5 p99=2.5 p999=2.5");
    }

    #[test]
    fn the_first_datagram_is_due_at_once_and_the_rest_at_the_rate() {
        assert_eq!(due(100, 10, Duration::ZERO), 1);
        assert_eq!(due(100, 10, Duration::from_millis(250)), 3);
        assert_eq!(due(100, 10, Duration::from_secs(60)), 100);
        assert_eq!(due(100, 0, Duration::ZERO), 100);
        assert_eq!(due_after(3, 10), Some(Duration::from_millis(300)));
        assert_eq!(due_after(3, 0), None);
    }

    #[test]
    fn a_server_takes_stats_only() {
        assert_eq!(serve_line("stats"), "ok 0.000000");
        assert!(serve_line("bulk 5").starts_with("error "));
    }
}
