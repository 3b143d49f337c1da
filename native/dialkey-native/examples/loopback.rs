//! One stream over loopback through the C entries, as fast as it goes:
//! `cargo run --release --example loopback [megabytes] [datagram size] [congestion control]`.
//!
//! Server and client run in one thread each. A sanity check of the interface,
//! not a benchmark: it says nothing about real networks.

use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use dialkey::abi::*;
use dialkey::entry::*;

const ALPN: &[u8] = b"\x04perf";
const SLAB: usize = 32 * 65536;
const CHUNK: usize = 1 << 20;
const READABLE: u32 = dk_wait_bit::DK_WAIT_READABLE as u32;

/// One socket, one connection, and buffers for both directions.
struct Side {
    start: Instant,
    config: dk_config,
    socket: dk_socket,
    addr: dk_addr,
    conn: dk_conn,
    slab: Vec<u8>,
    rx: Vec<dk_rx>,
    out: Vec<u8>,
    tx: Vec<dk_tx>,
    events: Vec<dk_event>,
    side: Vec<u8>,
}

fn check(rc: i32) -> i32 {
    assert!(rc >= 0, "error {rc}");
    rc
}

impl Side {
    fn new(seed: u8, datagram: u64, congestion: u64) -> Side {
        let (mut config, mut socket) = (0, 0);
        let mut bind = dk_addr {
            family: 4,
            ..dk_addr::default()
        };
        bind.ip[..4].copy_from_slice(&[127, 0, 0, 1]);
        let (mut addr, mut granted) = (bind, [0; 4]);
        unsafe {
            check(dk_config_new([seed; 32].as_ptr(), 3, &mut config));
            check(dk_config_alpn(config, ALPN.as_ptr(), ALPN.len()));
            let granted = granted.as_mut_ptr();
            check(dk_udp_open(&bind, 0, 0, 0, &mut socket, &mut addr, granted));
        }
        println!("socket buffers and segments: {granted:?}");
        let options = [
            (dk_option::DK_OPTION_MAX_UDP_PAYLOAD_SEND, datagram),
            (dk_option::DK_OPTION_PMTUD, 0),
            (dk_option::DK_OPTION_CONGESTION_CONTROL, congestion),
        ];
        for (option, value) in options {
            check(dk_config_set(config, option as u32, value));
        }
        Side {
            start: Instant::now(),
            config,
            socket,
            addr,
            conn: 0,
            slab: vec![0; SLAB],
            rx: vec![dk_rx::default(); 2048],
            out: vec![0; 256 * 1024],
            tx: vec![dk_tx::default(); 64],
            events: vec![dk_event::default(); 64],
            side: vec![0; 1024],
        }
    }

    fn now(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }

    fn dial(&mut self, to: dk_addr, key: &[u8; 32]) {
        let now = self.now();
        let (alpn, n) = (ALPN.as_ptr(), ALPN.len());
        let (config, addr) = (self.config, &self.addr);
        check(unsafe {
            dk_connect(
                config,
                key.as_ptr(),
                alpn,
                n,
                addr,
                &to,
                now,
                &mut self.conn,
            )
        });
    }

    /// Receives all there is; a first datagram makes the connection.
    fn receive(&mut self) -> bool {
        let (slab, rx) = (self.slab.as_mut_ptr(), self.rx.as_mut_ptr());
        let (cap, max) = (self.slab.len(), self.rx.len() as u32);
        let n = unsafe { dk_udp_recv(self.socket, slab, cap, rx, max) };
        if n <= 0 {
            return false;
        }
        let now = self.now();
        if self.conn == 0 {
            let first = self.rx[0];
            check(unsafe {
                dk_accept(
                    self.config,
                    slab.add(first.off as usize),
                    first.len as usize,
                    &first.to,
                    &first.from,
                    now,
                    &mut self.conn,
                )
            });
        }
        check(unsafe { dk_conn_recv_batch(self.conn, now, slab, cap, rx, n as u32) });
        true
    }

    fn flush(&mut self) -> bool {
        let mut any = false;
        loop {
            let now = self.now();
            let (out, cap) = (self.out.as_mut_ptr(), self.out.len());
            let (tx, max) = (self.tx.as_mut_ptr(), self.tx.len() as u32);
            let n = check(unsafe { dk_conn_send_batch(self.conn, now, 0, out, cap, tx, max) });
            if n == 0 {
                return any;
            }
            any = true;
            let mut done = 0;
            while done < n as u32 {
                let mut sent = 0;
                let rest = unsafe { tx.add(done as usize) };
                let rc =
                    unsafe { dk_udp_send(self.socket, out, cap, rest, n as u32 - done, &mut sent) };
                done += sent;
                if rc != 0 {
                    dk_udp_wait(self.socket, 1_000_000, dk_wait_bit::DK_WAIT_WRITABLE as u32);
                }
            }
        }
    }

