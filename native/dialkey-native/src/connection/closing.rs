//! Our own close on its way out.
//!
//! quiche 0.30 cannot send an application's close while its handshake timer
//! asks for probes: probes go first, in closing state they carry nothing but
//! an acknowledgement, such a packet does not count as a probe, so it makes
//! the next one, without end. Two things keep that from happening: the close is
//! handed over only when no handshake packet is due any more, and what leaves
//! after it is counted.

use quiche::ConnectionError;

use super::Conn;
use crate::fault::{Fault, Outcome};
use crate::header;
use crate::time;

/// Packets that may leave after the close was handed over, besides the one
/// with the close in it: what is coalesced with or precedes it.
const PACKETS: u32 = 4;
/// The same for each timer that fires later.
const PROBES: u32 = 2;

pub(super) struct Closing {
    /// The close as the caller gave it: before the handshake is over quiche
    /// replaces an application's code.
    own: Option<ConnectionError>,
    /// quiche does not know of it yet.
    waits: bool,
    allowed: u32,
}

impl Default for Closing {
    fn default() -> Closing {
        Closing {
            own: None,
            waits: false,
            // quiche closes by itself after an error.
            allowed: PACKETS,
        }
    }
}

impl Closing {
    pub(super) fn own(&self) -> Option<&ConnectionError> {
        self.own.as_ref()
    }

    pub(super) fn waits(&self) -> bool {
        self.waits
    }

    pub(super) fn allow_probes(&mut self) {
        self.allowed = self.allowed.saturating_add(PROBES);
    }

    /// Whether one more packet may leave, now that quiche is closing.
    pub(super) fn admits(&self) -> bool {
        self.allowed > 0
    }

    pub(super) fn book(&mut self) {
        self.allowed = self.allowed.saturating_sub(1);
    }
}

const MAX_REASON: usize = 1024;

fn check(app: u8, code: u64, reason: &[u8]) -> Outcome<()> {
    if app > 1 {
        return Err(Fault::arg("app is neither 0 nor 1"));
    }
    if code > crate::MAX_VARINT {
        return Err(Fault::arg("error code above 2^62 - 1"));
    }
    // A longer one might not fit the packet, and then no close would be sent.
    if reason.len() > MAX_REASON {
        return Err(Fault::arg("reason longer than 1024 bytes"));
    }
    Ok(())
}

impl Conn {
    pub(crate) fn close(&mut self, now: u64, app: u8, code: u64, reason: &[u8]) -> Outcome<i32> {
        let _time = time::freeze(now);
        check(app, code, reason)?;
        if self.is_ending() {
            return Err(Fault::done());
        }
        self.closing.own = Some(ConnectionError {
            is_app: app == 1,
            error_code: code,
            reason: reason.to_vec(),
        });
        // Only a client keeps its handshake state beyond the handshake.
        self.closing.waits = app == 1 && self.is_client() && self.quic.is_established();
        if !self.closing.waits {
            self.hand_over();
        }
        self.pacer.allow(PACKETS);
        self.keep_alive.touch(now);
        Ok(0)
    }

    fn hand_over(&mut self) {
        self.closing.waits = false;
        self.closing.allowed = PACKETS;
        if let Some(own) = &self.closing.own {
            // It refuses only when the connection is over anyway.
            let _ = self.quic.close(own.is_app, own.error_code, &own.reason);
        }
    }

    /// Hands a waiting close over after a datagram without handshake packets,
    /// or after none: nothing of the handshake is due then.
    pub(super) fn hand_over_after(&mut self, datagram: Option<&[u8]>) {
        if self.closing.waits && !datagram.is_some_and(header::is_long) {
            self.hand_over();
        }
    }
}
