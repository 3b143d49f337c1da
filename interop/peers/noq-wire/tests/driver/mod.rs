//! Starts the peers, speaks their line protocol, and ends them.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

/// Far beyond what any step takes; reaching it is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server and a client that dials it.
pub struct Pair {
    pub client: Driver,
    pub server: Driver,
}

impl Pair {
    pub fn start(client_args: &[&str], server_args: &[&str]) -> Self {
        let server = Driver::start(&[&["serve"], server_args].concat());
        let client = Driver::start(&[&["dial", &server.key, &server.addrs], client_args].concat());
        Self { client, server }
    }

    pub fn connected() -> Self {
        let mut pair = Self::start(&[], &[]);
        pair.connect();
        pair
    }

    /// Waits until both sides may use everything.
    pub fn connect(&mut self) -> String {
        let connected = self.client.expect("connected", &[]);
        assert_eq!(value(&connected, "peer"), self.server.key);
        assert_eq!(value(&self.server.expect("connected", &[]), "peer"), self.client.key);
        self.client.expect("confirmed", &[]);
        connected
    }

    /// Lets the client open the path that has to get this number.
    pub fn open(&mut self, local: &str, path: u32) {
        let id = format!("path={path}");
        self.client.tell(&format!("open {local} {}", self.server.addrs));
        self.client.expect("opening", &[&id]);
        self.client.expect("path-established", &[&id]);
        self.server.expect("path-established", &[&id]);
    }

    /// What the client counts on a path.
    pub fn frames(&mut self, way: &str, path: u32) -> String {
        self.client.backlog.retain(|line| !line.starts_with("frames "));
        self.client.tell("frames");
        let counts = self.client.expect("frames", &[&format!("way={way}"), &format!("path={path}")]);
        self.client.expect("ok", &["command=frames"]);
        counts
    }
}

pub struct Driver {
    child: Child,
    /// Until it is closed.
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    /// Events that nobody has asked for yet.
    backlog: Vec<String>,
    pub key: String,
    pub addrs: String,
}

impl Driver {
    pub fn start(args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_noq-wire"));
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let (key, addrs) = (String::new(), String::new());
        let mut driver = Self { child, stdin, lines, backlog: Vec::new(), key, addrs };
        let ready = driver.expect("READY", &[]);
        driver.key = value(&ready, "key").to_owned();
        driver.addrs = value(&ready, "addrs").to_owned();
        driver
    }

    pub fn tell(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        writeln!(stdin, "{line}").and_then(|()| stdin.flush()).expect("the peer reads commands");
    }

    /// Closes the input and waits for the end. True if it was a good one.
    pub fn end(&mut self) -> bool {
        self.stdin = None;
        // The output ends with the process.
        while self.lines.recv_timeout(PATIENCE).is_ok() {}
        self.child.wait().is_ok_and(|status| status.success())
    }

    /// Such an event, if it has come.
    pub fn find(&mut self, name: &str, fields: &[&str]) -> Option<String> {
        self.backlog.extend(self.lines.try_iter());
        let index = self.backlog.iter().position(|line| fits(line, name, fields))?;
        Some(self.backlog.remove(index))
    }

    /// The next event of this name that has all these fields; others before it stay to be asked for.
    pub fn expect(&mut self, name: &str, fields: &[&str]) -> String {
        if let Some(line) = self.find(name, fields) {
            return line;
        }
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if fits(&line, name, fields) => return line,
                Ok(line) => self.backlog.push(line),
                Err(error) => panic!("no {name} {fields:?}: {error}; events: {:#?}", self.backlog),
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

fn fits(line: &str, name: &str, fields: &[&str]) -> bool {
    let has = |field: &&str| line.split(' ').any(|word| word == *field);
    line.split(' ').next() == Some(name) && fields.iter().all(has)
}

/// The value of a field.
pub fn value<'a>(event: &'a str, key: &str) -> &'a str {
    event
        .split(' ')
        .find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
        .unwrap_or_else(|| panic!("no {key} in {event}"))
}
