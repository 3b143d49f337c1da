//! Datagrams (RFC 9221): limits, queues, events, and their share of the path.

mod common;

use std::time::Duration;

use common::*;
use dialkey::abi::*;
use dialkey::entry::*;

const DROP_OLDEST: u32 = dk_dgram_flag::DK_DGRAM_DROP_OLDEST as u32;
const READABLE: dk_event_kind = dk_event_kind::DK_EVENT_DATAGRAM_READABLE;
const WRITABLE: dk_event_kind = dk_event_kind::DK_EVENT_DATAGRAM_WRITABLE;
const SENT: usize = dk_conn_stat::DK_CONN_DGRAM_SENT as usize;
const RECEIVED: usize = dk_conn_stat::DK_CONN_DGRAM_RECV as usize;
const SEND_DROPPED: usize = dk_conn_stat::DK_CONN_DGRAM_SEND_DROPPED as usize;
const RECV_DROPPED: usize = dk_conn_stat::DK_CONN_DGRAM_RECV_DROPPED as usize;
/// What each datagram counts in the send queue besides its payload.
const OVERHEAD: usize = 32;

fn node(seed: u8, recv_queue: u64, send_bytes: u64) -> Node {
    let config = config(seed);
    set(config, dk_option::DK_OPTION_DGRAM_RECV_QUEUE, recv_queue);
    set(config, dk_option::DK_OPTION_DGRAM_SEND_BYTES, send_bytes);
    Node::with_config(config, loopback(0), 0)
}

fn pair_with(recv_queue: u64, send_bytes: u64) -> (Node, Node) {
    let (client, server) = (
        node(1, recv_queue, send_bytes),
        node(2, recv_queue, send_bytes),
    );
    connect(client, server)
}

#[test]
fn datagrams_of_all_lengths_arrive_whole_in_both_directions() {
    let _alone = alone();
    let (mut a, mut b) = pair_with(100, 1 << 20);
    let most = a.dgram_state(0)[0] as usize;
    assert!(most >= 1100, "{most}");
    assert_eq!(a.state(0)[5] as usize, most);
    let lengths = [0, 1, 63, 64, 500, most];
    for (nr, len) in lengths.into_iter().enumerate() {
        let data = vec![nr as u8; len];
        assert_eq!(a.dgram_send(0, &data, 0), 0);
        assert_eq!(b.dgram_send(0, &data, DROP_OLDEST), 0);
    }
    let all = lengths.len() as u64;
    pump(&mut a, &mut b, |a, b| {
        a.dgram_state(0)[2] == all && b.dgram_state(0)[2] == all
    });
    for (nr, len) in lengths.into_iter().enumerate() {
        assert_eq!(a.dgram_recv(0), Ok(vec![nr as u8; len]));
        assert_eq!(b.dgram_recv(0), Ok(vec![nr as u8; len]));
    }
    assert_eq!(a.dgram_recv(0), Err(DONE));
    let stats = a.stats(0);
    assert_eq!((stats[SENT], stats[RECEIVED]), (all, all));
    assert_eq!((stats[SEND_DROPPED], stats[RECV_DROPPED]), (0, 0));
}

#[test]
fn what_cannot_be_sent_is_refused_with_its_reason() {
    let _alone = alone();
    let (a, _b) = pair_with(100, 1 << 20);
    let most = a.dgram_state(0)[0] as usize;
    assert_eq!(a.dgram_send(0, &vec![0; most + 1], 0), LIMIT_REACHED);
    assert_eq!(a.dgram_send(0, &[0], 2), ARG);
    assert_eq!(unsafe { dk_dgram_send(a.conn(0), 0, NULL, 1, 0) }, ARG);
    assert_eq!(unsafe { dk_dgram_send(a.conn(0), 0, NULL, 0, 0) }, 0);
    a.close(0, 1, 1, b"");
    assert_eq!(a.dgram_send(0, &[0], 0), CLOSED);
    assert_eq!(a.dgram_recv(0), Err(CLOSED));
}

#[test]
fn nobody_sends_before_the_handshake_or_to_who_takes_none() {
    let _alone = alone();
    let (mut a, mut b) = (node(1, 100, 1 << 20), Node::new(2));
    a.dial(&b, public_key(2), ALPN);
    assert_eq!(a.dgram_send(0, &[0], 0), STATE);
    pump(&mut a, &mut b, |a, b| a.established(0) && b.established(0));
    assert_eq!(a.dgram_send(0, &[0], 0), STATE);
    assert_eq!(a.dgram_state(0)[0], 0);
    // It does not take any, but may send.
    assert_eq!(b.dgram_send(0, b"x", 0), 0);
    pump(&mut a, &mut b, |a, _| a.dgram_recv(0) == Ok(b"x".to_vec()));
}

