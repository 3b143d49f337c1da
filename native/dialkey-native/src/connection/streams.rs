//! Streams: thin calls into quiche, and what it does not remember for us.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use quiche::{Error, Shutdown};

use super::Conn;
use crate::MAX_VARINT;
use crate::abi::{dk_recv_flag, dk_side, dk_status};
use crate::fault::{Fault, Outcome};
use crate::time;

const BIDI: usize = 0;
const UNI: usize = 1;
/// Stopped streams whose code is kept. The peer decides how many there are.
const MAX_STOPPED: usize = 4096;

pub(super) struct Streams {
    /// Streams whose last send took less than offered.
    blocked: Vec<u64>,
    /// Codes of stopped streams that quiche may have forgotten meanwhile.
    stopped: BTreeMap<u64, u64>,
    /// Streams reported as readable and not read to the end of what is there.
    readable: HashSet<u64>,
    /// Streams of ours that were opened, by kind.
    opened: [u64; 2],
    acks: Acks,
    /// Consumed since the last flush, and how much of that is worth one.
    consumed: u64,
    worth_flush: u64,
}

/// Streams whose acknowledgement somebody waits for.
#[derive(Default)]
struct Acks {
    watched: BTreeSet<u64>,
    /// The streams up to here were looked at since something changed.
    seen: Option<u64>,
    changed: bool,
}

impl Acks {
    fn watch(&mut self, id: u64) {
        self.watched.insert(id);
    }

    fn forget(&mut self, id: u64) {
        self.watched.remove(&id);
    }

    fn look_again(&mut self) {
        self.changed = true;
        self.seen = None;
    }

    /// Takes out the next watched stream that is over.
    fn next(&mut self, is_over: impl Fn(u64) -> bool) -> Option<u64> {
        if !self.changed {
            return None;
        }
        let start = self.seen.map_or(0, |seen| seen + 1);
        for &id in self.watched.range(start..) {
            self.seen = Some(id);
            if is_over(id) {
                self.watched.remove(&id);
                return Some(id);
            }
        }
        self.changed = false;
        None
    }
}

impl Streams {
    pub(super) fn new(window: u64) -> Streams {
        Streams {
            blocked: Vec::new(),
            stopped: BTreeMap::new(),
            readable: HashSet::new(),
            opened: [0; 2],
            acks: Acks::default(),
            consumed: 0,
            worth_flush: (window / 4).max(1),
        }
    }

    pub(super) fn flushed(&mut self) {
        self.consumed = 0;
    }

    pub(super) fn opened(&self) -> [u64; 2] {
        self.opened
    }

    fn consumed(&mut self, bytes: usize) -> bool {
        self.consumed = self.consumed.saturating_add(bytes as u64);
        self.consumed >= self.worth_flush
    }

    fn open(&mut self, id: u64) {
        let kind = if is_bidi(id) { BIDI } else { UNI };
        if let Some(opened) = self.opened.get_mut(kind) {
            *opened = (*opened).max((id >> 2) + 1);
        }
    }

    /// Keeps the code of a stopped stream for its next send. Who never sends
    /// again does not get it from there: old ones make room.
    fn stop(&mut self, id: u64, code: u64) {
        self.stopped.insert(id, code);
        if self.stopped.len() > MAX_STOPPED {
            self.stopped.pop_first();
        }
    }

    fn block(&mut self, id: u64) {
        if !self.blocked.contains(&id) {
            self.blocked.push(id);
        }
    }

    fn unblock(&mut self, id: u64) {
        if let Some(at) = self.blocked.iter().position(|other| *other == id) {
            self.blocked.swap_remove(at);
        }
    }

    /// Whether the change to readable was not reported yet.
    pub(super) fn becomes_readable(&mut self, id: u64) -> bool {
        self.readable.insert(id)
    }

    fn is_drained(&mut self, id: u64) {
        self.readable.remove(&id);
    }
}

fn is_bidi(id: u64) -> bool {
    id & 2 == 0
}

fn closed() -> Fault {
    Fault::new(dk_status::DK_ERR_CLOSED, "the connection is closed")
}

fn no_stream() -> Fault {
    Fault::state("no such stream, or it is over")
}

fn check_id(id: u64) -> Outcome<()> {
    if id > MAX_VARINT {
        return Err(Fault::arg("stream id above 2^62 - 1"));
    }
    Ok(())
}

fn check_bool(value: u8) -> Outcome<bool> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Fault::arg("flag is neither 0 nor 1")),
    }
}

impl Conn {
    /// Whether a stream is opened by this side.
    pub(super) fn is_ours(&self, id: u64) -> bool {
        (id & 1 == 0) == self.is_client()
    }

    fn opens(&mut self, id: u64) {
        if self.is_ours(id) {
            self.streams.open(id);
        }
    }

    pub(crate) fn stream_send(
        &mut self,
        now: u64,
        id: u64,
        data: &[u8],
        fin: u8,
        code: &mut u64,
    ) -> Outcome<i64> {
        let _time = time::freeze(now);
        check_id(id)?;
        let fin = check_bool(fin)?;
        if self.is_ending() {
            return Err(closed());
        }
        match self.quic.stream_send(id, data, fin) {
            Ok(taken) => {
                self.opens(id);
                if taken < data.len() {
                    self.streams.block(id);
                } else {
                    self.streams.unblock(id);
                }
                Ok(i64::try_from(taken).unwrap_or(i64::MAX))
            }
            Err(error) => self.stream_send_failed(id, error, code),
        }
    }

