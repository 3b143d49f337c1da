//! Batches of packets: joined runs, room, events that wait, pacing.

mod common;

use std::time::Duration;

use common::*;
use dialkey::abi::*;
use dialkey::entry::*;

const READABLE: dk_event_kind = dk_event_kind::DK_EVENT_STREAM_READABLE;

fn send_batch(conn: dk_conn, buf: &mut [u8], tx: &mut [dk_tx]) -> Vec<dk_tx> {
    let n = unsafe {
        dk_conn_send_batch(
            conn,
            now_ns(),
            0,
            buf.as_mut_ptr(),
            buf.len(),
            tx.as_mut_ptr(),
            tx.len() as u32,
        )
    };
    assert!(n >= 0, "{n}");
    tx[..n as usize].to_vec()
}

#[test]
fn packets_are_joined_to_runs_of_one_size() {
    let _alone = alone();
    let (client, _server) = pair();
    while client.send(0, 0, &[1; 65_536], false).unwrap() > 0 {}
    let (mut buf, mut tx) = (vec![0; 256 * 1024], [dk_tx::default(); 64]);
    let entries = send_batch(client.conn(0), &mut buf, &mut tx);
    let mut end = 0;
    let mut datagrams = 0;
    for entry in &entries {
        assert_eq!(entry.off, end);
        end += entry.len;
        let count = entry.len.div_ceil(entry.seg);
        assert!(count <= 64 && entry.len <= 65_507 && entry.seg <= 1452);
        datagrams += count;
    }
    assert!(datagrams > entries.len() as u32, "{entries:?}");
}

#[test]
fn tight_buffers_lose_no_packet() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    let data = vec![3; 9000];
    assert_eq!(client.send(0, 0, &data, true), Ok(9000));
    let sent = dk_conn_stat::DK_CONN_SENT_PACKETS as usize;
    let before = client.stats(0)[sent];
    // Too little room for a packet makes none.
    let (mut buf, mut tx) = (vec![0; 1452], [dk_tx::default(); 1]);
    assert!(send_batch(client.conn(0), &mut buf[..1451], &mut tx).is_empty());
    assert!(send_batch(client.conn(0), &mut buf, &mut []).is_empty());
    assert_eq!(client.stats(0)[sent], before);
    // One at a time, each is made once and arrives.
    let mut made = 0;
    loop {
        let entries = send_batch(client.conn(0), &mut buf, &mut tx);
        let Some(entry) = entries.first() else { break };
        client.send_raw(&buf[..entry.len as usize], entry.to);
        made += 1;
    }
    assert_eq!(client.stats(0)[sent], before + made);
    let lost = dk_conn_stat::DK_CONN_LOST_PACKETS as usize;
    let mut got = 0;
    pump(&mut client, &mut server, |_, s| {
        while let Ok((n, _)) = s.recv(0, 0, &mut [0; 2048]) {
            got += n;
        }
        got == 9000
    });
    assert_eq!(client.stats(0)[lost], 0);
}

#[test]
fn events_wait_for_room() {
    let _alone = alone();
    let (mut client, mut server) = (Node::new(1), Node::new(2));
    client.dial(&server, public_key(2), ALPN);
    pump(&mut client, &mut server, |c, s| {
        c.established(0) && s.established(0)
    });
    for stream in 0..20 {
        client.send(0, stream * 4, b"x", true).unwrap();
    }
    client.flush(0);
    let packets = dk_conn_stat::DK_CONN_RECV_PACKETS as usize;
    let before = server.stats(0)[packets];
    take_in(&mut server);
    assert!(server.stats(0)[packets] > before);
    // Three at a time, without a payload buffer, until all are told.
    let mut streams = Vec::new();
    let mut events = [dk_event::default(); 3];
    loop {
        let n = unsafe {
            dk_conn_events(
                server.conn(0),
                events.as_mut_ptr(),
                3,
                std::ptr::null_mut(),
                0,
            )
        };
        assert!(n >= 0);
        let new = &events[..n as usize];
        streams.extend(
            new.iter()
                .filter(|e| e.kind == READABLE as u32)
                .map(|e| e.a),
        );
        if n < 3 {
            break;
        }
    }
    streams.sort_unstable();
    assert_eq!(streams, (0..20).map(|n| n * 4).collect::<Vec<u64>>());
}

