//! Sockets: batches, offloads, waiting.

mod common;

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use common::*;
use dialkey::abi::*;
use dialkey::entry::*;

const READABLE: u32 = dk_wait_bit::DK_WAIT_READABLE as u32;
const WRITABLE: u32 = dk_wait_bit::DK_WAIT_WRITABLE as u32;
const WOKEN: i32 = dk_wait_bit::DK_WAIT_WOKEN as i32;

struct Udp {
    socket: dk_socket,
    addr: dk_addr,
    granted: [u64; 4],
}

impl Udp {
    fn new(flags: u32) -> Udp {
        Udp::bound(loopback(0), flags)
    }

    fn bound(bind: dk_addr, flags: u32) -> Udp {
        let (socket, addr, granted) = open_udp(bind, flags);
        Udp {
            socket,
            addr,
            granted,
        }
    }

    fn send(&self, buf: &[u8], pkts: &[dk_tx]) -> (i32, u32) {
        let mut sent = 9;
        let rc = unsafe {
            dk_udp_send(
                self.socket,
                buf.as_ptr(),
                buf.len(),
                pkts.as_ptr(),
                pkts.len() as u32,
                &mut sent,
            )
        };
        (rc, sent)
    }

    /// Datagrams with their entries, until `n` have come.
    fn recv(&self, n: usize) -> Vec<(dk_rx, Vec<u8>)> {
        let mut slab = vec![0; 32 * 65536];
        let mut rx = vec![dk_rx::default(); 2048];
        let mut all = Vec::new();
        let end = Instant::now() + Duration::from_secs(5);
        while all.len() < n && Instant::now() < end {
            dk_udp_wait(self.socket, 10_000_000, READABLE);
            let got = unsafe {
                dk_udp_recv(
                    self.socket,
                    slab.as_mut_ptr(),
                    slab.len(),
                    rx.as_mut_ptr(),
                    2048,
                )
            };
            for entry in &rx[..got.max(0) as usize] {
                let bytes = &slab[entry.off as usize..(entry.off + entry.len) as usize];
                all.push((*entry, bytes.to_vec()));
            }
        }
        assert_eq!(all.len(), n);
        all
    }

    fn stats(&self) -> [u64; 9] {
        let mut out = [0; 9];
        assert_eq!(unsafe { dk_udp_stats(self.socket, out.as_mut_ptr(), 9) }, 9);
        out
    }
}

impl Drop for Udp {
    fn drop(&mut self) {
        dk_udp_close(self.socket);
    }
}

/// 100 datagrams of 1000 bytes and a short one, in one entry.
fn burst(to: dk_addr) -> (Vec<u8>, dk_tx) {
    let buf: Vec<u8> = (0..100_400).map(|at| (at / 1000) as u8).collect();
    let entry = dk_tx {
        len: buf.len() as u32,
        seg: 1000,
        to,
        ..dk_tx::default()
    };
    (buf, entry)
}

fn check_burst(from: &Udp, to: &Udp) {
    let (buf, entry) = burst(to.addr);
    assert_eq!(from.send(&buf, &[entry]), (0, 1));
    for (index, (rx, bytes)) in to.recv(101).iter().enumerate() {
        assert_eq!(bytes.len(), if index == 100 { 400 } else { 1000 });
        assert!(bytes.iter().all(|byte| *byte == index as u8));
        assert_eq!(rx.from, from.addr);
        assert_eq!(rx.to, to.addr);
    }
}

#[test]
fn a_burst_crosses_with_and_without_segmentation() {
    let _alone = alone();
    let to = Udp::new(0);
    let plain = Udp::new(dk_udp_flag::DK_UDP_NO_GSO as u32);
    assert_eq!(plain.granted[2], 1);
    check_burst(&plain, &to);
    assert_eq!(plain.stats()[dk_udp_stat::DK_UDP_TX_CALLS as usize], 101);

    let fast = Udp::new(0);
    check_burst(&fast, &to);
    let stats = fast.stats();
    assert_eq!(stats[dk_udp_stat::DK_UDP_TX_DATAGRAMS as usize], 101);
    assert_eq!(stats[dk_udp_stat::DK_UDP_TX_BYTES as usize], 100_400);
    if fast.granted[2] > 1 {
        assert!(stats[dk_udp_stat::DK_UDP_TX_CALLS as usize] <= 3);
    }
    assert_eq!(to.stats()[dk_udp_stat::DK_UDP_RX_DATAGRAMS as usize], 202);
}