    fn events(&mut self) {
        let (events, side) = (self.events.as_mut_ptr(), self.side.as_mut_ptr());
        check(unsafe { dk_conn_events(self.conn, events, 64, side, self.side.len()) });
    }

    /// Timers, then a wait for data when there was nothing to do.
    fn rest(&mut self, idle: bool) {
        let (now, mut at) = (self.now(), u64::MAX);
        if self.conn != 0 {
            unsafe { dk_conn_timeout(self.conn, now, &mut at) };
            if at <= now {
                dk_conn_on_timeout(self.conn, now);
                return;
            }
        }
        if idle {
            check(dk_udp_wait(self.socket, at - now, READABLE));
        }
    }

    fn recv(&mut self, stream: u64, buf: &mut [u8]) -> (i64, u32) {
        let (mut flags, mut code) = (0, 0);
        let (now, p, cap) = (self.now(), buf.as_mut_ptr(), buf.len());
        let n = unsafe { dk_stream_recv(self.conn, now, stream, p, cap, &mut flags, &mut code) };
        (n, flags)
    }

    fn send(&mut self, stream: u64, data: &[u8], fin: bool) -> usize {
        let mut out = [0; 2];
        let (now, p, n) = (self.now(), data.as_ptr(), data.len());
        let out = out.as_mut_ptr();
        let n = unsafe { dk_stream_send(self.conn, now, stream, p, n, fin.into(), out) };
        // A stream limit of 0 before the handshake is over counts as blocked.
        usize::try_from(n).unwrap_or(0)
    }
}

fn serve(mut side: Side, total: usize) {
    let mut buf = vec![0; 256 * 1024];
    let (mut got, mut over) = (0, false);
    while !over {
        let mut busy = side.receive();
        if side.conn != 0 {
            side.events();
            loop {
                let (n, flags) = side.recv(0, &mut buf);
                if n < 0 {
                    break;
                }
                got += n as usize;
                over |= flags & dk_recv_flag::DK_RECV_FIN as u32 != 0;
            }
            if over {
                side.send(0, b"!", true);
            }
            busy |= side.flush();
        }
        side.rest(!busy);
    }
    assert_eq!(got, total);
}

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>());
    let mut next = |default| args.next().map_or(default, |arg| arg.expect("a number"));
    let (total, datagram, congestion) = ((next(1024) as usize) << 20, next(1452), next(0));

    let server = Side::new(2, datagram, congestion);
    let to = server.addr;
    let (mut public, mut private) = ([0; 32], [0; 64]);
    unsafe {
        boring_sys::ED25519_keypair_from_seed(
            public.as_mut_ptr(),
            private.as_mut_ptr(),
            [2; 32].as_ptr(),
        );
    }
    let (told, ended) = mpsc::channel();
    thread::spawn(move || {
        serve(server, total);
        let _ = told.send(());
    });

    let mut side = Side::new(1, datagram, congestion);
    side.dial(to, &public);
    let data = vec![7; CHUNK];
    let mut sent = 0;
    let mut buf = [0; 16];
    let start = Instant::now();
    loop {
        let mut busy = side.receive();
        side.events();
        while sent < total {
            let n = (total - sent).min(CHUNK);
            let taken = side.send(0, &data[..n], sent + n == total);
            sent += taken;
            if taken < n {
                break;
            }
        }
        busy |= side.flush();
        if sent == total && side.recv(0, &mut buf).0 > 0 {
            break;
        }
        side.rest(!busy);
    }
    let seconds = start.elapsed().as_secs_f64();
    ended.recv().expect("the server thread ends");
    let mut stats = [0; 22];
    unsafe { dk_conn_stats(side.conn, stats.as_mut_ptr(), 22) };
    let gbit = total as f64 * 8e-9 / seconds;
    println!(
        "{gbit:.2} Gbit/s, {seconds:.2} s, {} packets lost",
        stats[2]
    );
    println!("packets sent {}, pacing stalls {}", stats[0], stats[13]);
}
