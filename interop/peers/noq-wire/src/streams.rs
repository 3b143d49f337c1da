//! What is on the streams of a connection: what the other side opened is sent back, what this side opened is checked.

use std::{collections::BTreeMap, time::Instant};

use bytes::Bytes;
use noq_proto::{Connection, Dir, ReadError, ReadableError, StreamId, VarInt, WriteError};

use crate::{
    events::Event,
    pattern::{PIECE_BYTES, Pattern},
};

/// Code of the resets and stops that this program sends on its own.
const FAILED: VarInt = VarInt::from_u32(1);

/// Some work on a stream. Each has at most one piece in memory.
enum Job {
    Echo {
        pending: Bytes,
        read: u64,
    },
    Verify {
        bytes: u64,
        written: u64,
        read: u64,
        finished: bool,
        since: Instant,
    },
    /// Unidirectional streams are only read.
    Drain {
        read: u64,
    },
}

pub struct Streams {
    /// Of the connection.
    number: u64,
    pattern: Pattern,
    jobs: BTreeMap<StreamId, Job>,
}

/// Whether a job goes on, or the event that ends it.
type Progress = Result<(), Event>;

impl Streams {
    pub fn new(number: u64) -> Self {
        Self { number, pattern: Pattern::new(), jobs: BTreeMap::new() }
    }

    /// Begins to send a pattern on a new stream.
    pub fn send(&mut self, conn: &mut Connection, bytes: u64, now: Instant) -> Option<StreamId> {
        let id = conn.streams().open(Dir::Bi)?;
        self.jobs.insert(id, Job::Verify { bytes, written: 0, read: 0, finished: false, since: now });
        self.work(conn, id, now);
        Some(id)
    }

    pub fn accept(&mut self, conn: &mut Connection, dir: Dir, now: Instant) {
        while let Some(id) = conn.streams().accept(dir) {
            let job = match dir {
                Dir::Bi => Job::Echo { pending: Bytes::new(), read: 0 },
                Dir::Uni => Job::Drain { read: 0 },
            };
            self.jobs.insert(id, job);
            self.work(conn, id, now);
        }
    }

    /// Goes on where the stream may have become readable or writable.
    pub fn work(&mut self, conn: &mut Connection, id: StreamId, now: Instant) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let progress = match job {
            Job::Echo { pending, read } => echo(conn, id, pending, read),
            Job::Drain { read } => drain(conn, id, read),
            Job::Verify { bytes, written, read, finished, since } => {
                write_pattern(conn, id, &self.pattern, *bytes, written, finished)
                    .and_then(|()| verify(conn, id, &self.pattern, *bytes, read, (now - *since).as_secs_f64()))
            }
        };
        if let Err(event) = progress {
            self.jobs.remove(&id);
            event.with("conn", self.number).with("stream", u64::from(id)).emit();
        }
    }
}

enum Piece {
    Bytes(Bytes),
    End,
    Blocked,
}

fn read_piece(conn: &mut Connection, id: StreamId) -> Result<Piece, Event> {
    let mut stream = conn.recv_stream(id);
    let mut chunks = match stream.read(true) {
        Ok(chunks) => chunks,
        Err(ReadableError::ClosedStream) => return Ok(Piece::End),
        Err(ReadableError::IllegalOrderedRead) => return Err(Event::new("stream-failed").with("kind", "unordered")),
    };
    let piece = match chunks.next(PIECE_BYTES) {
        Ok(Some(chunk)) => Ok(Piece::Bytes(chunk.bytes)),
        Ok(None) => Ok(Piece::End),
        Err(ReadError::Blocked) => Ok(Piece::Blocked),
        Err(ReadError::Reset(code)) => Err(Event::new("stream-failed").with("kind", "reset").with("code", code)),
    };
    // The loop asks for transmits after each turn anyway.
    let _ = chunks.finalize();
    piece
}

/// How many of the bytes the stream takes now.
fn write_piece(conn: &mut Connection, id: StreamId, bytes: &[u8]) -> Result<usize, Event> {
    match conn.send_stream(id).write(bytes) {
        Ok(written) => Ok(written),
        Err(WriteError::Blocked) => Ok(0),
        Err(WriteError::Stopped(code)) => Err(Event::new("stream-failed").with("kind", "stopped").with("code", code)),
        Err(WriteError::ClosedStream) => Err(Event::new("stream-failed").with("kind", "closed")),
    }
}

fn finish(conn: &mut Connection, id: StreamId) -> Progress {
    conn.send_stream(id).finish().map_err(|_| Event::new("stream-failed").with("kind", "closed"))
}

fn echo(conn: &mut Connection, id: StreamId, pending: &mut Bytes, read: &mut u64) -> Progress {
    loop {
        while !pending.is_empty() {
            match write_piece(conn, id, pending)? {
                0 => return Ok(()),
                written => drop(pending.split_to(written)),
            }
        }
        match read_piece(conn, id) {
            Ok(Piece::Bytes(bytes)) => {
                *read += bytes.len() as u64;
                *pending = bytes;
            }
            Ok(Piece::Blocked) => return Ok(()),
            Ok(Piece::End) => {
                finish(conn, id)?;
                return Err(Event::new("served").with("bytes", *read));
            }
            Err(event) => {
                // A reset is answered with one; it fails only where the stream has ended already.
                let _ = conn.send_stream(id).reset(FAILED);
                return Err(event);
            }
        }
    }
}

fn drain(conn: &mut Connection, id: StreamId, read: &mut u64) -> Progress {
    loop {
        match read_piece(conn, id)? {
            Piece::Bytes(bytes) => *read += bytes.len() as u64,
            Piece::Blocked => return Ok(()),
            Piece::End => return Err(Event::new("uni-received").with("bytes", *read)),
        }
    }
}

fn write_pattern(
    conn: &mut Connection,
    id: StreamId,
    pattern: &Pattern,
    bytes: u64,
    written: &mut u64,
    finished: &mut bool,
) -> Progress {
    while *written < bytes {
        match write_piece(conn, id, &pattern.piece(*written, bytes - *written))? {
            0 => return Ok(()),
            more => *written += more as u64,
        }
    }
    if !*finished {
        *finished = true;
        finish(conn, id)?;
    }
    Ok(())
}

fn verify(conn: &mut Connection, id: StreamId, pattern: &Pattern, bytes: u64, read: &mut u64, secs: f64) -> Progress {
    loop {
        match read_piece(conn, id)? {
            Piece::Bytes(piece) => {
                if !pattern.matches(*read, &piece) {
                    // Fails only for a stream that has ended.
                    let _ = conn.recv_stream(id).stop(FAILED);
                    return Err(Event::new("stream-failed").with("kind", "mismatch").with("offset", *read));
                }
                *read += piece.len() as u64;
            }
            Piece::Blocked => return Ok(()),
            Piece::End if *read == bytes => {
                return Err(Event::new("echoed").with("bytes", bytes).with("seconds", format_args!("{secs:.3}")));
            }
            Piece::End => return Err(Event::new("stream-failed").with("kind", "short").with("bytes", *read)),
        }
    }
}
