//! A QUIC peer on noq that tests drive over stdin and stdout, down to single frames and datagrams.
//!
//! noq is used without its input and output: the sockets, the clock and what becomes of each datagram are in here. The
//! line protocol is described in the README of this folder.

mod actions;
mod command;
mod conn;
mod events;
mod frames;
mod impair;
mod link;
mod numbers;
mod options;
// Shared with the iroh peers, which also need its checksum.
#[allow(dead_code)]
#[path = "../../src/pattern.rs"]
mod pattern;
mod peer;
mod report;
mod session;
mod setup;
mod streams;
mod tap;
mod tls;

use std::{
    io::{self, BufRead, Read},
    process::ExitCode,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, TryRecvError, sync_channel},
    },
    time::Instant,
};

use mio::{Events, Poll, Token, Waker};
use noq_proto::VarInt;

use crate::{events::Event, options::Options, peer::Peer};

/// Commands read ahead of the one being run; beyond it the driver waits in its pipe.
const MAX_QUEUED_LINES: usize = 64;

/// Longest accepted command: 65,000 bytes of frames in hexadecimal.
const MAX_LINE_BYTES: u64 = 256 * 1024;

/// Wakes the loop for a command. Sockets have the lower tokens.
const COMMANDS: Token = Token(usize::MAX - 1);

fn main() -> ExitCode {
    let options = match Options::from_args(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(why) => return fail(&why),
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => fail(&why),
    }
}

fn fail(why: &str) -> ExitCode {
    Event::new("error").text("what", why).emit();
    ExitCode::from(2)
}

fn run(options: &Options) -> Result<(), String> {
    let told = |error: io::Error| error.to_string();
    let mut poll = Poll::new().map_err(told)?;
    let mut events = Events::with_capacity(64);
    let mut peer = Peer::bind(options, &poll)?;
    // It has to outlive the reading of commands, or its last call is lost with it.
    let waker = Arc::new(Waker::new(poll.registry(), COMMANDS).map_err(told)?);
    let lines = command_lines(waker.clone()).map_err(told)?;
    peer.announce();
    if let Some(target) = &options.target {
        peer.dial(target)?;
    }
    loop {
        peer.turn();
        match lines.try_recv() {
            // The sending of what it caused comes before the next one.
            Ok(line) if actions::run(&mut peer, &line) => continue,
            Ok(_) | Err(TryRecvError::Disconnected) => break,
            Err(TryRecvError::Empty) => peer.sleep(&mut poll, &mut events).map_err(told)?,
        }
    }
    for conn in peer.conns.values_mut() {
        conn.inner.close(Instant::now(), VarInt::from_u32(0), Default::default());
    }
    peer.turn();
    Ok(())
}

/// Reads stdin on a thread of its own, because a blocked read can not be cancelled. It ends with the process.
fn command_lines(waker: Arc<Waker>) -> io::Result<Receiver<String>> {
    let (sender, receiver) = sync_channel(MAX_QUEUED_LINES);
    let waker = Arc::new(waker);
    std::thread::Builder::new().name("commands".into()).spawn(move || {
        read_lines(sender, &waker);
        // The receiver sees the end only now, when the sender is gone.
        let _ = waker.wake();
    })?;
    Ok(receiver)
}

fn read_lines(sender: SyncSender<String>, waker: &Waker) {
    let mut input = io::stdin().lock();
    loop {
        let mut line = Vec::new();
        match input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let text = String::from_utf8_lossy(&line).trim().to_owned();
                if !text.is_empty() && (sender.send(text).is_err() || waker.wake().is_err()) {
                    return;
                }
            }
        }
    }
}
