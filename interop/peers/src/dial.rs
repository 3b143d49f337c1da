//! The commands of the driver.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;
use iroh::{
    EndpointAddr, TransportAddr,
    endpoint::{ConnectOptions, RecvStream, SendStream, VarInt},
};

use crate::{
    datagram,
    events::Event,
    failure::Failure,
    pattern::{Fnv, Pattern},
    peer::{Link, Peer},
    protocol::{Action, Job, Request},
    serve::{self, Input, finish, stopped_with},
};

/// How much of an answer `call` shows.
const HEAD_BYTES: usize = 16;

/// What a command of several bytes sends before it resets or stops.
const FEW_BYTES: u64 = 10;

/// Runs a command to its end and emits its answer.
pub async fn run(peer: Arc<Peer>, request: Request) {
    let tag = request.tag.as_deref();
    match act(&peer, request.action, tag).await {
        Ok(Some(event)) => event.emit(),
        Ok(None) => (),
        Err(failure) => Event::new("error").tag(tag).failure(&failure).emit(),
    }
}

async fn act(peer: &Arc<Peer>, action: Action, tag: Option<&str>) -> Result<Option<Event>, Failure> {
    match action {
        Action::Dial { id, addrs, alpns } => {
            let addr = EndpointAddr::from_parts(id, addrs.into_iter().map(TransportAddr::Ip));
            let mut alpns = alpns.into_iter().map(String::into_bytes);
            let alpn = alpns.next().unwrap_or_default();
            let options = ConnectOptions::new().with_additional_alpns(alpns.collect());
            let connection = peer.endpoint.connect_with_opts(addr, &alpn, options).await?.await?;
            peer.adopt(connection, Event::new("connected").tag(tag));
            Ok(None)
        }
        Action::On { conn, job } => {
            let link = peer.link(conn)?;
            let done = Dialled { peer, link: &link }.work(job, tag).await?;
            Ok(Some(done))
        }
        // Answered by the event `closed`.
        Action::Close { conn, code, reason } => {
            peer.link(conn)?.connection.close(code, reason.as_bytes());
            Ok(None)
        }
        Action::WaitClosed { conn } => {
            let end = peer.end_of(conn).await?;
            Ok(Some(Event::new("wait-closed").tag(tag).number("conn", conn).failure(&end)))
        }
        // The main loop ends by it and does not pass it on.
        Action::Quit => Ok(None),
    }
}

/// A connection on which a command works.
struct Dialled<'a> {
    peer: &'a Peer,
    link: &'a Link,
}

