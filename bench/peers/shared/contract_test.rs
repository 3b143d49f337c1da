//! Runs a server and a client of this peer, as processes, through all
//! commands. With PERF_PEERS, a list of programs with ":" between them, also
//! against each of these, in both roles.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// Far more than any step takes: who is later hangs.
const DEADLINE: Duration = Duration::from_secs(60);

fn this_peer() -> &'static str {
    option_env!("CARGO_BIN_EXE_perf-raw-quiche")
        .or(option_env!("CARGO_BIN_EXE_perf-iroh"))
        .expect("cargo names the program")
}

fn other_peers() -> Vec<String> {
    let list = std::env::var("PERF_PEERS").unwrap_or_default();
    list.split(':')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect()
}

struct Peer {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Peer {
    fn start(program: &str, args: &[&str]) -> Peer {
        let mut child = Command::new(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = child.stdout.take().expect("stdout is a pipe");
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Peer {
            stdin: child.stdin.take(),
            child,
            lines,
        }
    }

    fn line(&self) -> String {
        self.lines
            .recv_timeout(DEADLINE)
            .expect("a line before the deadline")
    }

    fn ask(&mut self, command: &str) -> String {
        let stdin = self.stdin.as_mut().expect("not ended yet");
        writeln!(stdin, "{command}").expect("the peer reads");
        self.line()
    }

    /// The keys of a good answer.
    fn does(&mut self, command: &str) -> HashMap<String, f64> {
        let line = self.ask(command);
        let mut words = line.split(' ');
        assert_eq!(words.next(), Some("ok"), "{command}: {line}");
        let seconds = words.next().expect("seconds");
        let decimals = seconds.split_once('.').map_or("", |(_, after)| after);
        assert!(decimals.len() >= 6, "{command}: {line}");
        seconds.parse::<f64>().expect("seconds are a number");
        words
            .map(|word| word.split_once('=').expect("key=value"))
            .map(|(key, value)| (key.to_owned(), value.parse().expect("a number")))
            .collect()
    }

    /// Ends its input, after which it ends by itself, and well.
    fn end(mut self) {
        self.stdin.take();
        let left = self.lines.recv_timeout(DEADLINE);
        assert_eq!(left, Err(mpsc::RecvTimeoutError::Disconnected));
        assert!(self.child.wait().expect("a process to wait for").success());
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Has ended already, but for a failed test.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server and what its clients need.
fn serve(program: &str) -> (Peer, String) {
    let server = Peer::start(program, &["server", "--port", "0"]);
    let ready = server.line();
    let ticket = ready.strip_prefix("READY ").expect("what the client needs");
    (server, ticket.to_owned())
}

fn dial(program: &str, ticket: &str) -> Peer {
    let client = Peer::start(program, &["client", ticket]);
    assert_eq!(client.line(), "READY");
    client
}

fn check(server: &str, client: &str) {
    let (mut server, ticket) = serve(server);
    let mut client = dial(client, &ticket);
    // Less than a piece, and more than both windows.
    for bytes in [1, 100_000, 20_000_000] {
        let bulk = client.does(&format!("bulk {bytes}"));
        assert!(bulk.contains_key("lost"), "{bulk:?}");
    }
    let lat = client.does("lat 100");
    assert!(lat["p50"] > 0.0 && lat["p50"] <= lat["p99"] && lat["p99"] <= lat["p999"]);
    // More than the server allows at once, so that it has to allow more.
    assert!(client.does("rps 3000 64")["rate"] > 0.0);
    assert!(client.does("rps 1500 1024")["rate"] > 0.0);
    client.does("hs 20 1");
    client.does("hs 20 4");
    client.does("idle 10");
    // Slow enough that all arrive, twice: the second count begins anew.
    assert_eq!(client.does("dgram 200 2000")["received"], 200.0);
    assert_eq!(client.does("dgram 100 2000")["received"], 100.0);
    let received = client.does("dgram 2000 0")["received"];
    assert!((1.0..=2000.0).contains(&received), "{received}");
    client.does("stats");
    server.does("stats");
    for wrong in ["bulk", "bulk many", "rps 10 5000", "fly 3"] {
        assert!(client.ask(wrong).starts_with("error "), "{wrong}");
    }
    assert!(server.ask("bulk 10").starts_with("error "));
    // It goes on after errors, and the connection is the one of the start.
    client.does("lat 1");
    client.end();
    server.end();
}

#[test]
fn it_keeps_the_contract_with_itself() {
    check(this_peer(), this_peer());
}

#[test]
fn it_keeps_the_contract_with_the_others() {
    for other in other_peers() {
        check(this_peer(), &other);
        check(&other, this_peer());
    }
}

#[test]
fn a_server_outlives_its_clients() {
    let (server, ticket) = serve(this_peer());
    for _ in 0..2 {
        let mut client = dial(this_peer(), &ticket);
        client.does("lat 1");
        client.end();
    }
    server.end();
}

#[test]
fn a_ticket_that_is_none_ends_it() {
    let mut peer = Peer::start(this_peer(), &["client", "endpointabc"]);
    let line = peer.lines.recv_timeout(DEADLINE);
    assert_eq!(line, Err(mpsc::RecvTimeoutError::Disconnected));
    assert!(!peer.child.wait().expect("a process").success());
}
