//! The peer of this package dials the peer of the other release. Run in both packages, the tests cover both directions.
//!
//! Both programs must have been built with the profile the tests run with; the README has the commands.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

const ECHO: &str = "dialkey/echo/0";
const SCRIPT: &str = "interop/script/0";

/// Far beyond what any step takes; reaching it is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// An endpoint id that belongs to nobody here: the public key of the all-zero secret.
const STRANGER: &str = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29";

#[test]
fn echoes_100_megabytes_intact() {
    let mut pair = Pair::connected(ECHO);
    pair.dialler.tell(&format!("echo t {} 100000000", pair.conn));
    let done = pair.dialler.expect(&["done", r#""tag":"t""#]);
    assert_eq!(number(&done, "bytes"), 100_000_000);
}

#[test]
fn echoes_more_streams_than_are_granted_at_once() {
    let mut pair = Pair::connected(ECHO);
    pair.dialler.tell(&format!("echo-many t {} 250 10000", pair.conn));
    let done = pair.dialler.expect(&["done", r#""tag":"t""#]);
    assert_eq!((number(&done, "streams"), number(&done, "bytes")), (250, 2_500_000));
}

#[test]
fn returns_unidirectional_streams() {
    let mut pair = Pair::connected(ECHO);
    // Two at once: the second has to wait for its turn.
    pair.dialler.tell(&format!("uni a {} 3000000", pair.conn));
    pair.dialler.tell(&format!("uni b {} 5", pair.conn));
    assert_eq!(number(&pair.dialler.expect(&["done", r#""tag":"a""#]), "bytes"), 3_000_000);
    assert_eq!(number(&pair.dialler.expect(&["done", r#""tag":"b""#]), "bytes"), 5);
}

#[test]
fn passes_on_the_codes_of_resets_and_stops() {
    let mut pair = Pair::connected(ECHO);
    pair.dialler.tell(&format!("bi-reset r {} 7", pair.conn));
    let read = pair.dialler.expect(&["done", r#""tag":"r""#]);
    assert_eq!((text(&read, "end"), number(&read, "code")), ("stream-reset", 7));
    assert_eq!(number(&pair.acceptor.expect(&["stream-reset"]), "code"), 7);

    pair.dialler.tell(&format!("bi-stop s {} 4611686018427387903", pair.conn));
    pair.dialler.expect(&["done", r#""tag":"s""#]);
    assert_eq!(number(&pair.acceptor.expect(&["stream-stopped"]), "code"), (1 << 62) - 1);
}

#[test]
fn plays_scripts_that_end_streams_with_codes() {
    let mut pair = Pair::connected(SCRIPT);
    pair.dialler.tell(&format!("read-until-reset a {} reset 41", pair.conn));
    assert_eq!(number(&pair.dialler.expect(&["done", r#""tag":"a""#]), "code"), 41);

    pair.dialler.tell(&format!("wait-stopped b {} stop 42", pair.conn));
    assert_eq!(number(&pair.dialler.expect(&["done", r#""tag":"b""#]), "code"), 42);
    assert_eq!(number(&pair.acceptor.expect(&["stream-stop-sent"]), "code"), 42);

    pair.dialler.tell(&format!("bi-reset c {} 43 wait-reset", pair.conn));
    assert_eq!(number(&pair.acceptor.expect(&["stream-reset"]), "code"), 43);

    pair.dialler.tell(&format!("bi-stop d {} 44 wait-stop", pair.conn));
    assert_eq!(number(&pair.acceptor.expect(&["stream-stopped"]), "code"), 44);

    pair.dialler.tell(&format!("read-until-reset e {} no-such-script", pair.conn));
    assert_eq!(number(&pair.dialler.expect(&["done", r#""tag":"e""#]), "code"), 0xbad);
    assert_eq!(text(&pair.acceptor.expect(&["stream-failed"]), "kind"), "usage");
}

#[test]
fn plays_scripts_that_move_bytes() {
    let mut pair = Pair::connected(SCRIPT);
    let bytes: u64 = 1_000_003;
    let fnv = pattern_fnv(bytes);

    pair.dialler.tell(&format!("call a {} {bytes} sink", pair.conn));
    let done = pair.dialler.expect(&["done", r#""tag":"a""#]);
    assert_eq!(text(&done, "head"), format!("{bytes:016x}{fnv:016x}"));

    pair.dialler.tell(&format!("call b {} 0 source {bytes}", pair.conn));
    let done = pair.dialler.expect(&["done", r#""tag":"b""#]);
    assert_eq!((number(&done, "received"), text(&done, "fnv")), (bytes, &*format!("{fnv:016x}")));

    pair.dialler.tell(&format!("call c {} 0 uni-source {bytes}", pair.conn));
    pair.dialler.expect(&["done", r#""tag":"c""#]);
    let uni = pair.dialler.expect(&["uni-received"]);
    assert_eq!((number(&uni, "bytes"), text(&uni, "fnv")), (bytes, &*format!("{fnv:016x}")));

    pair.dialler.tell(&format!("echo d {} {bytes} echo", pair.conn));
    pair.dialler.expect(&["done", r#""tag":"d""#]);
}

#[test]
fn reports_the_code_and_reason_of_a_close() {
    let mut pair = Pair::connected(SCRIPT);
    pair.dialler.tell(&format!("call hold {} 0 hold", pair.conn));
    pair.acceptor.expect(&["script", r#""line":"hold""#]);
    pair.dialler.tell(&format!("wait-closed w {}", pair.conn));
    pair.dialler.tell(&format!("close {} 99 so long, \"friend\"", pair.conn));
    let closed = pair.acceptor.expect(&["closed"]);
    assert_eq!((text(&closed, "kind"), number(&closed, "code"), text(&closed, "by")), ("application", 99, "remote"));
    assert!(closed.contains(r#""reason":"so long, \"friend\"""#), "{closed}");
    assert_eq!(text(&pair.dialler.expect(&["wait-closed", r#""tag":"w""#]), "kind"), "local");
    assert_eq!(text(&pair.dialler.expect(&["closed"]), "kind"), "local");
    assert_eq!(text(&pair.dialler.expect(&["error", r#""tag":"hold""#]), "kind"), "local");
}

#[test]
fn learns_the_close_of_the_other_side() {
    let mut pair = Pair::connected(SCRIPT);
    pair.dialler.tell(&format!("call c {} 0 close 5 go away", pair.conn));
    let error = pair.dialler.expect(&["error", r#""tag":"c""#]);
    assert_eq!((text(&error, "kind"), number(&error, "code")), ("application", 5));
    assert_eq!(text(&pair.dialler.expect(&["closed"]), "reason"), "go away");
    pair.dialler.tell(&format!("wait-closed late {}", pair.conn));
    assert_eq!(number(&pair.dialler.expect(&["wait-closed"]), "code"), 5);
}

#[test]
fn refuses_a_peer_with_another_id() {
    let mut pair = Pair::start(&[], &[]);
    let addrs = pair.acceptor.addrs.clone();
    pair.dialler.tell(&format!("dial t {STRANGER} {addrs} {ECHO}"));
    let error = pair.dialler.expect(&["error", r#""tag":"t""#]);
    assert_eq!((text(&error, "kind"), number(&error, "code"), text(&error, "by")), ("transport", 304, "local"));
    let seen = pair.acceptor.expect(&["handshake-failed"]);
    assert_eq!((text(&seen, "kind"), number(&seen, "code"), text(&seen, "by")), ("transport", 304, "remote"));
}

#[test]
fn refuses_a_peer_without_a_common_alpn() {
    let mut pair = Pair::start(&[], &["--alpn", "something/else"]);
    let target = pair.target();
    pair.dialler.tell(&format!("dial t {target} {ECHO}"));
    let error = pair.dialler.expect(&["error", r#""tag":"t""#]);
    assert_eq!((text(&error, "kind"), number(&error, "code"), text(&error, "by")), ("transport", 376, "remote"));
}

#[test]
fn notices_that_the_other_process_was_killed() {
    let mut pair = Pair::start(&["--idle-ms", "2000"], &[]);
    pair.connect(ECHO);
    pair.acceptor.child.kill().expect("the child runs");
    assert_eq!(text(&pair.dialler.expect(&["closed"]), "kind"), "timed-out");
}

#[test]
fn a_short_idle_time_out_spares_a_healthy_connection() {
    let mut pair = Pair::start(&["--idle-ms", "1000"], &["--idle-ms", "1000"]);
    pair.connect(ECHO);
    // The time has to pass for real; a connection that does nothing for three time-outs must still work.
    std::thread::sleep(Duration::from_millis(3000));
    pair.dialler.tell(&format!("echo t {} 10", pair.conn));
    pair.dialler.expect(&["done", r#""tag":"t""#]);
}

#[test]
fn ends_with_its_input_and_says_goodbye() {
    let mut pair = Pair::connected(ECHO);
    pair.acceptor.stdin = None;
    let closed = pair.dialler.expect(&["closed"]);
    assert_eq!((text(&closed, "kind"), number(&closed, "code")), ("application", 0));
    assert_eq!(text(&pair.acceptor.expect(&["closed"]), "kind"), "local");
    assert!(pair.acceptor.child.wait().expect("the child can be awaited").success());
    pair.dialler.tell("quit");
    assert!(pair.dialler.child.wait().expect("the child can be awaited").success());
}

#[test]
fn is_the_endpoint_of_its_secret_on_loopback_only() {
    let zero = "0".repeat(64);
    let mut peer = Driver::start(&own(), &["--secret", &zero, "--bind", "127.0.0.1:0", "--bind", "[::1]:0"]);
    assert_eq!(peer.id, STRANGER);
    assert!(peer.addrs.starts_with("127.0.0.1:") && peer.addrs.contains(",[::1]:"), "{}", peer.addrs);
    peer.tell(&format!("dial far {STRANGER} 192.0.2.1:1 {ECHO}"));
    assert_eq!(text(&peer.expect(&["error", r#""tag":"far""#]), "kind"), "usage");
    peer.tell(&format!("dial self {STRANGER} {} {ECHO}", peer.addrs.clone()));
    assert_eq!(text(&peer.expect(&["error", r#""tag":"self""#]), "kind"), "self-dial");
    peer.tell("echo none 1 10");
    assert_eq!(text(&peer.expect(&["error", r#""tag":"none""#]), "kind"), "usage");
    peer.tell("no-such-command t 1");
    assert_eq!(text(&peer.expect(&["error", r#""tag":"t""#]), "kind"), "usage");
}

#[test]
fn counts_what_a_connection_did() {
    let mut pair = Pair::connected(ECHO);
    pair.dialler.tell(&format!("stats t {}", pair.conn));
    let stats = pair.dialler.expect(&["stats", r#""tag":"t""#]);
    assert!(stats.contains(r#""selected":true"#), "{stats}");
    assert!(number(&stats, "udp-rx-datagrams") > 0);
}

#[test]
fn sends_datagrams_back() {
    let mut pair = Pair::connected(ECHO);
    pair.dialler.tell(&format!("datagrams t {} 1000 3", pair.conn));
    pair.dialler.expect(&["done", r#""tag":"t""#]);
    let back = pair.dialler.expect(&["datagram"]);
    assert_eq!((number(&back, "bytes"), text(&back, "fnv")), (1000, &*format!("{:016x}", pattern_fnv(1000))));
    pair.dialler.tell(&format!("datagrams long {} 3000 1", pair.conn));
    assert_eq!(text(&pair.dialler.expect(&["error", r#""tag":"long""#]), "kind"), "datagram-too-large");
}

#[test]
fn may_take_no_datagrams() {
    let mut pair = Pair::start(&[], &["--no-datagrams"]);
    pair.connect(ECHO);
    pair.dialler.tell(&format!("datagrams t {} 10 1", pair.conn));
    assert_eq!(text(&pair.dialler.expect(&["error", r#""tag":"t""#]), "kind"), "datagram-unsupported");
    pair.acceptor.tell("datagrams t 1 10 1");
    assert_eq!(text(&pair.acceptor.expect(&["error", r#""tag":"t""#]), "kind"), "datagram-disabled");
}

#[test]
fn derives_the_same_keying_material_on_both_sides() {
    let mut pair = Pair::connected(ECHO);
    pair.dialler.tell(&format!("export t {} 48 some-label some context", pair.conn));
    pair.acceptor.tell("export t 1 48 some-label some context");
    let key = text(&pair.dialler.expect(&["done", r#""tag":"t""#]), "key").to_owned();
    assert_eq!((key.len(), text(&pair.acceptor.expect(&["done", r#""tag":"t""#]), "key")), (96, &*key));
}

#[test]
fn turns_diallers_away_before_the_handshake() {
    let mut pair = Pair::start(&["--idle-ms", "1000"], &["--incoming", "retry"]);
    pair.connect(ECHO);
    pair.acceptor.expect(&["incoming", r#""validated":false"#, r#""verdict":"retry""#]);
    pair.acceptor.expect(&["incoming", r#""validated":true"#, r#""verdict":"accept""#]);

    for (policy, kind) in [("refuse", "transport"), ("ignore", "timed-out")] {
        pair.acceptor = Driver::start(&other(), &["--incoming", policy]);
        let target = pair.target();
        pair.dialler.tell(&format!("dial {policy} {target} unknown/0 {ECHO}"));
        let error = pair.dialler.expect(&["error", &format!(r#""tag":"{policy}""#)]);
        assert_eq!(text(&error, "kind"), kind);
        pair.acceptor.expect(&["incoming", r#""alpns":["unknown/0","dialkey/echo/0"]"#]);
    }
}

#[test]
fn rejects_by_its_hooks() {
    let mut pair = Pair::start(&["--reject-dials"], &["--reject-connections", "81 not you"]);
    let target = pair.target();
    pair.dialler.tell(&format!("dial t {target} {ECHO}"));
    assert_eq!(text(&pair.dialler.expect(&["error", r#""tag":"t""#]), "kind"), "locally-rejected");

    pair.dialler = Driver::start(&own(), &[]);
    pair.dialler.tell(&format!("dial t {target} {ECHO}"));
    let closed = pair.dialler.expect(&["closed"]);
    assert_eq!(
        (text(&closed, "kind"), number(&closed, "code"), text(&closed, "reason")),
        ("application", 81, "not you")
    );
    assert_eq!(text(&pair.acceptor.expect(&["handshake-failed"]), "kind"), "locally-rejected");
}

/// A dialler of this release and an acceptor of the other.
struct Pair {
    dialler: Driver,
    acceptor: Driver,
    /// The dialler's number of the connection.
    conn: u64,
}

impl Pair {
    fn start(dialler_args: &[&str], acceptor_args: &[&str]) -> Self {
        let acceptor = Driver::start(&other(), acceptor_args);
        Self { dialler: Driver::start(&own(), dialler_args), acceptor, conn: 0 }
    }

    fn connected(alpn: &str) -> Self {
        let mut pair = Self::start(&[], &[]);
        pair.connect(alpn);
        pair
    }

    fn connect(&mut self, alpn: &str) {
        self.dialler.tell(&format!("dial d {} {alpn}", self.target()));
        let connected = self.dialler.expect(&["connected", r#""tag":"d""#]);
        assert_eq!((text(&connected, "remote"), text(&connected, "alpn")), (&*self.acceptor.id, alpn));
        self.conn = number(&connected, "conn");
        let accepted = self.acceptor.expect(&["accepted"]);
        assert_eq!((text(&accepted, "remote"), text(&accepted, "alpn")), (&*self.dialler.id, alpn));
    }

    /// Id and addresses of the acceptor, as `dial` takes them.
    fn target(&self) -> String {
        format!("{} {}", self.acceptor.id, self.acceptor.addrs)
    }
}

/// A running peer.
struct Driver {
    child: Child,
    /// Dropped to end the peer's input.
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    /// Events that no one has waited for yet.
    backlog: Vec<String>,
    id: String,
    addrs: String,
}

impl Driver {
    fn start(program: &Path, args: &[&str]) -> Self {
        let mut child = Command::new(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} is not built: {error}", program.display()));
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let stdin = child.stdin.take();
        let mut driver = Self { child, stdin, lines, backlog: Vec::new(), id: String::new(), addrs: String::new() };
        let ready = driver.expect(&["ready"]);
        driver.id = text(&ready, "id").to_owned();
        let addrs = between(&ready, r#""addrs":["#, "],").expect("ready lists addresses");
        driver.addrs = addrs.replace('"', "");
        driver
    }

    fn tell(&mut self, command: &str) {
        writeln!(self.stdin.as_mut().expect("the input is open"), "{command}").expect("the peer reads");
    }

    /// Waits for the event of that name which contains the other parts too.
    fn expect(&mut self, parts: &[&str]) -> String {
        let name = format!(r#"{{"ev":"{}""#, parts[0]);
        let fits = |line: &String| line.starts_with(&name) && parts[1..].iter().all(|part| line.contains(part));
        if let Some(index) = self.backlog.iter().position(fits) {
            return self.backlog.remove(index);
        }
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if fits(&line) => return line,
                Ok(line) => self.backlog.push(line),
                Err(error) => panic!("no {parts:?}: {error}; events: {:#?}", self.backlog),
            }
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Fails only for a child that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn own() -> PathBuf {
    let program = option_env!("CARGO_BIN_EXE_iroh-peer-1-4-1").or(option_env!("CARGO_BIN_EXE_iroh-peer-1-0-3"));
    PathBuf::from(program.expect("cargo names the program of the package under test"))
}

fn other() -> PathBuf {
    let own = own();
    let name = own.to_string_lossy();
    let other = if name.contains("1-4-1") {
        "iroh-peer-1-0-3"
    } else {
        "iroh-peer-1-4-1"
    };
    own.with_file_name(other).with_extension(std::env::consts::EXE_EXTENSION)
}

fn text<'a>(event: &'a str, key: &str) -> &'a str {
    between(event, &format!(r#""{key}":""#), "\"").unwrap_or_else(|| panic!("no {key} in {event}"))
}

fn number(event: &str, key: &str) -> u64 {
    let start = event.find(&format!(r#""{key}":"#)).unwrap_or_else(|| panic!("no {key} in {event}")) + key.len() + 3;
    let digits = event[start..].find(|c: char| !c.is_ascii_digit()).expect("an object ends with a brace");
    event[start..start + digits].parse().unwrap_or_else(|_| panic!("{key} is no number in {event}"))
}

fn between<'a>(whole: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let rest = &whole[whole.find(start)? + start.len()..];
    Some(&rest[..rest.find(end)?])
}

/// Computed here once more, so that a mistake in the program does not confirm itself.
fn pattern_fnv(bytes: u64) -> u64 {
    (0..bytes).fold(14_695_981_039_346_656_037, |hash, i| (hash ^ ((i * 31 + 7) % 256)).wrapping_mul(1_099_511_628_211))
}