#[test]
fn ipv6_keeps_its_addresses() {
    let _alone = alone();
    let (a, b) = (Udp::bound(loopback6(0), 0), Udp::bound(loopback6(0), 0));
    check_burst(&a, &b);
}

#[test]
fn a_socket_on_all_addresses_tells_where_it_was_reached() {
    let _alone = alone();
    let any = dk_addr {
        family: 4,
        ..dk_addr::default()
    };
    let (all, one) = (Udp::bound(any, 0), Udp::new(0));
    let to = loopback(all.addr.port);
    let entry = |to| dk_tx {
        len: 3,
        to,
        ecn: 2,
        ..dk_tx::default()
    };
    assert_eq!(one.send(b"abc", &[entry(to)]), (0, 1));
    let (rx, bytes) = all.recv(1).remove(0);
    assert_eq!(
        (rx.to, rx.ecn, bytes.as_slice()),
        (to, 2, b"abc".as_slice())
    );
    // And it answers from the address that was asked for.
    let mut source = loopback(0);
    source.ip[3] = 2;
    let answer = dk_tx {
        from: source,
        ..entry(one.addr)
    };
    assert_eq!(all.send(b"abc", &[answer]), (0, 1));
    assert_eq!(one.recv(1)[0].0.from.ip[..4], [127, 0, 0, 2]);
}

#[test]
fn a_bad_entry_is_lost_and_the_others_go_on() {
    let _alone = alone();
    let (a, b) = (Udp::new(0), Udp::new(0));
    let (buf, good) = burst(b.addr);
    let mut gone = loopback(0);
    gone.ip[..4].copy_from_slice(&[192, 0, 2, 1]);
    let bad = [
        dk_tx {
            to: loopback6(9),
            ..good
        },
        dk_tx {
            to: loopback(0),
            ..good
        },
        // A source that is not ours: the system calls it invalid.
        dk_tx { from: gone, ..good },
    ];
    for bad in bad {
        let before = a.stats()[dk_udp_stat::DK_UDP_TX_ERRORS as usize];
        assert_eq!(a.send(&buf, &[bad, good]), (0, 2));
        assert_eq!(b.recv(101).len(), 101);
        assert_eq!(
            a.stats()[dk_udp_stat::DK_UDP_TX_ERRORS as usize],
            before + 1
        );
    }
    // None of it cost the segmentation.
    let calls = |udp: &Udp| udp.stats()[dk_udp_stat::DK_UDP_TX_CALLS as usize];
    let before = calls(&a);
    assert_eq!(a.send(&buf, &[good]), (0, 1));
    b.recv(101);
    assert!(a.granted[2] == 1 || calls(&a) - before <= 3);
}

#[test]
fn arguments_are_checked_before_anything_is_sent() {
    let _alone = alone();
    let (a, b) = (Udp::new(0), Udp::new(0));
    let good = dk_tx {
        len: 3,
        to: b.addr,
        ..dk_tx::default()
    };
    for bad in [
        dk_tx { off: 1, ..good },
        dk_tx { len: 0, ..good },
        dk_tx {
            off: u32::MAX,
            len: u32::MAX,
            ..good
        },
        dk_tx {
            seg: u32::MAX,
            ..good
        },
        dk_tx {
            to: dk_addr::default(),
            ..good
        },
    ] {
        assert_eq!(a.send(b"abc", &[good, bad]), (ARG, 0));
    }
    assert_eq!(a.stats()[dk_udp_stat::DK_UDP_TX_DATAGRAMS as usize], 0);
    let (mut buf, mut rx) = (vec![0; 65535], [dk_rx::default(); 64]);
    let recv = |buf: &mut [u8], rx: &mut [dk_rx]| unsafe {
        dk_udp_recv(
            a.socket,
            buf.as_mut_ptr(),
            buf.len(),
            rx.as_mut_ptr(),
            rx.len() as u32,
        )
    };
    assert_eq!(recv(&mut buf, &mut rx), BUFFER);
    buf.push(0);
    assert_eq!(recv(&mut buf, &mut rx), DONE);
    assert_eq!(recv(&mut buf, &mut rx[..a.granted[3] as usize - 1]), BUFFER);
    assert_eq!(dk_udp_wait(a.socket, 0, 8), ARG);
}

