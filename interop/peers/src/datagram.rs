//! Unreliable datagrams: what the driver sends, and what comes in by itself.

use std::sync::Arc;

use iroh::endpoint::Side;

use crate::{
    events::Event,
    failure::Failure,
    pattern::{Fnv, PIECE_BYTES, Pattern},
    peer::{Link, Peer},
};

/// Reports every datagram; sends it back if the other side has dialled, so that two peers do not play for ever.
pub async fn serve(link: &Arc<Link>) {
    let echoes = link.connection.side() == Side::Server && !link.is_scripted();
    while let Ok(datagram) = link.connection.read_datagram().await {
        let mut fnv = Fnv::new();
        fnv.update(&datagram);
        Event::new("datagram")
            .number("conn", link.number)
            .number("bytes", datagram.len() as u64)
            .text("fnv", &format!("{:016x}", fnv.value()))
            .emit();
        if echoes && let Err(error) = link.connection.send_datagram_wait(datagram).await {
            Event::new("datagram-failed").number("conn", link.number).failure(&error.into()).emit();
        }
    }
}

/// Sends datagrams of that size, one after the other.
pub async fn send(peer: &Peer, link: &Link, bytes: u64, count: u64, done: Event) -> Result<Event, Failure> {
    for _ in 0..count {
        let datagram = piece(&peer.pattern, bytes)?;
        link.connection.send_datagram_wait(datagram).await?;
    }
    Ok(done.number("bytes", bytes).number("count", count))
}

/// What fits in a datagram now, if there can be any, and the room for waiting ones.
pub fn limits(link: &Link, done: Event) -> Event {
    let done = match link.connection.max_datagram_size() {
        Some(max) => done.number("max", max as u64),
        None => done,
    };
    done.number("space", link.connection.datagram_send_buffer_space() as u64)
}

fn piece(pattern: &Pattern, bytes: u64) -> Result<bytes::Bytes, Failure> {
    if bytes > PIECE_BYTES as u64 {
        return Err(Failure::usage(format!("a datagram of more than {PIECE_BYTES} bytes")));
    }
    Ok(pattern.piece(0, bytes))
}
