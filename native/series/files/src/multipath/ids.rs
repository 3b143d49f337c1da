//! Connection ids of each path.

use super::*;
use crate::ConnectionId;

/// A connection id as the peer issues it.
pub(super) struct Issued<'a> {
    pub(super) seq: u64,
    pub(super) retire_prior_to: u64,
    pub(super) cid: &'a [u8],
    pub(super) token: [u8; 16],
}

impl<F: BufFactory> Connection<F> {
    /// Gives the peer an id of ours for a path other than the first.
    pub fn new_path_scid(
        &mut self, path: u32, scid: &[u8], reset_token: u128,
    ) -> Result<u64> {
        if self.path_scids_left(path) == 0 {
            return Err(Error::IdLimit);
        }
        let seq = self.within(path, |conn| {
            let cid = ConnectionId::from(scid.to_vec());
            conn.ids.new_scid(cid, Some(reset_token), false, None, false)
        })?;
        self.multipath.own_ids.insert(scid, path);
        self.multipath.control.advertise(path, seq);
        Ok(seq)
    }

    /// An id of ours for a path other than the first that is not used any
    /// more.
    pub fn retired_path_scid_next(&mut self) -> Option<Vec<u8>> {
        self.multipath.retired_cids.pop_front()
    }

    /// Moves what the base protocol would tell about ids, all of which it
    /// takes for those of path 0, to our own frames.
    pub(super) fn collect_ids(&mut self) -> Result<()> {
        if self.ids.has_new_scids() {
            for seq in self.ids.take_advertised() {
                self.multipath.control.advertise(self.multipath.entered, seq);
            }
        }
        if self.ids.has_retire_dcids() {
            for seq in self.ids.take_retired() {
                self.multipath.control.retire(self.multipath.entered, seq)?;
            }
        }
        Ok(())
    }

    pub(super) fn on_new_cid(&mut self, path: u32, new: &Issued) -> Result<()> {
        self.check_path(path)?;
        match self.multipath.contexts.get(path) {
            Some(context) if context.state != State::Abandoned => (),
            // Above what the peer itself takes, or gone.
            _ => return Ok(()),
        }
        self.within(path, |conn| conn.accept_cid(path, new))
    }

    fn accept_cid(&mut self, path: u32, new: &Issued) -> Result<()> {
        let mut retired = Default::default();
        let accepted = self.ids.new_dcid(
            ConnectionId::from(new.cid.to_vec()),
            new.seq,
            u128::from_be_bytes(new.token),
            new.retire_prior_to,
            &mut retired,
        );
        let pid = self.multipath.pid_of(path);
        if let Some(pid) = pid {
            let path = self.paths.get_mut(pid)?;
            if retired.iter().any(|(seq, _)| path.active_dcid_seq == Some(*seq))
            {
                path.active_dcid_seq = None;
            }
        }
        accepted?;
        self.collect_ids()?;
        match pid {
            Some(pid) => self.take_dcid(pid),
            None => Ok(()),
        }
    }

    /// Gives a path of the entered context an id of the peer, if it has none.
    pub(super) fn take_dcid(&mut self, pid: usize) -> Result<()> {
        let path = self.paths.get_mut(pid)?;
        if path.active_dcid_seq.is_none() {
            if let Some(seq) = self.ids.lowest_available_dcid_seq() {
                self.ids.link_dcid_to_path_id(seq, pid)?;
                path.active_dcid_seq = Some(seq);
            }
        }
        Ok(())
    }

    pub(super) fn on_retire_cid(
        &mut self, path: u32, seq: u64, now: Instant,
    ) -> Result<()> {
        self.check_path(path)?;
        let window = self.largest_pto();
        if !self.multipath.contexts.contains(path) {
            return Ok(());
        }
        let cid = self.within(path, |conn| {
            // The connection goes by one of the first path's ids for ever.
            let last = path == 0 && conn.ids.active_source_cids() == 1;
            match last {
                true => Ok(None),
                false => conn.ids.drop_scid(seq),
            }
        })?;
        let Some(cid) = cid else {
            return Ok(());
        };
        self.multipath.flood.retirement(now, window)?;
        self.multipath.control.path(path).new_cids.retain(|new| *new != seq);
        if let Some(pid) = self.multipath.pid_of(path) {
            let path = self.paths.get_mut(pid)?;
            if path.active_scid_seq == Some(seq) {
                path.active_scid_seq = None;
            }
        }
        self.forget_cid(cid.as_ref());
        Ok(())
    }

    pub(super) fn forget_cid(&mut self, cid: &[u8]) {
        self.multipath.own_ids.remove(cid);
        self.multipath.retired_cids.push_back(cid.to_vec());
    }

    /// Whether what follows a packet's payload is a token that an id of the
    /// peer came with. All are compared, whichever matches.
    pub(crate) fn matches_reset_token(&self, end: &[u8]) -> bool {
        let is_token = |token: u128| {
            let token = token.to_be_bytes();
            crate::crypto::verify_slices_are_equal(&token, end).is_ok()
        };
        // That of the handshake's id came with the transport parameters.
        let first = self.peer_transport_params.stateless_reset_token;
        let mut found = first.is_some_and(is_token);
        for token in self.ids.reset_tokens() {
            found |= is_token(token);
        }
        for (path, context) in self.multipath.contexts.iter() {
            if path == self.multipath.entered {
                continue;
            }
            for token in context.waiting_ids().reset_tokens() {
                found |= is_token(token);
            }
        }
        found
    }
}
