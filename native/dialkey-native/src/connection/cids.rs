//! Our connection ids: issued while the peer takes more, reported to whoever
//! routes packets by them.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::cid::{Cid, CidKey, Token};
use crate::fault::Outcome;

/// More ids than this at a time gain nothing on one path.
const MOST: usize = 4;
/// Ids that wait to be reported: those of all paths at first. A peer that
/// retires ids faster than they are fetched gets no new ones meanwhile.
const MOST_UNREPORTED: usize = 64;

pub(super) struct Cids {
    key: Arc<CidKey>,
    issued: VecDeque<Cid>,
}

impl Cids {
    pub(super) fn new(key: Arc<CidKey>, first: Cid) -> Cids {
        Cids {
            key,
            issued: VecDeque::from([first]),
        }
    }

    /// Issues as many ids as the peer takes and the limits allow.
    pub(super) fn refill(&mut self, quic: &mut quiche::Connection) {
        while quic.scids_left() > 0
            && quic.active_scids() < MOST
            && self.issued.len() < MOST_UNREPORTED
        {
            // Without a new id the connection goes on with those it has.
            if self.issue(quic, 0).is_err() {
                return;
            }
        }
        while self.issued.len() < MOST_UNREPORTED
            && let Some(path) = quic.first_path_without_scids()
        {
            if self.issue(quic, path).is_err() {
                return;
            }
        }
    }

    fn issue(&mut self, quic: &mut quiche::Connection, path: u32) -> Outcome<()> {
        let cid = self.key.issue()?;
        let token = u128::from_be_bytes(self.key.token(cid.as_slice())?);
        let id = quiche::ConnectionId::from_ref(cid.as_slice());
        match path {
            0 => quic.new_scid(&id, token, false)?,
            _ => quic.new_path_scid(path, cid.as_slice(), token)?,
        };
        self.issued.push_back(cid);
        Ok(())
    }

    /// The next id to report, which stays until [`Cids::reported`].
    pub(super) fn unreported(&self) -> Outcome<Option<(Cid, Token)>> {
        let Some(cid) = self.issued.front() else {
            return Ok(None);
        };
        Ok(Some((*cid, self.key.token(cid.as_slice())?)))
    }

    pub(super) fn reported(&mut self) {
        self.issued.pop_front();
    }
}
