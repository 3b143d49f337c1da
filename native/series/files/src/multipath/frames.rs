//! Frames that the application reads and writes: address discovery and NAT
//! traversal.

use super::*;
use crate::frame::ext;
use crate::frame::ext::Opaque;
use crate::frame::ExtFrame;

/// What the application has not read may not grow beyond these.
const MOST_UNREAD: usize = 256;
const MOST_UNREAD_BYTES: usize = 16 * 1024;
/// Frames to be sent or acknowledged.
const MOST_UNACKNOWLEDGED: usize = 256;

/// What becomes of a frame that was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is sent again, on whatever path carries data then.
    Reliable,
    /// It is reported, and not sent again.
    Once,
}

/// A frame from the peer, or what became of one of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameEvent {
    Received { ty: u64, body: Vec<u8>, path: u32 },
    Acked { token: u64 },
    Lost { token: u64 },
}

struct Outgoing {
    token: u64,
    delivery: Delivery,
    frame: ExtFrame,
    /// In a packet that was neither acknowledged nor lost.
    sent: bool,
}

#[derive(Default)]
pub(super) struct Frames {
    nat_traversal: bool,
    observed: bool,
    outgoing: VecDeque<Outgoing>,
    events: VecDeque<FrameEvent>,
    unread: usize,
    unread_bytes: usize,
}

impl Frames {
    pub(super) fn negotiated(&mut self, nat_traversal: bool, observed: bool) {
        self.nat_traversal = nat_traversal;
        self.observed = observed;
    }

    pub(super) fn nat_traversal(&self) -> bool {
        self.nat_traversal
    }

    /// Frames that only the other role sends, or nobody without agreement, end
    /// the connection.
    pub(super) fn receive(
        &mut self, ty: u64, body: Vec<u8>, path: u32, is_server: bool,
    ) -> Result<()> {
        let expected = match ext::opaque(ty) {
            Some(Opaque::ObservedAddress) => self.observed,
            Some(Opaque::ForClient) => self.nat_traversal && !is_server,
            Some(Opaque::ForServer) => self.nat_traversal && is_server,
            None => false,
        };
        if !expected {
            return Err(Error::InvalidPacket);
        }
        self.unread += 1;
        self.unread_bytes += body.len();
        self.events
            .push_back(FrameEvent::Received { ty, body, path });
        Ok(())
    }

    pub(super) fn is_overfull(&self) -> bool {
        self.unread > MOST_UNREAD ||
            self.unread_bytes > MOST_UNREAD_BYTES ||
            self.events.len() > 2 * MOST_UNREAD
    }

    fn next_event(&mut self) -> Option<FrameEvent> {
        let event = self.events.pop_front()?;
        if let FrameEvent::Received { body, .. } = &event {
            self.unread -= 1;
            self.unread_bytes -= body.len();
        }
        Some(event)
    }

    pub(super) fn waits(&self) -> bool {
        self.first_waiting().is_some()
    }

    /// The next frame to send.
    pub(super) fn first_waiting(&self) -> Option<&ExtFrame> {
        let mut all = self.outgoing.iter();
        all.find(|out| !out.sent).map(|out| &out.frame)
    }

    pub(super) fn first_sent(&mut self) {
        let mut all = self.outgoing.iter_mut();
        if let Some(out) = all.find(|out| !out.sent) {
            out.sent = true;
        }
    }

    fn position(&self, frame: &ExtFrame) -> Option<usize> {
        let mut all = self.outgoing.iter();
        all.position(|out| out.sent && out.frame == *frame)
    }

    pub(super) fn on_acked(&mut self, frame: &ExtFrame) {
        let found = self.position(frame);
        if let Some(out) = found.and_then(|at| self.outgoing.remove(at)) {
            self.events
                .push_back(FrameEvent::Acked { token: out.token });
        }
    }

    pub(super) fn on_lost(&mut self, frame: &ExtFrame) {
        let Some(at) = self.position(frame) else {
            return;
        };
        match self.outgoing.get_mut(at) {
            Some(out) if out.delivery == Delivery::Reliable => out.sent = false,
            _ =>
                if let Some(out) = self.outgoing.remove(at) {
                    self.events
                        .push_back(FrameEvent::Lost { token: out.token });
                },
        }
    }
}