impl Dialled<'_> {
    async fn work(&self, job: Job, tag: Option<&str>) -> Result<Event, Failure> {
        let done = Event::new("done").tag(tag).number("conn", self.link.number);
        match job {
            Job::Echo { bytes, line } => self.echo_many(1, bytes, line, done).await,
            Job::EchoMany { streams, bytes, line } => {
                self.echo_many(streams, bytes, line, done.number("streams", streams)).await
            }
            Job::Uni { bytes } => self.uni(bytes, done).await,
            Job::BiReset { code, line } => self.bi_reset(code, line, done).await,
            Job::BiStop { code, line } => self.bi_stop(code, line, done).await,
            Job::WaitStopped { line } => self.wait_stopped(line, done).await,
            Job::ReadUntilReset { line } => self.read_until_reset(line, done).await,
            Job::Call { bytes, line } => self.call(bytes, line, done).await,
            Job::Datagrams { bytes, count } => datagram::send(self.peer, self.link, bytes, count, done).await,
            Job::MaxDatagram => Ok(datagram::limits(self.link, done)),
            Job::Export { length, label, context } => self.export(length, &label, context, done),
            Job::Stats => Ok(self.stats(tag)),
        }
    }

    async fn open(&self, line: Option<String>) -> Result<(SendStream, RecvStream), Failure> {
        let (mut send, recv) = self.link.connection.open_bi().await?;
        if let Some(line) = line {
            send.write_chunk(Bytes::from(format!("{line}\n"))).await?;
        }
        Ok((send, recv))
    }

    async fn echo_many(&self, streams: u64, bytes: u64, line: Option<String>, done: Event) -> Result<Event, Failure> {
        let started = Instant::now();
        let mut echoes = tokio::task::JoinSet::new();
        for _ in 0..streams {
            let (send, recv) = self.open(line.clone()).await?;
            echoes.spawn(echo(self.peer.pattern.clone(), send, recv, bytes));
            // A failure is reported at once, not after all streams were opened.
            while let Some(ended) = echoes.try_join_next() {
                joined(ended)?;
            }
        }
        while let Some(ended) = echoes.join_next().await {
            joined(ended)?;
        }
        Ok(done
            .number("bytes", streams.saturating_mul(bytes))
            .number("ms", started.elapsed().as_millis() as u64))
    }

    async fn uni(&self, bytes: u64, done: Event) -> Result<Event, Failure> {
        let started = Instant::now();
        let _turn = self.link.uni_turn.lock().await;
        let answer = self.link.expect_uni();
        let mut send = self.link.connection.open_uni().await?;
        write_pattern(&self.peer.pattern, &mut send, bytes).await?;
        finish(&mut send).await?;
        let recv = tokio::select! {
            Ok(recv) = answer => recv,
            error = self.link.connection.closed() => return Err(error.into()),
        };
        verify(&self.peer.pattern, recv, bytes).await?;
        Ok(done.number("bytes", bytes).number("ms", started.elapsed().as_millis() as u64))
    }

    async fn bi_reset(&self, code: VarInt, line: Option<String>, done: Event) -> Result<Event, Failure> {
        let (mut send, recv) = self.open(line).await?;
        write_pattern(&self.peer.pattern, &mut send, FEW_BYTES).await?;
        send.reset(code)?;
        read_to_any_end(Input::new(recv), done).await
    }

    async fn bi_stop(&self, code: VarInt, line: Option<String>, done: Event) -> Result<Event, Failure> {
        let (mut send, mut recv) = self.open(line).await?;
        write_pattern(&self.peer.pattern, &mut send, FEW_BYTES).await?;
        recv.stop(code)?;
        match finish(&mut send).await {
            Ok(()) => Ok(done.text("end", "acknowledged")),
            Err(failure) => ended_by_code(failure, "stream-stopped", done),
        }
    }

    async fn wait_stopped(&self, line: Option<String>, done: Event) -> Result<Event, Failure> {
        let (mut send, recv) = self.open(line).await?;
        self.peer.drain(Input::new(recv));
        let stopped = send.stopped();
        let mut bytes = 0;
        let write = async {
            loop {
                let piece = self.peer.pattern.piece(bytes, u64::MAX);
                let length = piece.len() as u64;
                if let Err(error) = send.write_chunk(piece).await {
                    return Failure::from(error);
                }
                bytes += length;
            }
        };
        let failure = tokio::select! {
            failure = write => failure,
            Ok(Some(code)) = stopped => stopped_with(code),
        };
        ended_by_code(failure, "stream-stopped", done.number("bytes", bytes))
    }

    async fn read_until_reset(&self, line: Option<String>, done: Event) -> Result<Event, Failure> {
        let (mut send, recv) = self.open(line).await?;
        write_pattern(&self.peer.pattern, &mut send, 1).await?;
        let mut input = Input::new(recv);
        let mut bytes = 0;
        loop {
            match input.next().await {
                Ok(Some(chunk)) => bytes += chunk.len() as u64,
                Ok(None) => return Err(Failure::new("finished", format!("finished after {bytes} bytes, not reset"))),
                Err(error) => return ended_by_code(error.into(), "stream-reset", done.number("bytes", bytes)),
            }
        }
    }

    async fn call(&self, bytes: u64, line: String, done: Event) -> Result<Event, Failure> {
        let started = Instant::now();
        let (mut send, recv) = self.open(Some(line)).await?;
        let mut input = Input::new(recv);
        let write = async {
            write_pattern(&self.peer.pattern, &mut send, bytes).await?;
            finish(&mut send).await
        };
        let read = async {
            let (mut head, mut received, mut fnv) = (Vec::new(), 0, Fnv::new());
            while let Some(chunk) = input.next().await? {
                head.extend_from_slice(&chunk[..chunk.len().min(HEAD_BYTES - head.len())]);
                received += chunk.len() as u64;
                fnv.update(&chunk);
            }
            Ok::<_, Failure>((head, received, fnv.value()))
        };
        let ((), (head, received, fnv)) = tokio::try_join!(write, read)?;
        Ok(done
            .number("bytes", bytes)
            .number("received", received)
            .text("fnv", &format!("{fnv:016x}"))
            .text("head", &data_encoding::HEXLOWER.encode(&head))
            .number("ms", started.elapsed().as_millis() as u64))
    }

    fn export(&self, length: usize, label: &str, context: Option<String>, done: Event) -> Result<Event, Failure> {
        let mut key = vec![0; length];
        self.link
            .connection
            .export_keying_material(&mut key, label.as_bytes(), context.unwrap_or_default().as_bytes())
            .map_err(|error| Failure::new("export", format!("{error:?}")))?;
        Ok(done.text("key", &data_encoding::HEXLOWER.encode(&key)))
    }

    fn stats(&self, tag: Option<&str>) -> Event {
        let stats = self.link.connection.stats();
        let paths = self.link.connection.paths();
        let paths = paths.iter().map(|path| {
            Event::object()
                .text("id", &path.id().to_string())
                .text("remote", &path.remote_addr().to_string())
                .flag("selected", path.is_selected())
                .number("rtt-us", path.rtt().as_micros() as u64)
        });
        Event::new("stats")
            .tag(tag)
            .number("conn", self.link.number)
            .objects("paths", paths)
            .number("udp-tx-datagrams", stats.udp_tx.datagrams)
            .number("udp-tx-bytes", stats.udp_tx.bytes)
            .number("udp-rx-datagrams", stats.udp_rx.datagrams)
            .number("udp-rx-bytes", stats.udp_rx.bytes)
            .number("lost-packets", stats.lost_packets)
            .number("lost-bytes", stats.lost_bytes)
    }
}

