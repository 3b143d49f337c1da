//! The library about itself: versions, layout, options, many objects.

mod common;

use std::mem::{offset_of, size_of};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use common::*;
use dialkey::abi::*;
use dialkey::entry::*;

#[test]
fn tells_its_versions() {
    assert_eq!(dk_abi_version(), 3);
    let mut buf = [0; 256];
    let n = unsafe { dk_library_info(buf.as_mut_ptr(), buf.len()) } as usize;
    let text = std::str::from_utf8(&buf[..n]).unwrap();
    assert!(
        text.contains("quiche 0.30.0") && text.contains("boring 5.4.0"),
        "{text}"
    );
    assert_eq!(
        unsafe { dk_library_info(std::ptr::null_mut(), 0) },
        n as i32
    );
    let mut short = [0; 4];
    assert_eq!(unsafe { dk_library_info(short.as_mut_ptr(), 4) }, n as i32);
    assert_eq!(short, buf[..4]);
}

#[test]
fn the_versions_it_tells_are_those_it_is_built_from() {
    let lock = include_str!("../../Cargo.lock");
    for (name, version) in [("quiche", "0.30.0"), ("boring", "5.4.0")] {
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(lock.contains(&entry), "{name}");
    }
}

#[test]
fn tells_its_layout() {
    let mut out = [0; 128];
    let n = unsafe { dk_layout(out.as_mut_ptr(), 128) } as usize;
    // One size and all offsets of each structure.
    assert_eq!(n, 5 + 5 + 6 + 9 + 8 + 25);
    assert_eq!(out[..6], [24, 0, 16, 20, 22, 23]);
    assert_eq!(out[6], size_of::<dk_rx>() as u32);
    let path = &out[n - 26..n];
    assert_eq!(path[0], size_of::<dk_path_info>() as u32);
    assert_eq!(path[25], offset_of!(dk_path_info, pad) as u32);
    assert_eq!(unsafe { dk_layout(out.as_mut_ptr(), 1) }, n as i32);
}

#[test]
fn options_have_limits() {
    let _alone = alone();
    let config = config(1);
    let valid = [
        (1, 0),
        (1, 100),
        (1, 1 << 30),
        (2, 1200),
        (2, 65_527),
        (3, 1200),
        (3, 16_383),
        (4, 1),
        (5, 1 << 40),
        (6, 0),
        (7, 1 << 40),
        (8, 0),
        (9, 1 << 20),
        (10, 2),
        (10, 8),
        (11, 0),
        (11, 10),
        (12, 0),
        (12, 2),
        (13, 1000),
        (14, 1),
        (15, 1),
        (16, 0),
        (17, 65_536),
        (18, 0),
        (18, 1 << 30),
        (19, 1),
        (20, 2),
        (21, 100),
        (21, 1000),
    ];
    let invalid = [
        (0, 0),
        (1, 99),
        (1, 1 << 31),
        (2, 1199),
        (2, 65_528),
        (3, 1199),
        (3, 16_384),
        (4, 0),
        (5, (1 << 40) + 1),
        (6, u64::MAX),
        (7, u64::MAX),
        (8, (1 << 20) + 1),
        (9, u64::MAX),
        (10, 1),
        (10, 9),
        (11, 9),
        (12, 3),
        (13, 999),
        (14, 2),
        (15, 0),
        (15, 11),
        (16, 2),
        (17, 65_537),
        (18, (1 << 30) + 1),
        (19, 2),
        (20, 1),
        (20, 101),
        (21, 99),
        (21, 1001),
        (22, 0),
        (u32::MAX, 0),
    ];
    for (option, value) in valid {
        assert_eq!(dk_config_set(config, option, value), 0, "{option} {value}");
    }
    for (option, value) in invalid {
        assert_eq!(
            dk_config_set(config, option, value),
            ARG,
            "{option} {value}"
        );
    }
    for len in [0, 7, 21, u32::MAX] {
        assert_eq!(
            unsafe { dk_config_cid_key(config, [1; 32].as_ptr(), len) },
            ARG
        );
    }
    assert_eq!(unsafe { dk_config_alpn(config, b"\x02a".as_ptr(), 2) }, ARG);
    assert_eq!(dk_config_free(config), 0);
}

