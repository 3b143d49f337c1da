//! Ends of connections: by either side, by silence, by reset.

mod common;

use std::time::Duration;

use common::*;
use dialkey::abi::*;
use dialkey::entry::*;

const LOCAL_APP: u64 = dk_origin::DK_ORIGIN_LOCAL_APPLICATION as u64;
const LOCAL_TRANSPORT: u64 = dk_origin::DK_ORIGIN_LOCAL_TRANSPORT as u64;
const PEER_APP: u64 = dk_origin::DK_ORIGIN_PEER_APPLICATION as u64;
const PEER_TRANSPORT: u64 = dk_origin::DK_ORIGIN_PEER_TRANSPORT as u64;
const IDLE: u64 = dk_origin::DK_ORIGIN_IDLE_TIMEOUT as u64;
const RESET: u64 = dk_origin::DK_ORIGIN_STATELESS_RESET as u64;

#[test]
fn an_application_close_carries_code_and_reason() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    let code = (1 << 62) - 1;
    assert_eq!(client.close(0, 1, code, b"enough"), 0);
    assert_eq!(client.close(0, 1, 8, b""), DONE);
    pump(&mut client, &mut server, |_, s| s.ended(0));
    assert_eq!(server.origin(0), (PEER_APP, code));
    assert_eq!(server.reason(0), b"enough");
    assert_eq!(client.origin(0), (LOCAL_APP, code));
    assert_eq!(client.reason(0), b"enough");
    assert_eq!(server.close(0, 1, 8, b""), DONE);

    let closed = dk_state_flag::DK_STATE_CLOSED;
    pump(&mut client, &mut server, |c, s| {
        c.has(0, closed) && s.has(0, closed)
    });
    assert_eq!(client.until_timer(), u64::MAX);
}

#[test]
fn a_transport_close_is_told_apart() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    assert_eq!(server.close(0, 0, 0x0a, b"bad"), 0);
    pump(&mut client, &mut server, |c, _| c.ended(0));
    assert_eq!(client.origin(0), (PEER_TRANSPORT, 0x0a));
    assert_eq!(server.origin(0), (LOCAL_TRANSPORT, 0x0a));
}

#[test]
fn an_application_close_in_the_handshake_leaves_as_application_error() {
    let _alone = alone();
    let (mut client, mut server) = (Node::new(1), Node::new(2));
    client.dial(&server, public_key(2), ALPN);
    // The server has the first flight and gives up before the handshake ends.
    pump(&mut client, &mut server, |_, s| {
        !s.links.is_empty() && s.close(0, 1, 42, b"secret") == 0
    });
    pump(&mut client, &mut server, |c, _| c.ended(0));
    assert_eq!(client.origin(0), (PEER_TRANSPORT, 0x0c));
    assert_eq!(client.reason(0), b"");
    assert_eq!(server.origin(0), (LOCAL_APP, 42));
}

#[test]
fn a_dial_closed_before_any_answer_is_over_at_once() {
    let _alone = alone();
    let (mut client, server) = (Node::new(1), Node::new(2));
    client.dial(&server, public_key(2), ALPN);
    client.flush(0);
    assert_eq!(client.close(0, 1, 3, b""), 0);
    assert!(client.has(0, dk_state_flag::DK_STATE_CLOSED));
    assert_eq!(client.origin(0), (LOCAL_APP, 3));
    assert!(!client.flush(0));
}

