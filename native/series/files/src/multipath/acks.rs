//! Acknowledgements per path: PATH_ACK frames, sent and received.

use smallvec::SmallVec;

use super::*;
use crate::frame::ExtFrame;
use crate::packet::PktNumSpace;
use crate::ranges::RangeSet;
use crate::recovery::OnAckReceivedOutcome;
use crate::recovery::RecoveryOps;
use crate::recovery::RttSample;

/// Room for PATH_ACK frames in the packet that is being made.
pub(crate) struct AckRoom {
    /// Bytes left in the packet.
    pub(crate) left: usize,
    /// Bytes left for one that only goes with a PING, which has to fit the
    /// congestion window, too. None when no PING is due.
    pub(crate) with_ping: Option<usize>,
    pub(crate) delay_exponent: u32,
    pub(crate) now: Instant,
}

impl Multipath {
    /// Whether [`Self::take_acks`] finds any that are due. Most packets of a
    /// sender carry none.
    pub(crate) fn has_acks(&self, current: &PktNumSpace, is_active: bool) -> bool {
        current.ack_elicited || self.owes_acks(self.entered, is_active)
    }

    /// The acknowledgements to put into a packet of the entered path: its own,
    /// and those that other paths cannot carry or should not carry alone.
    pub(crate) fn take_acks(
        &mut self, current: &mut PktNumSpace, is_active: bool, room: AckRoom,
    ) -> SmallVec<[ExtFrame; 1]> {
        let mut frames = SmallVec::new();
        let mut left = room.left;
        let entered = self.entered;
        for (path, context) in self.used_mut() {
            let own = path == entered;
            let stranded = !context.carries_ack && is_active;
            let repeat = context.repeat_ack && !own;
            let carries = context.carries_ack;
            let space = context.space(own, current);
            let due = space.ack_elicited && (own || stranded) || repeat;
            let with_ping = room.with_ping.filter(|_| own);
            if space.recv_pkt_need_ack.len() == 0 || !(due || with_ping.is_some()) {
                continue;
            }
            let delay = room.now.saturating_duration_since(space.largest_rx_pkt_time);
            let delay = delay.as_micros() as u64 / 2_u64.pow(room.delay_exponent);
            let frame = ExtFrame::PathAck {
                path,
                delay,
                ranges: space.recv_pkt_need_ack.clone(),
            };
            let len = frame.wire_len();
            // Without room for the PING this would go on for ever.
            let fits = due || with_ping.is_some_and(|most| len < most);
            if len > left || !fits {
                continue;
            }
            left -= len;
            if own || !carries {
                space.ack_elicited = false;
                space.unacknowledged = 0;
            }
            if !own {
                context.repeat_ack = false;
            }
            frames.push(frame);
        }
        frames
    }

    /// Whether a packet of this path has to carry acknowledgements of others.
    pub(super) fn owes_acks(&self, path: u32, is_active: bool) -> bool {
        let mut others = self.used().filter(|(other, _)| *other != path);
        others.any(|(other, context)| {
            let due = other != self.entered && context.waiting_space().ack_elicited;
            let stranded = due && !context.carries_ack && is_active;
            stranded || context.repeat_ack
        })
    }

    /// An acknowledgement of ours arrived: what it told need not be told again.
    fn forget_acked(&mut self, path: u32, largest: u64, current: &mut PktNumSpace) {
        let own = path == self.entered;
        if let Some(context) = self.contexts.get_mut(path) {
            let space = context.space(own, current);
            space.recv_pkt_need_ack.remove_until(largest);
        }
    }

    /// An acknowledgement of ours was lost. That of a path that does not work
    /// is not repeated: coming late over another path, it would make the peer
    /// believe in a long round trip, and so keep the path, and what is lost on
    /// it, for many times as long.
    fn repeat_ack(&mut self, path: u32, current: &mut PktNumSpace) {
        let own = path == self.entered;
        if let Some(context) = self.contexts.get_mut(path) {
            if context.is_open() && !context.suspected {
                context.space(own, current).ack_elicited = true;
            }
        }
    }

