//! Datagrams (RFC 9221): a queue of our own in front of the engine's.
//!
//! The engine's queue has no bound in bytes and drops nothing on demand, so it
//! is kept short and filled while packets are made. It takes turns with the
//! streams, packet by packet: neither starves the other.

use std::collections::VecDeque;

use quiche::Error;

use super::Conn;
use crate::abi::{dk_dgram_flag, dk_status};
use crate::fault::{Fault, Outcome};
use crate::raw;
use crate::time;

/// Datagrams in the engine's queue; so many of the smallest fill a packet.
pub(crate) const FEED_COUNT: usize = 512;
/// What a datagram counts besides its payload, so that empty ones are bounded.
const OVERHEAD: usize = 32;

pub(super) struct Datagrams {
    queue: VecDeque<Vec<u8>>,
    /// Bytes in the queue, overheads included, and how many there may be.
    used: usize,
    limit: usize,
    /// The smallest one that was refused for lack of room.
    refused: Option<usize>,
    /// Datagrams that went to the engine, and that never got there.
    fed: u64,
    dropped: u64,
    /// Datagrams the caller took.
    received: u64,
}

impl Datagrams {
    pub(super) fn new(limit: u64) -> Datagrams {
        Datagrams {
            queue: VecDeque::new(),
            used: 0,
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            refused: None,
            fed: 0,
            dropped: 0,
            received: 0,
        }
    }

    /// Payload bytes of the largest datagram that the queue has room for.
    fn free(&self) -> usize {
        (self.limit - self.used).saturating_sub(OVERHEAD)
    }

    fn fits(&self, len: usize) -> bool {
        len + OVERHEAD <= self.limit - self.used
    }

    fn push(&mut self, data: &[u8]) {
        self.used += data.len() + OVERHEAD;
        self.queue.push_back(data.to_vec());
    }

    fn pop(&mut self) -> Option<Vec<u8>> {
        let data = self.queue.pop_front()?;
        self.used -= data.len() + OVERHEAD;
        Some(data)
    }

    fn make_room(&mut self, len: usize) {
        while !self.fits(len) && self.pop().is_some() {
            self.dropped += 1;
        }
    }

    fn refuse(&mut self, len: usize) {
        self.refused = Some(self.refused.map_or(len, |smallest| smallest.min(len)));
    }

    /// Whether there is room for what was refused; says so once.
    pub(super) fn takes_refused(&mut self) -> bool {
        self.refused
            .take_if(|len| self.limit - self.used >= *len + OVERHEAD)
            .is_some()
    }

    /// Hands on what fits the next packets.
    pub(super) fn feed(&mut self, quic: &mut quiche::Connection, bytes: usize) {
        while !self.queue.is_empty()
            && quic.dgram_send_queue_byte_size() < bytes
            && !quic.is_dgram_send_queue_full()
        {
            let Some(data) = self.pop() else { return };
            match quic.dgram_send_buf(data) {
                Ok(()) => self.fed += 1,
                // The path became too narrow for it meanwhile.
                Err(_) => self.dropped += 1,
            }
        }
    }

    /// Those dropped here, and those the engine found too long for a packet.
    pub(super) fn send_dropped(&self, quic: &quiche::Connection, stats: &quiche::Stats) -> u64 {
        let queued = quic.dgram_send_queue_len() as u64;
        let gone = self.fed.saturating_sub(queued);
        self.dropped + gone.saturating_sub(stats.dgram_sent as u64)
    }

    /// What arrived, is not there any more, and was not taken.
    pub(super) fn recv_dropped(&self, quic: &quiche::Connection, stats: &quiche::Stats) -> u64 {
        let queued = quic.dgram_recv_queue_len() as u64;
        (stats.dgram_recv as u64).saturating_sub(self.received + queued)
    }
}

impl Conn {
    pub(crate) fn datagram_send(&mut self, now: u64, data: &[u8], flags: u32) -> Outcome<i32> {
        let _time = time::freeze(now);
        let drop_oldest = dk_dgram_flag::DK_DGRAM_DROP_OLDEST as u32;
        if flags & !drop_oldest != 0 {
            return Err(Fault::arg("unknown flag"));
        }
        if self.is_ending() {
            return Err(closed());
        }
        let most = self.datagram_max();
        if most == 0 {
            return Err(Fault::state("the peer takes no datagrams, or not yet"));
        }
        if data.len() > most || data.len() + OVERHEAD > self.datagrams.limit {
            let text = "datagram longer than a packet or the queue";
            return Err(Fault::new(dk_status::DK_ERR_LIMIT, text));
        }
        if flags & drop_oldest != 0 {
            self.datagrams.make_room(data.len());
        }
        if !self.datagrams.fits(data.len()) {
            self.datagrams.refuse(data.len());
            return Err(Fault::done());
        }
        self.datagrams.push(data);
        Ok(0)
    }

    /// Longest payload that can be sent now, 0 when none can.
    pub(super) fn datagram_max(&self) -> usize {
        if !self.quic.is_established() {
            return 0;
        }
        self.quic.dgram_max_writable_len().unwrap_or(0)
    }

    pub(crate) fn datagram_recv(&mut self, to: &mut [u8]) -> Outcome<i32> {
        let Some(len) = self.quic.dgram_recv_front_len() else {
            return Err(if self.is_ending() {
                closed()
            } else {
                Fault::done()
            });
        };
        if len > to.len() {
            return Err(Fault::buffer("buffer shorter than the datagram"));
        }
        let data = match self.quic.dgram_recv_buf() {
            Err(Error::Done) => return Err(Fault::done()),
            other => other?,
        };
        self.datagrams.received += 1;
        if self.quic.dgram_recv_queue_len() == 0 {
            // The next one to arrive is reported again.
            self.reported.datagrams = false;
        }
        raw::copy_packet(&data, to)
    }

    pub(crate) fn datagram_state(&self) -> [u64; 4] {
        let waiting = self.datagrams.queue.len() + self.quic.dgram_send_queue_len();
        [
            self.datagram_max() as u64,
            self.datagrams.free() as u64,
            self.quic.dgram_recv_queue_len() as u64,
            waiting as u64,
        ]
    }
}

fn closed() -> Fault {
    Fault::new(dk_status::DK_ERR_CLOSED, "the connection is closed")
}
