//! Answers the streams that the other side opens.

use std::sync::Arc;

use bytes::Bytes;
use iroh::endpoint::{ReadError, RecvStream, SendStream, VarInt};

use crate::{
    datagram,
    events::Event,
    failure::Failure,
    pattern::{Fnv, PIECE_BYTES},
    peer::{Link, Peer},
    script,
};

/// Longest unidirectional stream that is kept to be sent back.
const MAX_UNI_BYTES: usize = 256 * 1024 * 1024;

/// Stream code for what this peer refuses: an unknown script line, a unidirectional stream beyond the limit.
pub const REFUSED: VarInt = VarInt::from_u32(0xbad);

/// Accepts streams and datagrams until the connection ends. Each is served by a task of its own; QUIC's stream credit bounds their number.
pub async fn serve(peer: Arc<Peer>, link: Arc<Link>) {
    tokio::join!(serve_bi(&peer, &link), serve_uni(&peer, &link), datagram::serve(&link));
}

async fn serve_bi(peer: &Arc<Peer>, link: &Arc<Link>) {
    while let Ok((send, recv)) = link.connection.accept_bi().await {
        if link.is_scripted() {
            peer.tasks.spawn(script::run(peer.clone(), link.clone(), send, recv));
        } else {
            let input = Input::new(recv);
            let link = link.clone();
            peer.tasks.spawn(async move { echo(&link, send, input).await });
        }
    }
}

async fn serve_uni(peer: &Arc<Peer>, link: &Arc<Link>) {
    while let Ok(recv) = link.connection.accept_uni().await {
        // A stream that a command waits for is an answer. To echo it would start an endless game between two peers.
        if let Err(recv) = link.offer_uni(recv) {
            let link = link.clone();
            peer.tasks.spawn(async move { answer_uni(&link, recv).await });
        }
    }
}

async fn answer_uni(link: &Link, recv: RecvStream) {
    let id = u64::from(recv.id());
    let mut input = Input::new(recv);
    // On a scripted connection the stream may itself be what `uni-source` sends; two peers would echo it for ever.
    let done = if link.is_scripted() {
        count_uni(link, &mut input).await
    } else {
        return_uni(link, &mut input).await
    };
    if let Err(failure) = done {
        report(link, id, &failure);
    }
}

async fn count_uni(link: &Link, input: &mut Input) -> Result<(), Failure> {
    let (bytes, fnv) = sink(input).await?;
    Event::new("uni-received")
        .number("conn", link.number)
        .number("stream", input.recv.id().into())
        .number("bytes", bytes)
        .text("fnv", &format!("{fnv:016x}"))
        .emit();
    Ok(())
}

async fn return_uni(link: &Link, input: &mut Input) -> Result<(), Failure> {
    let mut kept = Vec::new();
    while let Some(chunk) = input.next().await? {
        if kept.len() + chunk.len() > MAX_UNI_BYTES {
            input.recv.stop(REFUSED)?;
            return Err(Failure::new(
                "too-long",
                format!("a unidirectional stream has more than {MAX_UNI_BYTES} bytes"),
            ));
        }
        kept.extend_from_slice(&chunk);
    }
    let mut send = link.connection.open_uni().await?;
    send.write_chunk(kept.into()).await?;
    finish(&mut send).await
}

/// Sends everything back. What ends one direction early ends the other with the same code, and is reported.
pub async fn echo(link: &Link, mut send: SendStream, mut input: Input) {
    let id = u64::from(send.id());
    let stopped = send.stopped();
    let copied = tokio::select! {
        done = copy(&mut send, &mut input) => done,
        // Seen here even while there is nothing to write.
        Ok(Some(code)) = stopped => Err(stopped_with(code)),
    };
    let Err(failure) = copied else { return };
    report(link, id, &failure);
    // Closing a half that is closed already is fine, and so is a code that came from the wire.
    match (failure.kind, failure.code.and_then(|code| VarInt::from_u64(code).ok())) {
        ("stream-reset", Some(code)) => send.reset(code).unwrap_or_default(),
        ("stream-stopped", Some(code)) => input.recv.stop(code).unwrap_or_default(),
        _ => (),
    }
}

async fn copy(send: &mut SendStream, input: &mut Input) -> Result<(), Failure> {
    while let Some(chunk) = input.next().await? {
        send.write_chunk(chunk).await?;
    }
    finish(send).await
}

/// Counts and sums up everything until the end of the stream.
pub async fn sink(input: &mut Input) -> Result<(u64, u64), ReadError> {
    let (mut bytes, mut fnv) = (0, Fnv::new());
    while let Some(chunk) = input.next().await? {
        bytes += chunk.len() as u64;
        fnv.update(&chunk);
    }
    Ok((bytes, fnv.value()))
}

/// Ends the stream and waits until the other side has all of it, or has stopped it.
pub async fn finish(send: &mut SendStream) -> Result<(), Failure> {
    let stopped = send.stopped();
    send.finish()?;
    match stopped.await? {
        None => Ok(()),
        Some(code) => Err(stopped_with(code)),
    }
}

pub fn stopped_with(code: VarInt) -> Failure {
    Failure::coded("stream-stopped", code.into_inner(), "sending stopped by peer")
}

/// Tells how a stream of the other side ended, unless it ended with its connection, which is an event already.
pub fn report(link: &Link, stream: u64, failure: &Failure) {
    let name = match failure.kind {
        "stream-reset" | "stream-stopped" => failure.kind,
        "usage" | "too-long" | "stream-closed" => "stream-failed",
        _ => return,
    };
    Event::new(name).number("conn", link.number).number("stream", stream).failure(failure).emit();
}

/// A receive half with what was read too far of it.
pub struct Input {
    pub recv: RecvStream,
    ahead: Bytes,
}

impl Input {
    pub fn new(recv: RecvStream) -> Self {
        Self { recv, ahead: Bytes::new() }
    }

    /// The next bytes, or nothing at the end of the stream.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ReadError> {
        if self.ahead.is_empty() {
            self.recv.read_chunk(PIECE_BYTES).await
        } else {
            Ok(Some(std::mem::take(&mut self.ahead)))
        }
    }

    /// The first line, without its end.
    pub async fn line(&mut self, max_bytes: usize) -> Result<String, Failure> {
        let mut line = Vec::new();
        while let Some(mut chunk) = self.next().await? {
            let end = chunk.iter().position(|byte| *byte == b'\n');
            line.extend_from_slice(&chunk[..end.unwrap_or(chunk.len())]);
            if line.len() > max_bytes {
                return Err(Failure::usage(format!("the script line has more than {max_bytes} bytes")));
            }
            if let Some(end) = end {
                self.ahead = chunk.split_off(end + 1);
                return String::from_utf8(line).map_err(|_| Failure::usage("the script line is not text"));
            }
        }
        Err(Failure::usage("the stream ended within the script line"))
    }
}