/// Receives until the datagrams of one flush have come, without reporting.
fn take_in(node: &mut Node) {
    let readable = dk_wait_bit::DK_WAIT_READABLE as u32;
    let (mut slab, mut rx) = (vec![0; 4 * 65536], vec![dk_rx::default(); 256]);
    let end = now_ns() + 5_000_000_000;
    let reads = dk_conn_stat::DK_CONN_RECV_BYTES as usize;
    let before = node.stats(0)[reads];
    while node.stats(0)[reads] < before + 60 {
        assert!(now_ns() < end);
        dk_udp_wait(node.socket, 10_000_000, readable);
        let n = unsafe {
            dk_udp_recv(
                node.socket,
                slab.as_mut_ptr(),
                slab.len(),
                rx.as_mut_ptr(),
                256,
            )
        };
        if n > 0 {
            let conn = node.conn(0);
            let taken = unsafe {
                dk_conn_recv_batch(
                    conn,
                    now_ns(),
                    slab.as_mut_ptr(),
                    slab.len(),
                    rx.as_ptr(),
                    n as u32,
                )
            };
            assert_eq!(taken, n);
        }
    }
}

#[test]
fn a_payload_waits_for_a_side_buffer() {
    let _alone = alone();
    let config = config(1);
    let (addr, key, mut conn) = (loopback(1), public_key(2), 0);
    let rc = unsafe {
        dk_connect(
            config,
            key.as_ptr(),
            ALPN.as_ptr(),
            ALPN.len(),
            &addr,
            &addr,
            0,
            &mut conn,
        )
    };
    assert_eq!(rc, 0);
    let mut events = [dk_event::default(); 8];
    let mut side = [0; 64];
    let mut call = |cap: usize| unsafe {
        dk_conn_events(conn, events.as_mut_ptr(), 8, side.as_mut_ptr(), cap)
    };
    assert_eq!(call(23), 1); // the state of a client
    assert_eq!(call(23), BUFFER);
    assert_eq!(call(24), 1);
    assert_eq!(events[0].kind, dk_event_kind::DK_EVENT_CID_ISSUED as u32);
    assert_eq!(events[0].len, 24);
    let none = unsafe { dk_conn_events(conn, events.as_mut_ptr(), 0, side.as_mut_ptr(), 0) };
    assert_eq!(none, ARG);
    assert_eq!((dk_conn_free(conn), dk_config_free(config)), (0, 0));
}

#[test]
fn datagrams_outside_the_buffer_are_refused_as_a_whole() {
    let _alone = alone();
    let (client, server) = pair();
    let good = dk_rx {
        len: 10,
        from: server.addr,
        to: client.addr,
        ..dk_rx::default()
    };
    let mut buf = [0x40; 64];
    for bad in [
        dk_rx { off: 55, ..good },
        dk_rx {
            off: u32::MAX,
            len: u32::MAX,
            ..good
        },
        dk_rx {
            from: dk_addr::default(),
            ..good
        },
        dk_rx {
            to: dk_addr {
                family: 5,
                ..good.to
            },
            ..good
        },
    ] {
        let pkts = [good, bad];
        let rc = unsafe {
            dk_conn_recv_batch(
                client.conn(0),
                now_ns(),
                buf.as_mut_ptr(),
                64,
                pkts.as_ptr(),
                2,
            )
        };
        assert_eq!(rc, ARG);
    }
    // One that is in order, but no packet of this connection, is dropped and counted.
    let counted = |node: &Node| {
        let stats = node.stats(0);
        let [datagrams, dropped] = [
            dk_conn_stat::DK_CONN_RECV_DATAGRAMS,
            dk_conn_stat::DK_CONN_DROPPED_DATAGRAMS,
        ];
        (stats[datagrams as usize], stats[dropped as usize])
    };
    let (datagrams, dropped) = counted(&client);
    let rc =
        unsafe { dk_conn_recv_batch(client.conn(0), now_ns(), buf.as_mut_ptr(), 64, &good, 1) };
    assert_eq!(rc, 1);
    assert_eq!(counted(&client), (datagrams + 1, dropped + 1));
    assert!(!client.ended(0));
}

