//! Giving up what was sent on a path.

use super::*;

impl LegacyRecovery {
    /// Takes all that was sent, or was lost and not sent again yet, out of the
    /// books. What was acknowledged stays to be processed.
    fn take_unacked(
        &mut self, epoch: Epoch, status: HandshakeStatus, now: Instant,
    ) -> (Vec<frame::Frame>, usize, usize) {
        let (mut frames, mut packets, mut bytes) = (Vec::new(), 0, 0);
        while let Some(frame) = self.next_lost_frame(epoch) {
            frames.push(frame);
        }
        for sent in &mut self.epochs[epoch].sent_packets {
            if sent.time_acked.is_none() && sent.time_lost.is_none() {
                frames.extend(sent.frames.drain(..));
                packets += 1;
                bytes += sent.size;
            }
        }
        let acked = std::mem::take(&mut self.epochs[epoch].acked_frames);
        self.on_pkt_num_space_discarded(epoch, status, now);
        self.epochs[epoch].acked_frames = acked;
        self.pto_count = 0;
        self.bytes_lost += bytes as u64;
        self.congestion.lost_count += packets;
        (frames, packets, bytes)
    }

    pub(super) fn lose_everything(
        &mut self, epoch: Epoch, status: HandshakeStatus, now: Instant,
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
        let epoch = Epoch::Application;
        let now = crate::clock::now();
        let (frames, ..) = self.take_unacked(epoch, status, now);
        let acked = std::mem::take(&mut self.epochs[epoch].acked_frames);
        let mut new = LegacyRecovery::new_with_config(config);
        new.epochs[epoch].lost_frames_ack = frames;
        new.epochs[epoch].acked_frames = acked;
        new.rules = self.rules;
        new.rtt_stats.max_ack_delay = self.rtt_stats.max_ack_delay;
        new.bytes_lost = self.bytes_lost;
        new.congestion.lost_count = self.congestion.lost_count;
        *self = new;
    }
}