impl<F: BufFactory> Connection<F> {
    /// Sends a frame whose body the application made. The token comes back
    /// with what becomes of it.
    pub fn send_frame(
        &mut self, ty: u64, body: &[u8], delivery: Delivery, token: u64,
    ) -> Result<()> {
        let frames = &mut self.multipath.frames;
        let allowed = match ext::opaque(ty) {
            Some(Opaque::ForClient) => frames.nat_traversal && self.is_server,
            Some(Opaque::ForServer) => frames.nat_traversal && !self.is_server,
            Some(Opaque::ObservedAddress) | None => false,
        };
        if !allowed {
            return Err(Error::InvalidState);
        }
        if !ext::is_body(ty, body) {
            return Err(Error::InvalidFrame);
        }
        if frames.outgoing.len() >= MOST_UNACKNOWLEDGED {
            return Err(Error::Done);
        }
        frames.outgoing.push_back(Outgoing {
            token,
            delivery,
            frame: ExtFrame::Opaque {
                ty,
                body: body.to_vec(),
            },
            sent: false,
        });
        Ok(())
    }

    /// The frames with this token are not sent, or not again. Returns whether
    /// there was one.
    pub fn cancel_frame(&mut self, token: u64) -> bool {
        let outgoing = &mut self.multipath.frames.outgoing;
        let before = outgoing.len();
        outgoing.retain(|out| out.token != token);
        outgoing.len() < before
    }

    /// The next frame of the peer, or the next news of one of ours.
    pub fn frame_event_next(&mut self) -> Option<FrameEvent> {
        self.multipath.frames.next_event()
    }

    /// Whether both sides speak NAT traversal.
    pub fn is_nat_traversal(&self) -> bool {
        self.multipath.frames.nat_traversal
    }

    pub(super) fn on_ext_frame_read(&mut self, ty: u64, body: &[u8]) -> Result<()> {
        let path = self.multipath.entered;
        self.multipath
            .frames
            .receive(ty, body.to_vec(), path, self.is_server)?;
        if !self.multipath.on {
            // There is no end of a call that would look after it.
            self.close_when_unread();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADD_ADDRESS: u64 = 0x3d7f90;
    const OBSERVED: u64 = 0x9f81a6;

    #[test]
    fn only_what_was_agreed_and_from_the_right_side() {
        let mut frames = Frames::default();
        assert!(frames.receive(ADD_ADDRESS, vec![], 0, false).is_err());
        assert!(frames.receive(OBSERVED, vec![], 0, false).is_err());
        frames.negotiated(true, true);
        assert!(frames.receive(ADD_ADDRESS, vec![], 0, false).is_ok());
        assert!(frames.receive(ADD_ADDRESS, vec![], 0, true).is_err());
        assert!(frames.receive(OBSERVED, vec![], 0, true).is_ok());
    }

    #[test]
    fn unread_frames_are_bounded() {
        let mut frames = Frames::default();
        frames.negotiated(true, false);
        for _ in 0..MOST_UNREAD {
            frames.receive(ADD_ADDRESS, vec![0; 7], 0, false).unwrap();
            assert!(!frames.is_overfull());
        }
        frames.receive(ADD_ADDRESS, vec![0; 7], 0, false).unwrap();
        assert!(frames.is_overfull());
        frames.next_event().unwrap();
        assert!(!frames.is_overfull());
    }

    #[test]
    fn a_lost_frame_goes_again_or_is_reported() {
        let mut frames = Frames::default();
        for (token, delivery) in [(1, Delivery::Reliable), (2, Delivery::Once)] {
            let ty = ADD_ADDRESS;
            let body = vec![token as u8];
            frames.outgoing.push_back(Outgoing {
                token,
                delivery,
                frame: ExtFrame::Opaque { ty, body },
                sent: true,
            });
        }
        let all: Vec<_> =
            frames.outgoing.iter().map(|out| out.frame.clone()).collect();
        all.iter().for_each(|frame| frames.on_lost(frame));
        assert_eq!(frames.next_event(), Some(FrameEvent::Lost { token: 2 }));
        assert_eq!(frames.first_waiting(), Some(&all[0]));
        frames.first_sent();
        frames.on_acked(&all[0]);
        assert_eq!(frames.next_event(), Some(FrameEvent::Acked { token: 1 }));
        assert!(!frames.waits());
    }
}

#[cfg(test)]
impl Frames {
    pub(super) fn unread(&self) -> usize {
        self.unread
    }
}
