//! Dialkey's native library: a narrow C interface over quiche and BoringSSL.
//!
//! The interface is `include/dialkey.h`, generated from [`abi`] and [`entry`].
//! Policy lives with the caller; here are packets, streams, timers, sockets.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]
#![deny(unsafe_op_in_unsafe_fn)]

pub mod abi;
pub mod entry;

mod address;
mod cid;
mod config;
mod connection;
mod diagnostics;
mod fault;
mod guard;
mod handles;
mod header;
mod hello;
mod info;
mod initial;
mod peek;
mod raw;
mod refuse;
mod reset;
mod retry;
mod time;
mod tls;
mod udp;
mod version;
mod webpki;

/// Largest value of QUIC's variable-length integers: stream ids and error
/// codes are no larger.
const MAX_VARINT: u64 = (1 << 62) - 1;
