//! Packets on their way out, joined to runs that one system call sends.

use std::net::SocketAddr;

use quiche::SendInfo;

use super::Conn;
use super::pacing::{Burst, Path};
use crate::abi::{dk_addr, dk_tx};
use crate::fault::Outcome;
use crate::time;

/// Most datagrams and bytes of one send with segmentation offload.
const MAX_SEGMENTS: usize = 64;
const MAX_RUN: usize = 65_507;

/// Bit of the only path there is.
const SLOT: u64 = 1;

/// Packets of one size to one 4-tuple that lie side by side in the buffer.
#[derive(Clone, Copy)]
struct Run {
    off: usize,
    len: usize,
    seg: usize,
    count: usize,
    from: SocketAddr,
    to: SocketAddr,
    /// A shorter packet ended it.
    over: bool,
}

impl Run {
    fn start(off: usize, len: usize, info: &SendInfo) -> Run {
        Run {
            off,
            len,
            seg: len,
            count: 1,
            from: info.from,
            to: info.to,
            over: false,
        }
    }

    /// Takes the next packet in, or not.
    fn join(&mut self, len: usize, info: &SendInfo) -> bool {
        let fits = !self.over
            && len <= self.seg
            && self.count < MAX_SEGMENTS
            && self.len + len <= MAX_RUN
            && self.from == info.from
            && self.to == info.to;
        if fits {
            self.len += len;
            self.count += 1;
            self.over = len < self.seg;
        }
        fits
    }

    fn entry(&self) -> dk_tx {
        dk_tx {
            off: self.off as u32,
            len: self.len as u32,
            seg: self.seg as u32,
            from: dk_addr::from_socket(self.from),
            to: dk_addr::from_socket(self.to),
            ..dk_tx::default()
        }
    }
}

/// The caller's array, filled run by run.
struct Entries<'a> {
    out: &'a mut [dk_tx],
    used: usize,
    run: Option<Run>,
}

impl Entries<'_> {
    /// Whether a packet that joins no run still has an entry.
    fn has_room(&self) -> bool {
        self.used + usize::from(self.run.is_some()) < self.out.len()
    }

    fn add(&mut self, off: usize, len: usize, info: &SendInfo) {
        if let Some(run) = &mut self.run {
            if run.join(len, info) {
                return;
            }
            self.finish();
        }
        self.run = Some(Run::start(off, len, info));
    }

    fn finish(&mut self) {
        if let (Some(run), Some(slot)) = (self.run.take(), self.out.get_mut(self.used)) {
            *slot = run.entry();
            self.used += 1;
        }
    }
}

/// Why a batch ended.
enum End {
    Idle,
    Full,
    Paced,
}

impl Conn {
    pub(crate) fn send_batch(
        &mut self,
        now: u64,
        slots: u64,
        buf: &mut [u8],
        out: &mut [dk_tx],
    ) -> Outcome<i32> {
        if slots != 0 && slots & SLOT == 0 {
            return Ok(0);
        }
        let _time = time::freeze(now);
        let held = self.ack_hold.sending(now);
        self.quic.hold_ack(held);
        let path = self.paced_path();
        let mut burst = self.pacer.open(now, path.as_ref());
        let mut entries = Entries {
            out,
            used: 0,
            run: None,
        };
        let end = self.fill(buf, &mut entries, &mut burst);
        entries.finish();
        self.ack_hold.sent(self.quic.unacknowledged());
        self.pacer
            .close(now, path.as_ref(), &burst, matches!(end, End::Paced));
        if !matches!(end, End::Full) {
            self.streams.flushed();
        }
        if entries.used > 0 {
            self.keep_alive.sent(now);
        }
        Ok(i32::try_from(entries.used).unwrap_or(i32::MAX))
    }

    fn fill(&mut self, buf: &mut [u8], entries: &mut Entries<'_>, burst: &mut Burst) -> End {
        let mut off = 0;
        loop {
            // quiche forgets a packet it made: it is asked for one only when
            // there surely is room for it.
            let room = off + self.max_packet;
            let Some(space) = buf.get_mut(off..room).filter(|_| entries.has_room()) else {
                return End::Full;
            };
            if !burst.admits() {
                return End::Paced;
            }
            let Some(space) = self
                .allowance
                .room(self.max_packet)
                .and_then(|n| space.get_mut(..n))
            else {
                return End::Idle;
            };
            let Some((len, info)) = self.produce(space) else {
                return End::Idle;
            };
            self.allowance.sent(len);
            self.hand_over_after(buf.get(off..off + len));
            burst.book(len, info.at);
            entries.add(off, len, &info);
            off += len;
        }
    }

    fn produce(&mut self, space: &mut [u8]) -> Option<(usize, SendInfo)> {
        loop {
            let closing = self.quic.local_error().is_some();
            if closing && !self.closing.admits() {
                return None;
            }
            self.datagrams.feed(&mut self.quic, 2 * self.max_packet);
            match self.quic.send(space) {
                Ok(made) => {
                    if closing {
                        self.closing.book();
                    }
                    return Some(made);
                }
                Err(quiche::Error::Done) if self.closing.waits() => self.hand_over_after(None),
                Err(quiche::Error::Done) => return None,
                // quiche leaves it to the caller to close after a failed send;
                // then the close itself is what is sent.
                Err(error) => self.quic.close(false, code_of(&error), b"").ok()?,
            }
        }
    }

    /// The path to pace, once there is something to pace.
    fn paced_path(&self) -> Option<Path> {
        if self.pacer.is_off() || !self.quic.is_established() {
            return None;
        }
        let stats = self.quic.path_stats().find(|path| path.active)?;
        Some(Path {
            rtt: stats.rtt,
            min_rtt: stats.min_rtt,
            cwnd: stats.cwnd as u64,
            mtu: stats.pmtu as u64,
        })
    }
}

/// What the peer is told of a failed send.
fn code_of(error: &quiche::Error) -> u64 {
    const INTERNAL_ERROR: u64 = 1;
    const CONNECTION_ID_LIMIT_ERROR: u64 = 9;
    match error {
        // It has ids retired, again and again, without taking note of it.
        quiche::Error::IdLimit => CONNECTION_ID_LIMIT_ERROR,
        _ => INTERNAL_ERROR,
    }
}
