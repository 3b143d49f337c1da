//! Connection ids of paths other than the first.

use super::*;

impl ConnectionIdentifiers {
    /// Ids of a path that has none yet, on either side.
    pub(crate) fn without_ids(
        destination_limit: usize, source_limit: usize,
    ) -> ConnectionIdentifiers {
        let destination_limit = destination_limit.max(2);
        let source_limit = source_limit.max(2);
        ConnectionIdentifiers {
            dcids: BoundedNonEmptyConnectionIdVecDeque {
                inner: VecDeque::with_capacity(1),
                capacity: destination_limit,
            },
            scids: BoundedNonEmptyConnectionIdVecDeque {
                inner: VecDeque::with_capacity(1),
                capacity: 2 * source_limit - 1,
            },
            retire_dcid_seqs: BoundedConnectionIdSeqSet::new(
                destination_limit * RETIRED_CONN_ID_LIMIT_MULTIPLIER as usize,
            ),
            source_conn_id_limit: source_limit,
            ..Default::default()
        }
    }

    pub(crate) fn next_scid_seq(&self) -> u64 {
        self.next_scid_seq
    }

    /// Drops an id of ours on the peer's demand, also the last one. None when
    /// it is gone already.
    pub(crate) fn drop_scid(
        &mut self, seq: u64,
    ) -> Result<Option<ConnectionId<'static>>> {
        if seq >= self.next_scid_seq {
            return Err(Error::InvalidPacket);
        }
        let at = self.scids.inner.iter().position(|entry| entry.seq == seq);
        let entry = at.and_then(|at| self.scids.inner.remove(at));
        Ok(entry.map(|entry| entry.cid))
    }

    /// Forgets where ids were used, for the path is gone.
    pub(crate) fn unlink(&mut self) {
        for entry in &mut self.scids.inner {
            entry.path_id = None;
        }
        for entry in &mut self.dcids.inner {
            entry.path_id = None;
        }
    }

    /// Forgets which ids one path used, for its place is given to another.
    pub(crate) fn unlink_path(&mut self, pid: usize) {
        let own = self.scids.inner.iter_mut().chain(&mut self.dcids.inner);
        for entry in own.filter(|entry| entry.path_id == Some(pid)) {
            entry.path_id = None;
        }
    }

    /// Ids that the peer has to be told of, from now on by somebody else.
    pub(crate) fn take_advertised(&mut self) -> VecDeque<u64> {
        std::mem::take(&mut self.advertise_new_scid_seqs)
    }

    /// Ids of the peer that it has to be told are retired, from now on by
    /// somebody else.
    pub(crate) fn take_retired(&mut self) -> HashSet<u64> {
        std::mem::take(&mut self.retire_dcid_seqs.inner)
    }

    pub(crate) fn largest_dcid_seq(&self) -> Option<u64> {
        self.dcids.iter().map(|entry| entry.seq).max()
    }

    pub(crate) fn reset_tokens(&self) -> impl Iterator<Item = u128> + '_ {
        self.dcids.iter().filter_map(|entry| entry.reset_token)
    }
}
