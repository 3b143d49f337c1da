//! What happened since the caller asked last.

use quiche::PathEvent;
use quiche::multipath::FrameEvent;

use super::Conn;
use crate::abi::{dk_addr, dk_event, dk_event_kind as Kind};
use crate::fault::{Fault, Outcome};

/// What the caller was told, to find what is new.
#[derive(Default)]
pub(super) struct Reported {
    flags: u64,
    /// Limits on our streams, bidirectional and unidirectional.
    limits: [u64; 2],
    pub(super) datagrams: bool,
    /// A stream of the peer that was named, and not yet reported as stopped.
    stopped: Option<(u64, u64)>,
    /// An id that did not fit the caller's buffers.
    retired: Option<Vec<u8>>,
    /// A frame that did not fit them.
    pub(super) frame: Option<FrameEvent>,
}

/// The caller's buffers, filled front to back.
pub(super) struct Sink<'a> {
    out: &'a mut [dk_event],
    used: usize,
    side: &'a mut [u8],
    side_used: usize,
    /// A payload found no room.
    cramped: bool,
}

impl Sink<'_> {
    pub(super) fn is_full(&self) -> bool {
        self.used >= self.out.len()
    }

    pub(super) fn push(&mut self, event: dk_event) {
        if let Some(slot) = self.out.get_mut(self.used) {
            *slot = event;
            self.used += 1;
        }
    }

    /// Adds an event with a payload, or neither.
    fn push_with(&mut self, kind: Kind, payload: &[&[u8]]) -> bool {
        self.push_as(event(kind, 0, 0), payload)
    }

    /// Adds an event and its payload, or neither.
    pub(super) fn push_as(&mut self, head: dk_event, payload: &[&[u8]]) -> bool {
        let len = payload.iter().map(|part| part.len()).sum::<usize>();
        let end = self.side_used + len;
        let Some(space) = self.side.get_mut(self.side_used..end) else {
            self.cramped = true;
            return false;
        };
        let bytes = payload.iter().copied().flatten();
        space
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, from)| *to = *from);
        self.push(dk_event {
            off: self.side_used as u32,
            len: len as u32,
            ..head
        });
        self.side_used = end;
        true
    }
}

pub(super) fn event(kind: Kind, a: u64, b: u64) -> dk_event {
    dk_event {
        kind: kind as u32,
        a,
        b,
        ..dk_event::default()
    }
}

impl Conn {
    pub(crate) fn events(&mut self, out: &mut [dk_event], side: &mut [u8]) -> Outcome<i32> {
        if out.is_empty() {
            return Err(Fault::arg("no room for events"));
        }
        let mut sink = Sink {
            out,
            used: 0,
            side,
            side_used: 0,
            cramped: false,
        };
        self.report_state(&mut sink);
        self.report_peer(&mut sink);
        self.report_ids(&mut sink)?;
        self.report_paths(&mut sink);
        self.report_multipath(&mut sink);
        self.report_frames(&mut sink);
        self.report_credit(&mut sink);
        self.report_readable(&mut sink);
        self.report_stopped(&mut sink);
        self.report_writable(&mut sink);
        self.report_acked(&mut sink);
        self.report_datagrams(&mut sink);
        if sink.used == 0 && sink.cramped {
            return Err(Fault::buffer("side buffer too small for one payload"));
        }
        Ok(i32::try_from(sink.used).unwrap_or(i32::MAX))
    }

    fn report_state(&mut self, sink: &mut Sink<'_>) {
        let flags = self.flags();
        if flags != self.reported.flags && !sink.is_full() {
            self.reported.flags = flags;
            sink.push(event(Kind::DK_EVENT_STATE, flags, 0));
        }
    }

    fn report_peer(&mut self, sink: &mut Sink<'_>) {
        if !sink.is_full()
            && let Some(index) = self.pinning.take_answered()
        {
            sink.push(event(Kind::DK_EVENT_PEER_ANSWERED, index.into(), 0));
        }
        if !sink.is_full()
            && let Some(index) = self.pinning.take_pinned()
        {
            sink.push(event(Kind::DK_EVENT_PEER_PINNED, index.into(), 0));
        }
    }

    fn report_ids(&mut self, sink: &mut Sink<'_>) -> Outcome<()> {
        while !sink.is_full() {
            let Some((cid, token)) = self.cids.unreported()? else {
                break;
            };
            if !sink.push_with(Kind::DK_EVENT_CID_ISSUED, &[cid.as_slice(), &token]) {
                break;
            }
            self.cids.reported();
        }
        while !sink.is_full() {
            let waiting = self.reported.retired.take();
            let Some(cid) = waiting.or_else(|| self.next_retired()) else {
                break;
            };
            if !sink.push_with(Kind::DK_EVENT_CID_RETIRED, &[&cid]) {
                self.reported.retired = Some(cid);
                break;
            }
        }
        Ok(())
    }