    fn stream_send_failed(&mut self, id: u64, error: Error, code: &mut u64) -> Outcome<i64> {
        // quiche says Done for "blocked", and also for a stream it has
        // forgotten; only the former still has a capacity.
        if error == Error::Done && !matches!(self.capacity(id), Err(Error::InvalidStreamState(_))) {
            self.opens(id);
            self.streams.block(id);
            return Ok(0);
        }
        self.streams.unblock(id);
        let remembered = self.streams.stopped.remove(&id);
        let stopped = match error {
            Error::StreamStopped(code) => Some(code),
            Error::Done | Error::InvalidStreamState(_) => remembered,
            _ => None,
        };
        if let Some(stopped) = stopped {
            *code = stopped;
            return Err(Error::StreamStopped(stopped).into());
        }
        if error == Error::Done {
            return Err(no_stream());
        }
        Err(error.into())
    }

    /// Asking for the capacity of a stopped stream may make quiche forget it:
    /// the code is kept for the next send.
    fn capacity(&mut self, id: u64) -> Result<usize, Error> {
        let capacity = self.quic.stream_capacity(id);
        if let Err(Error::StreamStopped(code)) = capacity {
            self.streams.stop(id, code);
        }
        capacity
    }

    pub(crate) fn stream_capacity(&mut self, id: u64) -> Outcome<i64> {
        check_id(id)?;
        if self.is_ending() {
            return Err(closed());
        }
        let capacity = self.capacity(id)?;
        Ok(i64::try_from(capacity).unwrap_or(i64::MAX))
    }

    pub(crate) fn stream_recv(
        &mut self,
        now: u64,
        id: u64,
        to: &mut [u8],
        flags: &mut u32,
        code: &mut u64,
    ) -> Outcome<i64> {
        let _time = time::freeze(now);
        check_id(id)?;
        let result = self.quic.stream_recv(id, to);
        if !self.quic.stream_readable(id) {
            self.streams.is_drained(id);
        }
        match result {
            Ok((taken, fin)) => {
                *flags = self.recv_flags(taken, fin);
                Ok(i64::try_from(taken).unwrap_or(i64::MAX))
            }
            Err(Error::Done) if self.is_ending() => Err(closed()),
            Err(error) => {
                if let Error::StreamReset(reset) = error {
                    *code = reset;
                }
                Err(error.into())
            }
        }
    }

    fn recv_flags(&mut self, taken: usize, fin: bool) -> u32 {
        let mut flags = 0;
        if fin {
            flags |= dk_recv_flag::DK_RECV_FIN as u32;
        }
        if self.streams.consumed(taken) {
            flags |= dk_recv_flag::DK_RECV_FLUSH as u32;
        }
        flags
    }

    pub(crate) fn stream_shutdown(
        &mut self,
        now: u64,
        id: u64,
        side: u32,
        code: u64,
    ) -> Outcome<i32> {
        let _time = time::freeze(now);
        check_id(id)?;
        if code > MAX_VARINT {
            return Err(Fault::arg("error code above 2^62 - 1"));
        }
        let direction = match side {
            s if s == dk_side::DK_SIDE_READ as u32 => Shutdown::Read,
            s if s == dk_side::DK_SIDE_WRITE as u32 => Shutdown::Write,
            _ => return Err(Fault::arg("unknown side of a stream")),
        };
        if self.is_ending() {
            return Err(closed());
        }
        if direction == Shutdown::Read {
            self.streams.is_drained(id);
        } else {
            self.streams.unblock(id);
            self.streams.stopped.remove(&id);
        }
        self.quic.stream_shutdown(id, direction, code)?;
        self.streams.acks.look_again();
        Ok(0)
    }

    pub(crate) fn stream_priority(
        &mut self,
        id: u64,
        urgency: u8,
        incremental: u8,
    ) -> Outcome<i32> {
        check_id(id)?;
        let incremental = check_bool(incremental)?;
        if self.is_ending() {
            return Err(closed());
        }
        self.quic.stream_priority(id, urgency, incremental)?;
        self.opens(id);
        Ok(0)
    }

    /// The next stream that was blocked and is not any more; `at` remembers
    /// how far the search went.
    pub(super) fn next_unblocked(&mut self, at: &mut usize) -> Option<u64> {
        while let Some(&id) = self.streams.blocked.get(*at) {
            if matches!(self.capacity(id), Ok(0)) {
                *at += 1;
                continue;
            }
            // Room, or an error that the next send reports.
            self.streams.blocked.swap_remove(*at);
            return Some(id);
        }
        None
    }

    /// The next stream that the peer stopped. The engine may forget it from
    /// here on: the code is kept for the next send.
    pub(super) fn next_stopped(&mut self) -> Option<(u64, u64)> {
        let (id, code) = self.quic.stopped_stream_next()?;
        self.streams.stop(id, code);
        self.streams.acks.look_again();
        Some((id, code))
    }

    pub(crate) fn stream_acked(&mut self, id: u64) -> Outcome<i32> {
        check_id(id)?;
        if !is_bidi(id) && !self.is_ours(id) {
            return Err(no_stream());
        }
        if self.quic.stream_send_over(id)? {
            self.streams.acks.forget(id);
            return Ok(1);
        }
        if self.is_ending() {
            return Err(closed());
        }
        self.streams.acks.watch(id);
        Err(Fault::done())
    }

    /// Something arrived that may have acknowledged the end of a stream.
    pub(super) fn heard(&mut self) {
        self.streams.acks.look_again();
    }

    /// The next stream that somebody asked about and that is acknowledged.
    pub(super) fn next_acked(&mut self) -> Option<u64> {
        let quic = &self.quic;
        self.streams
            .acks
            .next(|id| quic.stream_send_over(id).unwrap_or(true))
    }
}