#[test]
fn many_objects_come_and_go() {
    let _alone = alone();
    let config = config(1);
    let (addr, key) = (loopback(1), public_key(2));
    let connect = || {
        let mut id = 0;
        let rc = unsafe {
            dk_connect(
                config,
                key.as_ptr(),
                ALPN.as_ptr(),
                ALPN.len(),
                &addr,
                &addr,
                now_ns(),
                &mut id,
            )
        };
        assert_eq!(rc, 0);
        id
    };
    let mut all: Vec<_> = (0..500).map(|_| connect()).collect();
    assert_eq!(live(), [1, 500, 0]);
    let first = all[0];
    for id in all.drain(..) {
        assert_eq!(dk_conn_free(id), 0);
    }
    // Slots are used again, ids are not.
    let again: Vec<_> = (0..500).map(|_| connect()).collect();
    assert!(again.iter().any(|id| *id as u32 == first as u32));
    assert!(!again.contains(&first));
    assert_eq!(dk_conn_free(first), STATE);
    // A connection outlives its configuration.
    assert_eq!(dk_config_free(config), 0);
    for id in again {
        assert_eq!(dk_conn_on_timeout(id, now_ns()), 0);
        assert_eq!(dk_conn_free(id), 0);
    }
}

#[test]
fn a_configuration_is_freed_under_use() {
    let _alone = alone();
    for _ in 0..20 {
        let config = config(1);
        let started = AtomicBool::new(false);
        thread::scope(|scope| {
            let users: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| {
                        let mut calls = 0u32;
                        loop {
                            let rc = dk_config_set(config, 1, 30_000);
                            started.store(true, Ordering::Relaxed);
                            if rc != 0 {
                                return (rc, calls);
                            }
                            calls += 1;
                        }
                    })
                })
                .collect();
            while !started.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            assert_eq!(dk_config_free(config), 0);
            for user in users {
                assert_eq!(user.join().unwrap().0, STATE);
            }
        });
        assert_eq!(live(), [0, 0, 0]);
    }
}

#[test]
fn one_connection_serves_one_thread_at_a_time() {
    let _alone = alone();
    let (client, _server) = pair();
    let id = client.conn(0);
    // Whatever the schedule, a call either works alone or is refused.
    let counts: Vec<(u32, u32)> = thread::scope(|scope| {
        let users: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(move || {
                    let (mut worked, mut refused) = (0, 0);
                    for _ in 0..20_000 {
                        let mut out = [0; 22];
                        match unsafe { dk_conn_stats(id, out.as_mut_ptr(), 22) } {
                            22 => worked += 1,
                            rc => {
                                assert_eq!(rc, STATE);
                                refused += 1;
                            }
                        }
                    }
                    (worked, refused)
                })
            })
            .collect();
        users.into_iter().map(|user| user.join().unwrap()).collect()
    });
    assert_eq!(
        counts
            .iter()
            .map(|(worked, refused)| worked + refused)
            .sum::<u32>(),
        80_000
    );
    assert!(counts.iter().any(|(worked, _)| *worked > 0));
    assert_eq!(client.origin(0), (0, 0));
}

#[test]
fn the_path_in_use_is_described() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    let mtu = |node: &Node| {
        let mut info = [dk_path_info::default(); 2];
        assert_eq!(
            unsafe { dk_path_list(node.conn(0), info.as_mut_ptr(), 2) },
            1
        );
        info[0].mtu
    };
    // Path MTU discovery starts at 1200 and reaches the configured size.
    pump(&mut client, &mut server, |c, s| {
        mtu(c) == 1452 && mtu(s) == 1452
    });
    let mut info = [dk_path_info::default(); 1];
    assert_eq!(
        unsafe { dk_path_list(client.conn(0), info.as_mut_ptr(), 1) },
        1
    );
    let path = info[0];
    assert_eq!((path.local, path.peer), (client.addr, server.addr));
    assert_eq!(path.state, dk_path_state::DK_PATH_VALIDATED as u8);
    assert_eq!((path.active, path.slot, path.path), (1, 0, 0));
    assert!(path.min_rtt_ns > 0 && path.rtt_ns >= path.min_rtt_ns);
    assert!(path.cwnd >= 12_000 && path.sent > 0 && path.recv > 0);
    assert!(path.last_rx_ns > 0 && path.last_tx_ns > 0);
    assert_eq!(
        unsafe { dk_path_list(client.conn(0), std::ptr::null_mut(), 0) },
        0
    );
}

#[test]
fn unknown_slots_send_nothing() {
    let _alone = alone();
    let (mut client, server) = (Node::new(1), Node::new(2));
    client.dial(&server, public_key(2), ALPN);
    let (mut buf, mut tx) = (vec![0; 4096], [dk_tx::default(); 4]);
    let mut send = |mask| unsafe {
        dk_conn_send_batch(
            client.conn(0),
            now_ns(),
            mask,
            buf.as_mut_ptr(),
            buf.len(),
            tx.as_mut_ptr(),
            4,
        )
    };
    assert_eq!(send(2), 0);
    assert_eq!(send(3), 1);
}
