//! Datagrams on their way in.

use quiche::RecvInfo;

use super::{Conn, pacing};
use crate::abi::{dk_packet_type, dk_rx};
use crate::fault::{Fault, Outcome};
use crate::header::{self, Long};
use crate::time;

/// A client's view of who answers (the handshake migration of a dial that
/// goes to many addresses at once). The caller presents one virtual peer
/// address and learns from here which datagram came from the right one.
pub(super) struct Pinning {
    /// Watching until the first Handshake packet was accepted.
    watching: bool,
    answered: Option<u32>,
    pinned: Option<u32>,
}

impl Pinning {
    pub(super) fn new(is_client: bool) -> Pinning {
        Pinning {
            watching: is_client,
            answered: None,
            pinned: None,
        }
    }

    pub(super) fn take_answered(&mut self) -> Option<u32> {
        self.answered.take()
    }

    pub(super) fn take_pinned(&mut self) -> Option<u32> {
        self.pinned.take()
    }

    fn accepted(&mut self, kind: dk_packet_type, index: u32) {
        match kind {
            dk_packet_type::DK_PACKET_HANDSHAKE => {
                self.pinned = Some(index);
                self.watching = false;
            }
            dk_packet_type::DK_PACKET_INITIAL
            | dk_packet_type::DK_PACKET_RETRY
            | dk_packet_type::DK_PACKET_VERSION_NEGOTIATION => self.answered = Some(index),
            _ => {}
        }
    }
}

/// What changes when quiche accepts a packet.
#[derive(PartialEq)]
struct Trace {
    packets: usize,
    /// A Retry replaces the destination id without being counted.
    dcid: quiche::ConnectionId<'static>,
    /// An unwanted Version Negotiation ends the connection.
    ended: bool,
}

impl Conn {
    pub(crate) fn recv_batch(&mut self, now: u64, buf: &mut [u8], pkts: &[dk_rx]) -> Outcome<i32> {
        // All are checked before the first is used: a call that fails did nothing.
        for pkt in pkts {
            range(buf, pkt)?;
            info(pkt)?;
        }
        let before = self.quic.stats().recv;
        let _time = time::freeze(now);
        for (index, pkt) in (0..).zip(pkts) {
            let info = info(pkt)?;
            self.recv_datagram(range(buf, pkt)?, info, index);
        }
        let accepted = self.quic.stats().recv.saturating_sub(before);
        self.after_batch(now, accepted, pkts.len());
        Ok(i32::try_from(pkts.len()).unwrap_or(i32::MAX))
    }

    fn recv_datagram(&mut self, datagram: &mut [u8], info: RecvInfo, index: u32) {
        let mut rest = datagram;
        // quiche drops what follows a packet it cannot use (say, one with
        // keys it gave up); each packet stands alone, though (RFC 9000, 12.2).
        while header::is_long(rest) {
            let len = header::first_packet_len(rest);
            let (packet, more) = rest.split_at_mut(len);
            self.recv_watched(packet, info, index);
            rest = more;
        }
        if !rest.is_empty() {
            self.recv_short(rest, info);
        }
    }

    fn recv_watched(&mut self, packet: &mut [u8], info: RecvInfo, index: u32) {
        if !self.pinning.watching {
            self.recv_packet(packet, info);
            return;
        }
        let kind = Long::parse(packet).map(|long| long.kind());
        let before = self.trace();
        self.recv_packet(packet, info);
        if let Some(kind) = kind.filter(|_| self.trace() != before) {
            self.pinning.accepted(kind, index);
        }
    }

    fn trace(&self) -> Trace {
        Trace {
            packets: self.quic.stats().recv,
            dcid: self.quic.destination_id().into_owned(),
            ended: self.quic.local_error().is_some(),
        }
    }

    fn recv_short(&mut self, packet: &mut [u8], info: RecvInfo) {
        if self.confirmed || !self.quic.is_established() {
            self.recv_packet(packet, info);
            return;
        }
        if !self.is_client() {
            self.confirmed = true;
            self.recv_packet(packet, info);
            return;
        }
        // quiche does not tell when the handshake is confirmed. A client may
        // take the acknowledgement of a 1-RTT packet for it (RFC 9001, 4.1.2),
        // and only a 1-RTT packet can carry that one.
        let before = self.quic.stats().acked_bytes;
        self.recv_packet(packet, info);
        self.confirmed = self.quic.stats().acked_bytes > before;
    }

    fn recv_packet(&mut self, packet: &mut [u8], info: RecvInfo) {
        if packet.is_empty() {
            return;
        }
        self.allowance.received(packet.len());
        let closed = self.quic.is_closed();
        // An error is a state of the connection from here on.
        let _ = self.quic.recv(packet, info);
        if self.quic.is_closed() && !closed {
            self.ending.closed_by_packet(&self.quic);
        }
    }

    fn after_batch(&mut self, now: u64, accepted: usize, datagrams: usize) {
        self.counters.datagrams += datagrams as u64;
        self.counters.dropped += datagrams.saturating_sub(accepted) as u64;
        if accepted > 0 {
            self.keep_alive.received(now);
            self.heard();
            self.pacer.allow(pacing::ACK);
            let held = self.ack_hold.received(now, self.quic.unacknowledged());
            self.quic.hold_ack(held);
        }
        if self.quic.is_established() && !self.is_ending() {
            self.cids.refill(&mut self.quic);
        }
        if self.quic.is_established() && !self.is_client() {
            // A server confirms the handshake by completing it.
            self.confirmed = true;
            self.allowance.lift();
        }
    }
}

fn range<'a>(buf: &'a mut [u8], pkt: &dk_rx) -> Outcome<&'a mut [u8]> {
    let start = pkt.off as usize;
    let end = start.saturating_add(pkt.len as usize);
    buf.get_mut(start..end)
        .ok_or(Fault::arg("datagram outside the buffer"))
}

fn info(pkt: &dk_rx) -> Outcome<RecvInfo> {
    Ok(RecvInfo {
        from: pkt.from.to_socket()?,
        to: pkt.to.to_socket()?,
    })
}