#[test]
fn a_short_buffer_leaves_the_datagram_where_it_is() {
    let _alone = alone();
    let (mut a, mut b) = pair_with(100, 1 << 20);
    assert_eq!(a.dgram_send(0, b"four", 0), 0);
    pump(&mut a, &mut b, |_, b| b.dgram_state(0)[2] == 1);
    let mut buf = [0; 3];
    assert_eq!(
        unsafe { dk_dgram_recv(b.conn(0), buf.as_mut_ptr(), 3) },
        BUFFER
    );
    assert_eq!(b.dgram_recv(0), Ok(b"four".to_vec()));
}

#[test]
fn a_full_queue_refuses_and_tells_when_it_has_room() {
    let _alone = alone();
    let (mut a, mut b) = pair_with(100, 4 * (100 + OVERHEAD as u64));
    for _ in 0..4 {
        assert_eq!(a.dgram_send(0, &[1; 100], 0), 0);
    }
    assert_eq!(a.dgram_state(0)[1], 0);
    assert_eq!(a.dgram_state(0)[3], 4);
    assert_eq!(a.dgram_send(0, &[1; 100], 0), DONE);
    assert_eq!(a.dgram_send(0, &[1; 50], 0), DONE);
    a.collect(0);
    assert_eq!(a.count(0, WRITABLE), 0);
    pump(&mut a, &mut b, |a, b| {
        a.count(0, WRITABLE) > 0 && b.dgram_state(0)[2] == 4
    });
    assert_eq!(a.take(0, WRITABLE).len(), 1);
    a.collect(0);
    assert_eq!(a.count(0, WRITABLE), 0, "told twice");
    assert_eq!(a.dgram_send(0, &[1; 100], 0), 0);
    // More than the whole queue never fits.
    assert_eq!(a.dgram_send(0, &[1; 1000], DROP_OLDEST), LIMIT_REACHED);
}

#[test]
fn the_oldest_make_room_when_asked_to() {
    let _alone = alone();
    let (mut a, mut b) = pair_with(100, 2 * (1 + OVERHEAD as u64));
    for nr in 0..5 {
        assert_eq!(a.dgram_send(0, &[nr], DROP_OLDEST), 0);
    }
    assert_eq!(a.stats(0)[SEND_DROPPED], 3);
    pump(&mut a, &mut b, |_, b| b.dgram_state(0)[2] == 2);
    assert_eq!(b.dgram_recv(0), Ok(vec![3]));
    assert_eq!(b.dgram_recv(0), Ok(vec![4]));
    assert_eq!(a.stats(0)[SENT], 2);
}

#[test]
fn a_reader_that_is_late_loses_the_oldest_and_can_tell() {
    let _alone = alone();
    let (mut a, mut b) = pair_with(3, 1 << 20);
    for nr in 0..8 {
        assert_eq!(a.dgram_send(0, &[nr], 0), 0);
    }
    pump(&mut a, &mut b, |_, b| b.stats(0)[RECEIVED] == 8);
    assert_eq!(b.stats(0)[RECV_DROPPED], 5);
    for nr in 5..8 {
        assert_eq!(b.dgram_recv(0), Ok(vec![nr]));
    }
    assert_eq!(b.dgram_recv(0), Err(DONE));
    assert_eq!(b.stats(0)[RECV_DROPPED], 5);
}

#[test]
fn readable_is_told_once_per_change_from_none() {
    let _alone = alone();
    let (mut a, mut b) = pair_with(100, 1 << 20);
    for round in 1..4 {
        a.dgram_send(0, &[1], 0);
        a.dgram_send(0, &[2], 0);
        pump(&mut a, &mut b, |_, b| b.dgram_state(0)[2] == 2);
        b.collect(0);
        assert_eq!(b.count(0, READABLE), round);
        // The last one is taken without hearing that there is no more.
        b.dgram_recv(0).unwrap();
        b.dgram_recv(0).unwrap();
    }
}

#[test]
fn a_backlog_of_datagrams_and_a_stream_share_the_path() {
    let _alone = alone();
    let (mut a, mut b) = pair_with(65_536, 64 << 20);
    (a.delay, b.delay) = (
        Some(Duration::from_millis(5)),
        Some(Duration::from_millis(5)),
    );
    let (mut buf, chunk) = (vec![0; 1 << 20], vec![7; 1 << 20]);
    let (mut streamed, mut datagrams) = (0, 0);
    let half = 2 << 20;
    pump(&mut a, &mut b, |a, b| {
        // Both queues are never empty.
        let _ = a.send(0, 0, &chunk, false);
        while a.dgram_state(0)[3] < 2000 {
            assert_eq!(a.dgram_send(0, &[7; 1000], 0), 0);
        }
        while let Ok((n, _)) = b.recv(0, 0, &mut buf) {
            streamed += n;
        }
        while let Ok(data) = b.dgram_recv(0) {
            datagrams += data.len();
        }
        streamed + datagrams > 2 * half
    });
    // Packet by packet in turn: neither gets less than a third.
    let least = streamed.min(datagrams);
    assert!(
        3 * least > half,
        "{streamed} streamed, {datagrams} in datagrams"
    );
}