#[test]
fn waiting_ends_with_data_room_wake_or_time() {
    let _alone = alone();
    let (a, b) = (Udp::new(0), Udp::new(0));
    assert_eq!(dk_udp_wait(a.socket, 0, READABLE), 0);
    assert_eq!(dk_udp_wait(a.socket, 0, WRITABLE), WRITABLE as i32);
    let start = Instant::now();
    assert_eq!(dk_udp_wait(a.socket, 20_000_000, READABLE), 0);
    assert!(start.elapsed() >= Duration::from_millis(20));

    let entry = dk_tx {
        len: 1,
        to: a.addr,
        ..dk_tx::default()
    };
    assert_eq!(b.send(b"x", &[entry]), (0, 1));
    assert_eq!(dk_udp_wait(a.socket, u64::MAX, READABLE), READABLE as i32);
    assert_eq!(dk_udp_wait(a.socket, u64::MAX, READABLE | WRITABLE), 3);
    a.recv(1);

    for _ in 0..3 {
        assert_eq!(dk_udp_wake(a.socket), 0);
    }
    assert_eq!(dk_udp_wait(a.socket, u64::MAX, READABLE), WOKEN);
    assert_eq!(dk_udp_wait(a.socket, 0, READABLE), 0);
}

#[test]
fn another_thread_wakes_a_waiter_and_closing_does_too() {
    let _alone = alone();
    let udp = Udp::new(0);
    let socket = udp.socket;
    let (told, heard) = mpsc::channel();
    let waiter = thread::spawn(move || {
        loop {
            let rc = dk_udp_wait(socket, u64::MAX, READABLE);
            told.send(rc).unwrap();
            if rc < 0 {
                return;
            }
        }
    });
    for _ in 0..100 {
        assert_eq!(dk_udp_wake(socket), 0);
        assert_eq!(heard.recv_timeout(Duration::from_secs(5)), Ok(WOKEN));
    }
    assert_eq!(dk_udp_close(socket), 0);
    let last = heard.recv_timeout(Duration::from_secs(5)).unwrap();
    assert!(last == CLOSED || last == STATE, "{last}");
    waiter.join().unwrap();
    assert_eq!(dk_udp_wake(socket), STATE);
}

#[test]
fn there_is_one_waiter_at_a_time() {
    let _alone = alone();
    let udp = Udp::new(0);
    let socket = udp.socket;
    // The look of the loop below may be in its way: then it comes again.
    let waiter = thread::spawn(move || {
        loop {
            let woken = dk_udp_wait(socket, u64::MAX, READABLE);
            if woken != STATE {
                break woken;
            }
        }
    });
    // Whoever comes second is told so; before the thread waits, nobody is.
    let end = Instant::now() + Duration::from_secs(5);
    while dk_udp_wait(socket, 0, READABLE) != STATE {
        assert!(Instant::now() < end);
        thread::yield_now();
    }
    assert_eq!(dk_udp_wake(socket), 0);
    assert_eq!(waiter.join().unwrap(), WOKEN);
}

#[test]
fn a_full_socket_says_so_and_loses_nothing() {
    let _alone = alone();
    let (a, b) = (Udp::new(0), Udp::new(0));
    let (buf, entry) = burst(b.addr);
    // Loopback hardly ever fills a sender; whatever happens, the books balance.
    let mut offered = 0;
    for _ in 0..200 {
        let (rc, sent) = a.send(&buf, &[entry; 4]);
        assert!(rc == 0 && sent == 4 || rc == DONE && sent < 4);
        offered += u64::from(sent) * 101;
    }
    assert!(a.stats()[dk_udp_stat::DK_UDP_TX_DATAGRAMS as usize] >= offered);
}

#[test]
fn reuseport_shares_a_port_and_its_absence_does_not() {
    let _alone = alone();
    let share = dk_udp_flag::DK_UDP_REUSEPORT as u32;
    let first = Udp::new(share);
    let second = Udp::bound(loopback(first.addr.port), share);
    assert_eq!(first.addr, second.addr);
    let (mut socket, mut bound, mut granted) = (0, dk_addr::default(), [0; 4]);
    let alone = Udp::new(0);
    let rc = unsafe {
        dk_udp_open(
            &alone.addr,
            0,
            0,
            0,
            &mut socket,
            &mut bound,
            granted.as_mut_ptr(),
        )
    };
    assert_eq!(rc, dk_status::DK_ERR_IO as i32);
    assert!(last_error().contains("os error"), "{}", last_error());
    let rc = unsafe {
        dk_udp_open(
            &loopback(0),
            4,
            0,
            0,
            &mut socket,
            &mut bound,
            granted.as_mut_ptr(),
        )
    };
    assert_eq!(rc, ARG);
}
