//! The C entries: they turn pointers into references, run the work inside the
//! guard, and hold no logic of their own.
//!
//! The comments here become the comments of `include/dialkey.h`.

mod config;
mod connections;
mod datagrams;
mod library;
mod packets;
mod paths;
mod streams;
mod testing;
mod udp;

pub use config::*;
pub use connections::*;
pub use datagrams::*;
pub use library::*;
pub use packets::*;
pub use paths::*;
pub use streams::*;
pub use testing::*;
pub use udp::*;
