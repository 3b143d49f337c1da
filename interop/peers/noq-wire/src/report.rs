//! How the state and the endings of connections are told.

use std::collections::BTreeMap;

use noq_proto::{ConnectionError, PathAbandonReason, PathStatus, TransportErrorCode, VarInt};

use crate::{
    events::Event,
    frames::name,
    tap::{Counts, Sighting},
};

pub fn lost(event: Event, reason: &ConnectionError) -> Event {
    let code = |code: TransportErrorCode| u64::from(VarInt::from(code));
    let utf8 = |reason: &[u8]| String::from_utf8_lossy(reason).into_owned();
    match reason {
        ConnectionError::TransportError(error) => event
            .with("kind", "transport")
            .with("by", "local")
            .with("code", code(error.code))
            .with("frame", error.frame)
            .text("reason", &error.reason),
        ConnectionError::ConnectionClosed(close) => event
            .with("kind", "transport")
            .with("by", "remote")
            .with("code", code(close.error_code))
            .with("frame", close.frame_type)
            .text("reason", &utf8(&close.reason)),
        ConnectionError::ApplicationClosed(close) => event
            .with("kind", "application")
            .with("by", "remote")
            .with("code", close.error_code)
            .text("reason", &utf8(&close.reason)),
        ConnectionError::LocallyClosed => event.with("kind", "application").with("by", "local"),
        ConnectionError::TimedOut => event.with("kind", "timed-out"),
        ConnectionError::Reset => event.with("kind", "reset"),
        ConnectionError::VersionMismatch => event.with("kind", "version-mismatch"),
        ConnectionError::CidsExhausted => event.with("kind", "cids-exhausted"),
    }
}

pub fn abandoned(event: Event, reason: &PathAbandonReason) -> Event {
    let (by, code) = match reason {
        PathAbandonReason::ApplicationClosed { error_code } => ("command", Some(*error_code)),
        PathAbandonReason::RemoteAbandoned { error_code } => ("remote", Some(*error_code)),
        PathAbandonReason::TimedOut => ("time-out", None),
        PathAbandonReason::UnusableAfterNetworkChange => ("network-change", None),
        // Deprecated variants, which noq sends no more.
        _ => ("other", None),
    };
    event.with("by", by).maybe("code", code)
}

pub fn status(status: PathStatus) -> &'static str {
    match status {
        PathStatus::Available => "available",
        PathStatus::Backup => "backup",
    }
}

/// One line for each path.
pub fn frames(number: u64, way: &str, counts: &Counts) {
    for (path, kinds) in counts {
        let mut names: BTreeMap<String, u64> = BTreeMap::new();
        for (kind, count) in kinds {
            *names.entry(name(*kind)).or_default() += count;
        }
        let event = Event::new("frames").with("conn", number).with("way", way).with("path", path);
        names.iter().fold(event, |event, (name, count)| event.with(name, count)).emit();
    }
}

pub fn sighting(number: u64, sighting: &Sighting) {
    let event = |name: &str| Event::new(name).with("conn", number);
    match sighting {
        Sighting::Frame { way, path, number, name, bytes } => event("frame")
            .with("way", way)
            .with("path", path)
            .with("packet", number)
            .with("type", name)
            .with("hex", data_encoding::HEXLOWER.encode(bytes)),
        Sighting::Injected { path, number, bytes } => {
            event("frame-sent").with("path", path).with("packet", number).with("bytes", bytes)
        }
        Sighting::AcknowledgedUnsent { path, count } => {
            event("acknowledged-unsent").with("path", path).with("count", count)
        }
    }
    .emit();
}