async fn echo(pattern: Pattern, mut send: SendStream, recv: RecvStream, bytes: u64) -> Result<(), Failure> {
    let write = async {
        write_pattern(&pattern, &mut send, bytes).await?;
        finish(&mut send).await
    };
    tokio::try_join!(write, verify(&pattern, recv, bytes))?;
    Ok(())
}

async fn write_pattern(pattern: &Pattern, send: &mut SendStream, bytes: u64) -> Result<(), Failure> {
    let mut position = 0;
    while position < bytes {
        let piece = pattern.piece(position, bytes - position);
        position += piece.len() as u64;
        send.write_chunk(piece).await?;
    }
    Ok(())
}

/// Reads to the end and insists on exactly that many bytes of the pattern.
async fn verify(pattern: &Pattern, recv: RecvStream, bytes: u64) -> Result<(), Failure> {
    let mut input = Input::new(recv);
    let mut position = 0;
    while let Some(chunk) = input.next().await? {
        if !pattern.matches(position, &chunk) {
            return Err(Failure::new("mismatch", format!("other bytes than were sent, from {position} on")));
        }
        position += chunk.len() as u64;
    }
    if position == bytes {
        Ok(())
    } else {
        Err(Failure::new("mismatch", format!("{position} bytes came back, not {bytes}")))
    }
}

async fn read_to_any_end(mut input: Input, done: Event) -> Result<Event, Failure> {
    match serve::sink(&mut input).await {
        Ok((bytes, _)) => Ok(done.text("end", "finished").number("bytes", bytes)),
        Err(error) => ended_by_code(error.into(), "stream-reset", done),
    }
}

/// A stream that ended with the expected kind of code makes the command a success that reports the code.
fn ended_by_code(failure: Failure, expected: &str, done: Event) -> Result<Event, Failure> {
    match failure.code {
        Some(code) if failure.kind == expected => Ok(done.text("end", expected).number("code", code)),
        _ => Err(failure),
    }
}

fn joined(ended: Result<Result<(), Failure>, tokio::task::JoinError>) -> Result<(), Failure> {
    ended.unwrap_or_else(|panic| Err(Failure::new("internal", panic.to_string())))
}