    /// A frame of ours arrived.
    pub(crate) fn on_acked(&mut self, frame: &ExtFrame, current: &mut PktNumSpace) {
        match frame {
            ExtFrame::PathAck { path, ranges, .. } =>
                if let Some(largest) = ranges.last() {
                    self.forget_acked(*path, largest, current);
                },
            ExtFrame::Opaque { .. } => self.frames.on_acked(frame),
            _ => (),
        }
    }

    /// A frame of ours was lost: what it said is said again if it still holds.
    pub(crate) fn on_lost(&mut self, frame: &ExtFrame, current: &mut PktNumSpace) {
        let known = |path: &u32| {
            let context = self.contexts.get(*path);
            context.is_some_and(|context| context.state != State::Abandoned)
        };
        match frame {
            ExtFrame::PathAck { path, .. } => self.repeat_ack(*path, current),
            ExtFrame::PathAbandon { path, code } => {
                // Never more than there were.
                let _ = self.control.abandon(*path, *code);
            },
            ExtFrame::PathStatus { path, .. } if known(path) =>
                self.control.path(*path).status = true,
            ExtFrame::PathNewConnectionId { path, seq, .. } if known(path) =>
                self.control.advertise(*path, *seq),
            ExtFrame::PathRetireConnectionId { path, seq } if known(path) => {
                let _ = self.control.retire(*path, *seq);
            },
            ExtFrame::PathCidsBlocked { path, .. } if known(path) =>
                self.control.path(*path).cids_blocked = true,
            ExtFrame::MaxPathId { .. } => self.control.max_path_id = true,
            ExtFrame::PathsBlocked { .. } => self.control.paths_blocked = true,
            ExtFrame::Opaque { .. } => self.frames.on_lost(frame),
            _ => (),
        }
    }

    /// Frames from before multipath was negotiated are those of path 0.
    pub(crate) fn on_base_ack_acked(&mut self, ranges: &RangeSet, current: &mut PktNumSpace) {
        if let Some(largest) = ranges.last() {
            self.forget_acked(0, largest, current);
        }
    }

    pub(crate) fn on_base_ack_lost(&mut self, current: &mut PktNumSpace) {
        self.repeat_ack(0, current);
    }

    pub(crate) fn on_base_new_cid_lost(&mut self, seq: u64) {
        self.control.advertise(0, seq);
    }

    pub(crate) fn on_base_retire_lost(&mut self, seq: u64) {
        let _ = self.control.retire(0, seq);
    }
}

impl<F: BufFactory> Connection<F> {
    /// Packets of the application that ask for an acknowledgement and got
    /// none. None when that must not wait.
    pub(crate) fn unacknowledged_on_paths(&self) -> Option<usize> {
        let multipath = &self.multipath;
        let mut all = 0;
        for (path, context) in multipath.used() {
            let space = match path == multipath.entered {
                true => &self.pkt_num_spaces[APPLICATION],
                false => context.waiting_space(),
            };
            let urgent = space.recv_pkt_need_ack.len() > 1 ||
                context.repeat_ack ||
                context.state == State::Abandoned;
            if urgent && space.unacknowledged > 0 {
                return None;
            }
            all += space.unacknowledged;
        }
        Some(all)
    }