/// Sends 3 MB over a path of 20 ms; returns the pacing stalls of the sender
/// and the largest burst.
fn long_path(congestion: dk_congestion_control, pacing: u64) -> (u64, usize) {
    let (client, server) = (Node::new(1), Node::new(2));
    set(
        client.config,
        dk_option::DK_OPTION_CONGESTION_CONTROL,
        congestion as u64,
    );
    set(client.config, dk_option::DK_OPTION_PACING, pacing);
    let (mut client, mut server) = (client, server);
    client.delay = Some(Duration::from_millis(10));
    server.delay = Some(Duration::from_millis(10));
    let (mut client, mut server) = connect(client, server);
    let (data, mut sent, mut got) = (vec![5; 3 << 20], 0, 0);
    let mut buf = vec![0; 65_536];
    pump(&mut client, &mut server, |c, s| {
        if sent < data.len() {
            sent += c.send(0, 0, &data[sent..], false).unwrap();
        }
        while let Ok((n, _)) = s.recv(0, 0, &mut buf) {
            got += n;
        }
        got == data.len()
    });
    (
        client.stats(0)[dk_conn_stat::DK_CONN_PACING_STALLS as usize],
        client.largest_flush,
    )
}

#[test]
fn a_long_path_is_paced_and_not_stalled() {
    let _alone = alone();
    let (paced, burst) = long_path(dk_congestion_control::DK_CC_CUBIC, 1);
    assert!(paced > 0);
    assert!(burst < 400_000, "burst of {burst} bytes");
    let (unpaced, _) = long_path(dk_congestion_control::DK_CC_CUBIC, 0);
    assert_eq!(unpaced, 0);
    let (released, _) = long_path(dk_congestion_control::DK_CC_BBR2, 1);
    assert!(released > 0);
}

#[test]
fn a_server_follows_a_client_that_moves() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    let issued = dk_event_kind::DK_EVENT_CID_ISSUED;
    pump(&mut client, &mut server, |c, s| {
        c.has(0, dk_state_flag::DK_STATE_CONFIRMED) && s.count(0, issued) == 4
    });
    // A NAT gives the client another port: the same connection, a new socket.
    let (moved, address, _) = open_udp(loopback(0), 0);
    dk_udp_close(std::mem::replace(&mut client.socket, moved));
    let before = client.addr;
    assert_ne!(address, before);
    // The client's engine knows nothing of it and goes on as before.
    client.arrives_as = Some(before);
    client.send(0, 0, b"from elsewhere", true).unwrap();
    let new = dk_event_kind::DK_EVENT_PATH_NEW;
    let validated = dk_event_kind::DK_EVENT_PATH_VALIDATED;
    let migrated = dk_event_kind::DK_EVENT_PATH_MIGRATED;
    pump(&mut client, &mut server, |_, s| {
        s.count(0, validated) > 0 && s.count(0, migrated) > 0
    });
    assert_eq!(server.take(0, new)[0].event.peer, address);
    assert_eq!(server.take(0, migrated)[0].event.peer, address);
    assert_eq!(server.recv(0, 0, &mut [0; 32]), Ok((14, 1)));
    server.send(0, 0, b"found", true).unwrap();
    pump(&mut client, &mut server, |c, _| c.count(0, READABLE) > 0);
    assert_eq!(client.recv(0, 0, &mut [0; 32]), Ok((5, 1)));
}
