//! When an acknowledgement gets a packet of its own.

mod common;

use std::time::Duration;

use common::*;
use dialkey::abi::*;

const SENT: usize = 0;
const RECEIVED: usize = 1;
const SECOND: Duration = Duration::from_secs(1);

/// A connection on which nothing is under way: the handshake is confirmed, ids are exchanged, the
/// path's packet size is found, and all of it is acknowledged.
fn quiet_pair() -> (Node, Node) {
    let (mut client, mut server) = pair();
    let confirmed = dk_state_flag::DK_STATE_CONFIRMED;
    pump(&mut client, &mut server, |c, s| {
        c.has(0, confirmed) && s.has(0, confirmed)
    });
    let quiet = Duration::from_millis(300);
    pump_for(&mut client, &mut server, quiet, |_, _| false);
    (client, server)
}

/// Sends a byte on the stream in a packet of its own.
fn send_byte(client: &mut Node) {
    assert_eq!(client.send(0, 0, b"x", false), Ok(1));
    assert!(client.flush(0));
}

/// Takes in what comes until so many more packets have come.
fn receive(node: &mut Node, packets: u64) {
    let wanted = node.stats(0)[RECEIVED] + packets;
    while node.stats(0)[RECEIVED] < wanted {
        node.wait(SECOND);
        node.turn();
    }
}

fn sent(node: &Node) -> u64 {
    node.stats(0)[SENT]
}

#[test]
fn that_of_a_single_packet_waits_for_data_to_travel_with() {
    let _alone = alone();
    let (mut client, mut server) = quiet_pair();
    let before = sent(&server);
    send_byte(&mut client);
    receive(&mut server, 1);
    assert_eq!(sent(&server), before, "it left by itself");

    assert_eq!(server.send(0, 0, b"y", false), Ok(1));
    assert!(server.flush(0));
    assert_eq!(sent(&server), before + 1);
    // The client's own timers are quiet only once the packet is acknowledged.
    receive(&mut client, 1);
    assert_eq!(client.stats(0)[2], 0);
}

#[test]
fn it_leaves_by_itself_when_nothing_comes_along() {
    let _alone = alone();
    let (mut client, mut server) = quiet_pair();
    let before = sent(&server);
    send_byte(&mut client);
    receive(&mut server, 1);
    let left = server.until_timer();
    assert!(left <= 5_000_000, "{left} ns");

    while sent(&server) == before {
        server.wait(SECOND);
        server.turn();
    }
    assert_eq!(sent(&server), before + 1);
}

#[test]
fn that_of_a_second_packet_leaves_at_once() {
    let _alone = alone();
    let (mut client, mut server) = quiet_pair();
    let before = sent(&server);
    send_byte(&mut client);
    receive(&mut server, 1);
    send_byte(&mut client);
    receive(&mut server, 1);
    assert_eq!(sent(&server), before + 1);
}

#[test]
fn that_of_a_packet_behind_a_gap_leaves_at_once() {
    let _alone = alone();
    let (mut client, mut server) = quiet_pair();
    client.filter = Some(Box::new(|_| false));
    send_byte(&mut client);
    client.filter = None;
    let before = sent(&server);
    send_byte(&mut client);
    receive(&mut server, 1);
    assert_eq!(sent(&server), before + 1);
}
