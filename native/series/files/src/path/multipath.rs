//! What paths do with multipath that they do not without.

use super::*;

/// Challenges that may stay without an answer, where a path is one of several.
const PATIENCE: usize = 6;
/// Challenges of which any may be answered.
const MOST_CHALLENGES: usize = 16;
/// Least room that makes a packet worth while on an unproven address.
const LEAST_CREDIT: usize = 100;

impl PathMap {
    /// Never fewer paths than path ids.
    pub(crate) fn make_room_for(&mut self, paths: usize) {
        self.max_concurrent_paths = self.max_concurrent_paths.max(paths);
    }

    /// The path that can be done without where there is no room for another:
    /// one that the peer has left, once it has proven where it is now. Until
    /// then that is where to go back to.
    pub(crate) fn dispensable(&self) -> Option<usize> {
        let active = self.get_active_path_id().ok()?;
        let is_proven = self.get(active).is_ok_and(Path::validated);
        if self.paths.len() < self.max_concurrent_paths || !is_proven {
            return None;
        }
        let mut left = self.paths.iter().filter(|(_, path)| path.left);
        left.find(|(pid, _)| *pid != active).map(|(pid, _)| pid)
    }

    /// Moves a path to other addresses.
    pub(crate) fn rebind(
        &mut self, pid: usize, local: SocketAddr, peer: SocketAddr,
    ) -> Result<()> {
        let path = self.get_mut(pid)?;
        let old = (path.local_addr, path.peer_addr);
        path.local_addr = local;
        path.peer_addr = peer;
        self.unmap(old, pid);
        self.addrs_to_paths.insert((local, peer), pid);
        Ok(())
    }

    pub(crate) fn remove(&mut self, pid: usize) {
        if let Some(path) = self.paths.try_remove(pid) {
            self.unmap((path.local_addr, path.peer_addr), pid);
        }
    }

    /// Two paths may go over the same addresses.
    fn unmap(&mut self, addrs: (SocketAddr, SocketAddr), pid: usize) {
        if self.addrs_to_paths.get(&addrs) == Some(&pid) {
            self.addrs_to_paths.remove(&addrs);
        }
    }

    /// This path alone carries data from now on.
    pub(crate) fn activate(&mut self, pid: usize) -> Result<()> {
        self.get(pid)?;
        for (other, path) in self.paths.iter_mut() {
            path.active = other == pid;
        }
        Ok(())
    }
}

impl Path {
    /// Whether a datagram that went between these addresses is one of this
    /// path. The local one may not be known yet: the system chooses it.
    pub(crate) fn leads(&self, local: SocketAddr, peer: SocketAddr) -> bool {
        let here = self.local_addr == local ||
            (self.local_addr.ip().is_unspecified() &&
                self.local_addr.port() == local.port());
        here && self.peer_addr == peer
    }

    /// Nothing is sent on the path any more.
    pub(crate) fn retire(&mut self) {
        self.active = false;
        self.active_dcid_seq = None;
        self.challenge_requested = false;
        self.needs_ack_eliciting = false;
        self.received_challenges.clear();
        self.in_flight_challenges.clear();
    }

    /// One answer is enough: that others do not come is no failure.
    pub(crate) fn forget_challenges(&mut self) {
        self.in_flight_challenges.clear();
        self.challenge_requested = false;
    }

    /// The path leads somewhere else and has to prove itself again.
    pub(crate) fn revalidate(&mut self) {
        self.in_flight_challenges.clear();
        self.verified_peer_address = false;
        self.max_challenge_size = 0;
        self.probing_lost = 0;
        self.last_probe_lost_time = None;
        self.failure_notified = false;
        self.state = PathState::Validating;
        self.request_validation();
    }

    /// The path leads to where it was proven to lead.
    pub(crate) fn restore(&mut self, active: bool) {
        self.in_flight_challenges.clear();
        self.challenge_requested = false;
        self.verified_peer_address = true;
        self.probing_lost = 0;
        self.failure_notified = false;
        self.state = PathState::Validated;
        self.active = active;
    }

    /// The peer's address is known to be its own, for another path proved it.
    pub(crate) fn trust_address(&mut self) {
        self.verified_peer_address = true;
    }

    /// Whether data may be sent on it: it leads to the peer, and has an id.
    pub(crate) fn works(&self) -> bool {
        self.validated() && self.active_dcid_seq.is_some()
    }

    /// The peer went on elsewhere, or came back.
    pub(crate) fn leave(&mut self, left: bool) {
        self.left = left;
    }

    /// Whether nothing can be sent on it, whatever is due.
    pub(crate) fn is_muted(&self, is_server: bool) -> bool {
        let unproven = is_server && !self.verified_peer_address;
        self.active_dcid_seq.is_none() ||
            self.validation_failed() ||
            (unproven && self.max_send_bytes < LEAST_CREDIT)
    }

    /// When the last challenge should have been answered.
    pub(crate) fn challenge_at(&self) -> Option<Instant> {
        let few = self.in_flight_challenges.len() < MOST_CHALLENGES;
        let waits = self.under_validation() && !self.challenge_requested && few;
        let (_, _, sent) = self.in_flight_challenges.back().filter(|_| waits)?;
        Some(*sent + self.recovery.pto() * 2)
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.validation_failed()
    }

    pub(crate) fn is_marked_active(&self) -> bool {
        self.active
    }

    pub(crate) fn be_patient(&mut self) {
        self.patient = true;
    }

    /// Whether a lost challenge is just repeated.
    #[inline(always)]
    pub(super) fn repeats_challenge(&self) -> bool {
        self.patient && self.probing_lost < PATIENCE
    }
}
