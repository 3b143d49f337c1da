//! An iroh endpoint that tests drive over stdin and stdout, so that Dialkey meets a peer it has no code in common with.
//!
//! The same sources are built against several iroh releases. The line protocol is described in the README of this folder.

mod datagram;
mod dial;
mod events;
mod failure;
mod gate;
mod options;
mod pattern;
mod peer;
mod protocol;
mod script;
mod serve;

use std::{
    io::{BufRead, Read},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use tokio::sync::mpsc;

use crate::{events::Event, options::Options, peer::Peer, protocol::Action};

/// Commands read ahead of the one being started; beyond it the driver waits in its pipe.
const MAX_QUEUED_LINES: usize = 64;

/// Longest accepted command. A dial with several addresses takes some hundred bytes.
const MAX_LINE_BYTES: u64 = 64 * 1024;

/// How long the last events may take after the endpoint is closed. Everything that runs then only has to notice the end.
const FAREWELL: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let started = match Options::from_args(std::env::args().skip(1)) {
        Ok(options) => Peer::bind(options).await,
        Err(failure) => Err(failure),
    };
    let peer = match started {
        Ok(peer) => Arc::new(peer),
        Err(failure) => {
            Event::new("error").failure(&failure).emit();
            return ExitCode::from(2);
        }
    };
    peer.announce();
    peer.tasks.spawn(peer.clone().accept_all());

    let mut lines = command_lines();
    while let Some(line) = lines.recv().await {
        match protocol::parse(&line) {
            Ok(request) if matches!(request.action, Action::Quit) => break,
            Ok(request) => {
                peer.tasks.spawn(dial::run(peer.clone(), request));
            }
            Err(refused) => Event::new("error").tag(refused.tag.as_deref()).failure(&refused.failure).emit(),
        }
    }

    peer.endpoint.close().await;
    peer.tasks.close();
    // What has not ended by now hangs; the driver is told by the exit code.
    let in_time = tokio::time::timeout(FAREWELL, peer.tasks.wait()).await.is_ok();
    // Not by returning: after `quit` the thread of stdin still waits for a line.
    std::process::exit(if in_time { 0 } else { 3 })
}

/// Reads stdin on a thread of its own, because a blocked read can not be cancelled.
fn command_lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(MAX_QUEUED_LINES);
    std::thread::Builder::new()
        .name("commands".into())
        .spawn(move || {
            let mut input = std::io::stdin().lock();
            loop {
                let mut line = Vec::new();
                match input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line) {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {
                        let text = String::from_utf8_lossy(&line).trim().to_owned();
                        if !text.is_empty() && sender.blocking_send(text).is_err() {
                            return;
                        }
                    }
                }
            }
        })
        .expect("a thread for stdin can be started");
    receiver
}
