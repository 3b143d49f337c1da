//! What connections, streams, sockets and configurations are asked for.

use std::os::unix::ffi::OsStrExt;

use super::*;

impl Caller<'_> {
    pub(super) fn make_config(&mut self) -> i64 {
        let seed = maybe(&mut self.chance, self.input.as_mut_ptr());
        let role = if self.chance.one_in(8) {
            self.chance.number() as u32
        } else {
            3
        };
        let mut id = 0;
        let out = maybe(&mut self.chance, &mut id);
        let rc = unsafe { dk_config_new(seed, role, out) };
        if rc == 0 {
            unsafe { dk_config_alpn(id, ALPN.as_ptr(), ALPN.len()) };
            set(id, dk_option::DK_OPTION_DGRAM_RECV_QUEUE, 4);
        }
        self.keep(rc, id);
        rc.into()
    }

    pub(super) fn configure(&mut self) -> i64 {
        let id = self.id();
        match self.chance.below(4) {
            0 => {
                let (p, n) = self.bytes_in();
                unsafe { dk_config_alpn(id, p, n) }.into()
            }
            1 => {
                let key = maybe(&mut self.chance, self.input.as_mut_ptr());
                let len = self.chance.below(24) as u32;
                unsafe { dk_config_cid_key(id, key, len) }.into()
            }
            _ => {
                let option = self.chance.below(24) as u32;
                dk_config_set(id, option, self.chance.number()).into()
            }
        }
    }

    pub(super) fn make_conn(&mut self) -> i64 {
        let (local, peer, mut id) = (self.addr(), self.addr(), 0);
        let (local, peer) = (
            maybe(&mut self.chance, &raw const local as *mut dk_addr),
            peer,
        );
        let now = now_ns();
        let config = self.id();
        let rc = if self.chance.one_in(2) {
            let key = public_key(self.chance.next() as u8);
            let good = !self.chance.one_in(4);
            let (alpn, n) = if good {
                (ALPN.as_ptr(), ALPN.len())
            } else {
                self.bytes_in()
            };
            let key = maybe(&mut self.chance, key.as_ptr().cast_mut());
            let out = maybe(&mut self.chance, &mut id);
            unsafe { dk_connect(config, key, alpn, n, local, &peer, now, out) }
        } else {
            let (p, n) = self.bytes_in();
            let out = maybe(&mut self.chance, &mut id);
            unsafe { dk_accept(config, p, n, local, &peer, now, out) }
        };
        self.keep(rc, id);
        rc.into()
    }

    pub(super) fn recv_batch(&mut self) -> i64 {
        let n = self.count(8);
        let (p, len) = self.bytes_out();
        for at in 0..n as usize {
            let sane = !self.chance.one_in(8);
            let limit = if sane { len.min(1500) } else { SPACE * 2 };
            let size = self.chance.below(limit + 1) as u32;
            let off = self
                .chance
                .below((len - len.min(size as usize)).min(SPACE) + 1) as u32;
            self.rx[at] = dk_rx {
                off,
                len: size,
                ecn: self.chance.next() as u32,
                from: self.addr(),
                to: self.addr(),
                ..dk_rx::default()
            };
        }
        if !p.is_null() {
            self.scribble(p, len);
        }
        let pkts = maybe(&mut self.chance, self.rx.as_mut_ptr());
        unsafe { dk_conn_recv_batch(self.id(), now_ns(), p, len, pkts, n) }.into()
    }

    /// Packets of some sort, so that more than the first check is reached.
    pub(super) fn scribble(&mut self, p: *mut u8, len: usize) {
        let to = unsafe { std::slice::from_raw_parts_mut(p, len) };
        if self.chance.one_in(2) {
            for (to, from) in to.iter_mut().zip(&self.initial) {
                *to = *from;
            }
        }
        for _ in 0..self.chance.below(8) {
            let at = self.chance.below(len.max(1));
            if let Some(byte) = to.get_mut(at) {
                *byte = self.chance.next() as u8;
            }
        }
    }

    pub(super) fn send_batch(&mut self) -> i64 {
        let (p, n) = self.bytes_out();
        let max = self.count(64);
        let tx = maybe(&mut self.chance, self.tx.as_mut_ptr());
        let mask = if self.chance.one_in(4) {
            self.chance.number()
        } else {
            0
        };
        unsafe { dk_conn_send_batch(self.id(), now_ns(), mask, p, n, tx, max) }.into()
    }

    pub(super) fn timers(&mut self) -> i64 {
        let now = if self.chance.one_in(4) {
            self.chance.number()
        } else {
            now_ns()
        };
        if self.chance.one_in(2) {
            return dk_conn_on_timeout(self.id(), now).into();
        }
        let at = maybe(&mut self.chance, self.numbers.as_mut_ptr());
        unsafe { dk_conn_timeout(self.id(), now, at) }.into()
    }

    pub(super) fn close(&mut self) -> i64 {
        let (p, n) = self.bytes_in();
        let (app, code) = (self.chance.below(3) as u8, self.chance.number());
        unsafe { dk_conn_close(self.id(), now_ns(), app, code, p, n) }.into()
    }

    pub(super) fn ask(&mut self) -> i64 {
        let id = self.id();
        let (p, n) = self.bytes_out();
        let numbers = maybe(&mut self.chance, self.numbers.as_mut_ptr());
        let count = self.count(64);
        unsafe {
            match self.chance.below(8) {
                0 => dk_conn_state(id, numbers),
                1 => dk_conn_peer_key(id, maybe(&mut self.chance, self.output.as_mut_ptr())),
                2 => dk_conn_alpn(id, p, n),
                3 => dk_conn_close_reason(id, p, n),
                4 => dk_conn_events(
                    id,
                    maybe(&mut self.chance, self.events.as_mut_ptr()),
                    count,
                    p,
                    n,
                ),
                5 => dk_conn_stats(id, numbers, count),
                6 => {
                    let (label, ln) = self.bytes_in();
                    let (context, cn) = self.bytes_in();
                    dk_conn_export_keying(id, label, ln, context, cn, p, n)
                }
                _ => {
                    let max = self.count(4);
                    dk_path_list(id, maybe(&mut self.chance, self.paths.as_mut_ptr()), max)
                }
            }
            .into()
        }
    }

    pub(super) fn stream(&mut self) -> i64 {
        let conn = self.id();
        let small = self.chance.below(16) as u64;
        let id = if self.chance.one_in(4) {
            self.chance.number()
        } else {
            small
        };
        let numbers = maybe(&mut self.chance, self.numbers.as_mut_ptr());
        match self.chance.below(7) {
            0 | 1 => {
                let (p, n) = self.bytes_in();
                let fin = self.chance.below(3) as u8;
                unsafe { dk_stream_send(conn, now_ns(), id, p, n, fin, numbers) }
            }
            2 => {
                let (p, n) = self.bytes_out();
                let flags = maybe(&mut self.chance, self.words.as_mut_ptr());
                unsafe { dk_stream_recv(conn, now_ns(), id, p, n, flags, numbers) }
            }
            3 => dk_stream_capacity(conn, id),
            6 => dk_stream_acked(conn, id).into(),
            4 => {
                let (side, code) = (self.chance.below(3) as u32, self.chance.number());
                dk_stream_shutdown(conn, now_ns(), id, side, code).into()
            }
            _ => {
                let (urgency, way) = (self.chance.next() as u8, self.chance.below(3) as u8);
                dk_stream_priority(conn, id, urgency, way).into()
            }
        }
    }

    pub(super) fn packet(&mut self) -> i64 {
        let (p, n) = self.bytes_in();
        let (out, cap) = self.bytes_out();
        let config = self.id();
        let addr = self.addr();
        unsafe {
            match self.chance.below(7) {
                0 => {
                    let (mut dcid, mut scid) = ([0; 20], [0; 20]);
                    let dcid = maybe(&mut self.chance, dcid.as_mut_ptr());
                    let scid = maybe(&mut self.chance, scid.as_mut_ptr());
                    let numbers = maybe(&mut self.chance, self.numbers.as_mut_ptr());
                    let len = self.chance.below(24) as u32;
                    dk_header(p, n, len, dcid, scid, out, cap, numbers)
                }
                1 => dk_version_negotiation(p, n, out, cap),
                3 => {
                    let lens = self.lengths(p, n);
                    let at = maybe(&mut self.chance, lens.as_ptr().cast_mut());
                    dk_peek(p, at, lens.len() as u32, out, cap)
                }
                4 => {
                    let now = self.chance.number();
                    dk_retry(config, p, n, &addr, now, out, cap)
                }
                5 => {
                    let from = maybe(&mut self.chance, &raw const addr as *mut dk_addr);
                    dk_token_check(config, p, n, from, self.chance.number())
                }
                2 => dk_refuse(config, p, n, &addr, self.chance.number(), out, cap),
                _ => dk_stateless_reset(config, p, n, out, cap),
            }
            .into()
        }
    }

    /// Lengths that add up to n, or any when there is nothing to read.
    pub(super) fn lengths(&mut self, p: *const u8, n: usize) -> Vec<u32> {
        if p.is_null() {
            return (0..4).map(|_| self.chance.number() as u32).collect();
        }
        let (mut lens, mut left) = (Vec::new(), n);
        while left > 0 {
            let len = self.chance.below(left.min(1500) + 1);
            lens.push(len as u32);
            left -= len;
        }
        lens
    }

    pub(super) fn datagram(&mut self) -> i64 {
        let id = self.id();
        match self.chance.below(4) {
            0 | 1 => {
                let (p, n) = self.bytes_in();
                let flags = self.chance.below(3) as u32;
                unsafe { dk_dgram_send(id, now_ns(), p, n, flags) }.into()
            }
            2 => {
                let (p, n) = self.bytes_out();
                unsafe { dk_dgram_recv(id, p, n) }.into()
            }
            _ => {
                let numbers = maybe(&mut self.chance, self.numbers.as_mut_ptr());
                unsafe { dk_dgram_state(id, numbers) }.into()
            }
        }
    }

    /// No path but of the folder, or below a file.
    pub(super) fn diagnose(&mut self) -> i64 {
        let id = self.id();
        let mut path = match self.chance.below(4) {
            0 => self.folder.join("keys"),
            1 => PathBuf::new(),
            2 => self.folder.clone(),
            _ => self.folder.join("no/such"),
        };
        if self.chance.one_in(8) {
            path.push("\0");
        }
        let path = path.as_os_str().as_bytes();
        if self.chance.one_in(2) {
            return set_keylog(id, path).into();
        }
        let (prefix, n) = self.bytes_in();
        unsafe { dk_config_qlog(id, path.as_ptr(), path.len(), prefix, n) }.into()
    }

    pub(super) fn open_socket(&mut self) -> i64 {
        let mut bind = self.addr();
        bind.port = 0;
        let (flags, mut id, mut bound) = (self.chance.below(5) as u32, 0, dk_addr::default());
        let size = self.chance.number();
        let numbers = maybe(&mut self.chance, self.numbers.as_mut_ptr());
        let bind = maybe(&mut self.chance, &mut bind);
        let rc = unsafe { dk_udp_open(bind, flags, size, 0, &mut id, &mut bound, numbers) };
        self.keep(rc, id);
        rc.into()
    }

    pub(super) fn socket(&mut self) -> i64 {
        let id = self.id();
        match self.chance.below(5) {
            0 => {
                let interest = self.chance.below(5) as u32;
                let timeout = self.chance.below(200_000) as u64;
                dk_udp_wait(id, timeout, interest).into()
            }
            1 => dk_udp_wake(id).into(),
            2 => {
                let (p, n) = (self.output.as_mut_ptr(), self.output.len());
                let max = self.count(256);
                let rx = maybe(&mut self.chance, self.rx.as_mut_ptr());
                unsafe { dk_udp_recv(id, p, n, rx, max) }.into()
            }
            3 => self.udp_send(id),
            _ => {
                let count = self.count(64);
                unsafe {
                    dk_udp_stats(
                        id,
                        maybe(&mut self.chance, self.numbers.as_mut_ptr()),
                        count,
                    )
                }
                .into()
            }
        }
    }

    pub(super) fn udp_send(&mut self, id: u64) -> i64 {
        let (p, n) = self.bytes_in();
        let count = self.count(4);
        for at in 0..count as usize {
            let len = self.chance.below(n.min(SPACE) + 1) as u32;
            self.tx[at] = dk_tx {
                off: self.chance.below(64) as u32,
                len,
                seg: self.chance.below(2000) as u32,
                ecn: self.chance.next() as u32,
                from: self.addr(),
                to: self.addr(),
                ..dk_tx::default()
            };
        }
        let mut sent = 0;
        let sent = maybe(&mut self.chance, &mut sent);
        unsafe {
            dk_udp_send(
                id,
                p,
                n,
                maybe(&mut self.chance, self.tx.as_mut_ptr()),
                count,
                sent,
            )
        }
        .into()
    }

    pub(super) fn library(&mut self) -> i64 {
        let (p, n) = self.bytes_out();
        let count = self.count(64);
        unsafe {
            match self.chance.below(5) {
                0 => dk_library_info(p, n),
                1 => dk_last_error(p, n),
                2 => dk_layout(maybe(&mut self.chance, self.words.as_mut_ptr()), count),
                3 => dk_live_objects(maybe(&mut self.chance, self.numbers.as_mut_ptr()), count),
                _ => dk_test_panic(self.chance.below(2) as u32 * 7, self.id()),
            }
            .into()
        }
    }
}
