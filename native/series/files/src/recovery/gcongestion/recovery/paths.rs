//! Giving up what was sent on a path.

use super::*;

impl GRecovery {
    /// Takes all that was sent, or was lost and not sent again yet, out of the
    /// books. What was acknowledged stays to be processed.
    fn take_unacked(
        &mut self, epoch: packet::Epoch, status: HandshakeStatus, now: Instant,
    ) -> (VecDeque<frame::Frame>, usize, usize) {
        let (mut frames, mut packets, mut bytes) = (VecDeque::new(), 0, 0);
        while let Some(frame) = self.next_lost_frame(epoch) {
            frames.push_back(frame);
        }
        for sent in &mut self.epochs[epoch].sent_packets {
            if let SentStatus::Sent {
                frames: carried,
                sent_bytes,
                ..
            } = &mut sent.status
            {
                frames.extend(carried.drain(..));
                packets += 1;
                bytes += *sent_bytes;
            }
        }
        let acked = std::mem::take(&mut self.epochs[epoch].acked_frames);
        self.on_pkt_num_space_discarded(epoch, status, now);
        self.epochs[epoch].acked_frames = acked;
        self.pto_count = 0;
        self.bytes_lost += bytes as u64;
        self.lost_count += packets;
        (frames, packets, bytes)
    }

    pub(super) fn lose_everything(
        &mut self, epoch: packet::Epoch, status: HandshakeStatus, now: Instant,
    ) -> (usize, usize) {
        let (frames, packets, bytes) = self.take_unacked(epoch, status, now);
        self.epochs[epoch].lost_frames_ack = frames;
        (packets, bytes)
    }

    pub(super) fn begin_anew(&mut self, config: &RecoveryConfig) {
        let status = HandshakeStatus {
            has_handshake_keys: true,
            peer_verified_address: true,
            completed: true,
        };
        let epoch = packet::Epoch::Application;
        let now = crate::clock::now();
        let (frames, ..) = self.take_unacked(epoch, status, now);
        let acked = std::mem::take(&mut self.epochs[epoch].acked_frames);
        if let Some(mut new) = GRecovery::new(config) {
            new.rules = self.rules;
            new.rtt_stats.max_ack_delay = self.rtt_stats.max_ack_delay;
            new.bytes_lost = self.bytes_lost;
            new.lost_count = self.lost_count;
            *self = new;
        }
        self.epochs[epoch].lost_frames_ack = frames;
        self.epochs[epoch].acked_frames = acked;
    }
}