    fn next_retired(&mut self) -> Option<Vec<u8>> {
        let first = self.quic.retired_scid_next();
        first
            .map(|cid| cid.to_vec())
            .or_else(|| self.quic.retired_path_scid_next())
    }

    fn report_paths(&mut self, sink: &mut Sink<'_>) {
        while !sink.is_full() {
            let Some(found) = self.quic.path_event_next() else {
                break;
            };
            let (kind, local, peer) = match found {
                PathEvent::New(local, peer) => (Kind::DK_EVENT_PATH_NEW, local, peer),
                PathEvent::Validated(local, peer) => (Kind::DK_EVENT_PATH_VALIDATED, local, peer),
                PathEvent::FailedValidation(local, peer) => {
                    (Kind::DK_EVENT_PATH_FAILED, local, peer)
                }
                PathEvent::Closed(local, peer) => (Kind::DK_EVENT_PATH_CLOSED, local, peer),
                PathEvent::PeerMigrated(local, peer) => (Kind::DK_EVENT_PATH_MIGRATED, local, peer),
                // The others tell nothing new: a reused id comes with a new
                // path, a packet size is in dk_path_info.
                _ => continue,
            };
            sink.push(dk_event {
                local: dk_addr::from_socket(local),
                peer: dk_addr::from_socket(peer),
                ..event(kind, 0, 0)
            });
        }
    }

    fn report_credit(&mut self, sink: &mut Sink<'_>) {
        let left = self.credit();
        // The peer's limit, not what is left of it, tells whether there is
        // more: a stream opened meanwhile would hide one that was granted.
        let [bidi, uni] = self.streams.opened();
        let limits = [left[0] + bidi, left[1] + uni];
        let before = self.reported.limits;
        let grew = limits.iter().zip(before).any(|(now, before)| *now > before);
        if grew && !sink.is_full() {
            self.reported.limits = limits;
            sink.push(event(Kind::DK_EVENT_STREAM_CREDIT, left[0], left[1]));
        }
    }

    pub(super) fn credit(&self) -> [u64; 2] {
        [
            self.quic.peer_streams_left_bidi(),
            self.quic.peer_streams_left_uni(),
        ]
    }

    fn report_readable(&mut self, sink: &mut Sink<'_>) {
        while !sink.is_full() {
            let Some(id) = self.quic.stream_readable_next() else {
                break;
            };
            // Reading a part makes quiche queue the stream again.
            if self.streams.becomes_readable(id) {
                sink.push(event(Kind::DK_EVENT_STREAM_READABLE, id, 0));
            }
        }
    }

    fn report_stopped(&mut self, sink: &mut Sink<'_>) {
        while !sink.is_full() {
            let named = self.reported.stopped.take();
            let Some((id, code)) = named.or_else(|| self.next_stopped()) else {
                break;
            };
            // A stream of the peer that begins with STOP_SENDING is in no list
            // of readable streams, yet somebody must learn that it exists.
            // Naming one that is known already does no harm.
            if named.is_none() && !self.is_ours(id) {
                self.reported.stopped = Some((id, code));
                sink.push(event(Kind::DK_EVENT_STREAM_READABLE, id, 0));
                continue;
            }
            sink.push(event(Kind::DK_EVENT_STREAM_STOPPED, id, code));
        }
    }

    fn report_writable(&mut self, sink: &mut Sink<'_>) {
        let mut at = 0;
        while !sink.is_full() {
            let Some(id) = self.next_unblocked(&mut at) else {
                break;
            };
            sink.push(event(Kind::DK_EVENT_STREAM_WRITABLE, id, 0));
        }
    }

    fn report_acked(&mut self, sink: &mut Sink<'_>) {
        while !sink.is_full() {
            let Some(id) = self.next_acked() else {
                break;
            };
            sink.push(event(Kind::DK_EVENT_STREAM_ACKED, id, 0));
        }
    }

    fn report_datagrams(&mut self, sink: &mut Sink<'_>) {
        let waiting = self.quic.dgram_recv_queue_len() > 0;
        if waiting && !self.reported.datagrams {
            if sink.is_full() {
                return;
            }
            sink.push(event(Kind::DK_EVENT_DATAGRAM_READABLE, 0, 0));
        }
        self.reported.datagrams = waiting;
        if !sink.is_full() && self.datagrams.takes_refused() {
            sink.push(event(Kind::DK_EVENT_DATAGRAM_WRITABLE, 0, 0));
        }
    }
}