#[test]
fn a_close_while_the_end_of_the_handshake_is_repeated_still_leaves() {
    let _alone = alone();
    let (mut client, mut server) = (Node::new(1), Node::new(2));
    client.dial(&server, public_key(2), ALPN);
    pump(&mut client, &mut server, |c, _| c.established(0));
    // The client hears nothing more, so its loss timer asks for probes.
    let (idle, _, _) = open_udp(loopback(0), 0);
    let until = client.until_timer();
    assert_eq!(
        dk_udp_wait(idle, until, dk_wait_bit::DK_WAIT_READABLE as u32),
        0
    );
    assert_eq!(dk_udp_close(idle), 0);
    assert_eq!(dk_conn_on_timeout(client.conn(0), now_ns()), 0);
    assert_eq!(client.close(0, 1, 7, b"bye"), 0);
    assert!(client.ended(0));
    let sent = dk_conn_stat::DK_CONN_SENT_PACKETS as usize;
    let before = client.stats(0)[sent];
    client.flush(0);
    let packets = client.stats(0)[sent] - before;
    assert!((1..8).contains(&packets), "{packets} packets");
    pump(&mut client, &mut server, |_, s| s.ended(0));
    assert_eq!(server.origin(0), (PEER_APP, 7));
}

#[test]
fn close_arguments_are_checked() {
    let _alone = alone();
    let (client, _server) = pair();
    assert_eq!(client.close(0, 2, 0, b""), ARG);
    assert_eq!(client.close(0, 1, 1 << 62, b""), ARG);
    assert_eq!(client.close(0, 1, 0, &[b'x'; 1025]), ARG);
    assert!(!client.ended(0));
}

#[test]
fn a_long_reason_arrives_whole() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    assert_eq!(client.close(0, 1, 1, &[b'x'; 1024]), 0);
    pump(&mut client, &mut server, |_, s| s.ended(0));
    assert_eq!(server.reason(0), [b'x'; 1024]);
}

#[test]
fn data_sent_before_the_close_can_still_be_read() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    client.send(0, 0, b"last words", true).unwrap();
    client.flush(0);
    client.close(0, 1, 0, b"");
    pump(&mut client, &mut server, |_, s| s.ended(0));
    let mut buf = [0; 32];
    assert_eq!(server.recv(0, 0, &mut buf), Ok((10, 1)));
    assert_eq!(server.send(0, 0, b"x", false), Err((CLOSED as i64, 0)));
    assert_eq!(server.shutdown(0, 0, dk_side::DK_SIDE_READ, 0), CLOSED);
}

#[test]
fn silence_ends_a_connection() {
    let _alone = alone();
    let (client, server) = (Node::new(1), Node::new(2));
    for node in [&client, &server] {
        set(node.config, dk_option::DK_OPTION_IDLE_TIMEOUT_MS, 200);
        set(node.config, dk_option::DK_OPTION_KEEP_ALIVE_MS, 0);
    }
    let (mut client, mut server) = connect(client, server);
    pump(&mut client, &mut server, |c, s| c.ended(0) && s.ended(0));
    for node in [&client, &server] {
        assert_eq!(node.origin(0), (IDLE, 0));
        assert!(node.has(0, dk_state_flag::DK_STATE_IDLE_TIMEOUT));
        assert!(node.has(0, dk_state_flag::DK_STATE_CLOSED));
    }
}

#[test]
fn keep_alive_prevents_it() {
    let _alone = alone();
    let (client, server) = (Node::new(1), Node::new(2));
    for node in [&client, &server] {
        set(node.config, dk_option::DK_OPTION_IDLE_TIMEOUT_MS, 300);
    }
    set(client.config, dk_option::DK_OPTION_KEEP_ALIVE_MS, 50);
    set(server.config, dk_option::DK_OPTION_KEEP_ALIVE_MS, 0);
    let (mut client, mut server) = connect(client, server);
    let ended = pump_for(
        &mut client,
        &mut server,
        Duration::from_millis(900),
        |c, s| c.ended(0) || s.ended(0),
    );
    assert!(!ended);
    assert!(client.stats(0)[dk_conn_stat::DK_CONN_KEEP_ALIVES as usize] >= 5);
    assert_eq!(
        server.stats(0)[dk_conn_stat::DK_CONN_KEEP_ALIVES as usize],
        0
    );
}

#[test]
fn a_dial_into_the_void_times_out() {
    let _alone = alone();
    let mut client = Node::new(1);
    let mut nobody = Node::new(2);
    nobody.accepts = false;
    set(client.config, dk_option::DK_OPTION_IDLE_TIMEOUT_MS, 400);
    client.dial(&nobody, public_key(2), ALPN);
    pump(&mut client, &mut nobody, |c, _| c.ended(0));
    assert_eq!(client.origin(0), (IDLE, 0));
}