    pub(super) fn on_path_ack(
        &mut self, path: u32, ranges: &RangeSet, delay: u64, now: Instant,
    ) -> Result<()> {
        let exponent = self.peer_transport_params.ack_delay_exponent as u32;
        let delay = delay
            .checked_mul(2_u64.pow(exponent))
            .ok_or(Error::InvalidFrame)?;
        let largest = ranges.last().ok_or(Error::InvalidFrame)?;
        let Some(context) = self.multipath.contexts.get(path) else {
            return match self.multipath.is_gone(path) {
                true => Ok(()),
                false => Err(Error::InvalidPacket),
            };
        };
        let abandoned = context.state == State::Abandoned;
        let Some(pid) = context.pid else {
            return match abandoned {
                true => Ok(()),
                false => Err(Error::InvalidPacket),
            };
        };
        self.peer_verified_initial_address = true;
        // After an interruption the first acknowledgement comes as late as that
        // was long, and says so. As a round trip it would stretch the time in
        // which the rest is not taken for lost.
        let held = Duration::from_micros(delay);
        let is_late = held > self.paths.get(pid)?.recovery.pto();
        let sample = if abandoned {
            RttSample::Never
        } else if path == self.multipath.entered && !is_late {
            RttSample::Always
        } else {
            RttSample::InTime
        };
        let outcome = self.within(path, |conn| {
            conn.acknowledge(pid, ranges, largest, delay, sample, now)
        })?;
        self.after_ack(path, pid, &outcome, now)
    }

    /// Runs recovery of the entered context's path.
    fn acknowledge(
        &mut self, pid: usize, ranges: &RangeSet, largest: u64, delay: u64,
        sample: RttSample, now: Instant,
    ) -> Result<OnAckReceivedOutcome> {
        let sent = self.pkt_num_spaces[APPLICATION].largest_tx_pkt_num;
        if sent.is_none_or(|sent| sent < largest) {
            return Err(Error::InvalidAckRange);
        }
        let status = self.handshake_status();
        let is_app_limited = self.delivery_rate_check_if_app_limited();
        let skipped = self.pkt_num_manager.skip_pn();
        let path = self.paths.get_mut(pid)?;
        if is_app_limited {
            path.recovery.delivery_rate_update_app_limited(true);
        }
        path.recovery.take_sample(sample);
        let outcome = path.recovery.on_ack_received(
            ranges,
            delay,
            APPLICATION,
            status,
            now,
            skipped,
            &self.trace_id,
        )?;
        let acked = path.recovery.get_largest_acked_on_epoch(APPLICATION);
        // A higher number shows that the peer does not invent any.
        if acked.zip(skipped).is_some_and(|(acked, skipped)| acked > skipped) {
            self.pkt_num_manager.set_skip_pn(None);
        }
        Ok(outcome)
    }

    fn after_ack(
        &mut self, path: u32, pid: usize, outcome: &OnAckReceivedOutcome, now: Instant,
    ) -> Result<()> {
        self.lost_count += outcome.lost_packets;
        self.lost_bytes += outcome.lost_bytes as u64;
        self.acked_bytes += outcome.acked_bytes as u64;
        self.spurious_lost_count += outcome.spurious_losses;
        let in_flight = self.paths.get(pid)?.recovery.bytes_in_flight();
        let Some(context) = self.multipath.contexts.get_mut(path) else {
            return Ok(());
        };
        if outcome.acked_bytes > 0 {
            let acked = self.paths.get(pid)?.recovery.get_largest_acked_on_epoch(APPLICATION);
            if acked >= Some(context.phase_sent) {
                self.multipath.keys.acknowledged();
            }
            context.last_acked = Some(now);
            context.unanswered_since = (in_flight > 0).then_some(now);
            if std::mem::take(&mut context.suspected) {
                self.multipath.push(MultipathEvent::Recovered { path });
                self.refresh_caps();
            }
            self.tell_ready(path);
        }
        Ok(())
    }

    /// The peer showed that it accepted a path.
    pub(super) fn tell_ready(&mut self, path: u32) {
        let Some(context) = self.multipath.contexts.get_mut(path) else {
            return;
        };
        let open = context.open_path(&self.paths);
        let validated = open.is_some_and(|(_, path)| path.validated());
        if validated && !context.told_ready {
            context.told_ready = true;
            self.multipath.push(MultipathEvent::PeerReady { path });
        }
    }
}
