//! What the library says about itself.

use std::mem::{offset_of, size_of};

use crate::abi::{dk_addr, dk_event, dk_path_info, dk_rx, dk_tx};

/// Versions of what is linked in; Cargo.toml pins exactly these.
pub(crate) fn text() -> &'static str {
    concat!(
        "dialkey-native ",
        env!("CARGO_PKG_VERSION"),
        "; quiche 0.30.0; boring 5.4.0 (BoringSSL)"
    )
}

macro_rules! layout {
    ($($type:ident { $($field:ident),* $(,)? })*) => {
        [$(size_of::<$type>() as u32, $(offset_of!($type, $field) as u32,)*)*]
    };
}

const LAYOUT: [u32; 58] = layout! {
    dk_addr { ip, scope, port, family, pad }
    dk_rx { off, len, ecn, pad, from, to }
    dk_tx { off, len, seg, path, ecn, pad, from, to, at_ns }
    dk_event { kind, path, a, b, local, peer, off, len }
    dk_path_info {
        rtt_ns, min_rtt_ns, rttvar_ns, cwnd, in_flight, sent_bytes, recv_bytes, lost_bytes,
        sent, recv, lost, rate_bps, last_rx_ns, last_tx_ns, local, peer, path, mtu,
        state, active, backup, slot, peer_backup, suspected, pad,
    }
};

pub(crate) fn layout() -> [u32; LAYOUT.len()] {
    LAYOUT
}