#[test]
fn a_restarted_server_resets_the_connections_of_its_former_life() {
    let _alone = alone();
    let (client, server) = (Node::new(1), Node::new(2));
    let key = [4; 32];
    assert_eq!(
        unsafe { dk_config_cid_key(server.config, key.as_ptr(), 8) },
        0
    );
    let (mut client, mut server) = connect(client, server);
    pump(&mut client, &mut server, |c, _| {
        c.has(0, dk_state_flag::DK_STATE_CONFIRMED)
    });
    // It loses its memory, but keeps its key and its port.
    server.free(0);
    server.resets = true;
    client.send(0, 0, &[1; 100], false).unwrap();
    pump(&mut client, &mut server, |c, _| c.ended(0));
    assert_eq!(client.origin(0), (RESET, 0));
    assert!(client.has(0, dk_state_flag::DK_STATE_RESET));
    assert!(client.has(0, dk_state_flag::DK_STATE_CLOSED));
}

#[test]
fn another_key_resets_nothing() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    pump(&mut client, &mut server, |c, _| {
        c.has(0, dk_state_flag::DK_STATE_CONFIRMED)
    });
    server.free(0);
    server.resets = true;
    assert_eq!(
        unsafe { dk_config_cid_key(server.config, [5; 32].as_ptr(), 8) },
        0
    );
    client.send(0, 0, &[1; 100], false).unwrap();
    let ended = pump_for(
        &mut client,
        &mut server,
        Duration::from_millis(300),
        |c, _| c.ended(0),
    );
    assert!(!ended);
}

#[test]
fn a_refused_dial_learns_the_code() {
    let _alone = alone();
    let (mut client, mut server) = (Node::new(1), Node::new(2));
    server.accepts = false;
    client.dial(&server, public_key(2), ALPN);
    let initial = first_packet(&mut client, &server);
    let mut out = [0; 256];
    let n = unsafe {
        dk_refuse(
            server.config,
            initial.as_ptr(),
            initial.len(),
            &client.addr,
            0x02,
            out.as_mut_ptr(),
            out.len(),
        )
    };
    assert!(n > 0, "{n}");
    server.send_raw(&out[..n as usize], client.addr);
    pump(&mut client, &mut server, |c, _| c.ended(0));
    assert_eq!(client.origin(0), (PEER_TRANSPORT, 0x02));
}

/// Flushes a dial and returns the datagram that reached the other socket.
fn first_packet(client: &mut Node, server: &Node) -> Vec<u8> {
    client.flush(0);
    let mut slab = vec![0; 65536];
    let mut rx = vec![dk_rx::default(); 64];
    let readable = dk_wait_bit::DK_WAIT_READABLE as u32;
    assert_eq!(
        dk_udp_wait(server.socket, 1_000_000_000, readable),
        readable as i32
    );
    let n = unsafe {
        dk_udp_recv(
            server.socket,
            slab.as_mut_ptr(),
            slab.len(),
            rx.as_mut_ptr(),
            64,
        )
    };
    assert_eq!(n, 1);
    slab[rx[0].off as usize..(rx[0].off + rx[0].len) as usize].to_vec()
}

#[test]
fn freeing_twice_is_seen_and_harmless() {
    let _alone = alone();
    let (client, server) = pair();
    let (conn, config) = (client.conn(0), client.config);
    assert_eq!(dk_conn_free(conn), 0);
    assert_eq!(dk_conn_free(conn), STATE);
    assert_eq!(dk_config_free(config), 0);
    assert_eq!(dk_config_free(config), STATE);
    assert_eq!(dk_udp_close(client.socket), 0);
    assert_eq!(dk_udp_close(client.socket), STATE);
    // The nodes free once more when they go; that must do no harm either.
    drop((client, server));
}
