//! What several paths of a connection are asked for.

use super::*;

/// A configuration that somebody may have freed already.
fn make_speaker(seed: u8) -> u64 {
    let (mut id, seed) = (0, [seed; 32]);
    unsafe {
        dk_config_new(seed.as_ptr(), dk_role::DK_ROLE_BOTH as u32, &mut id);
        dk_config_alpn(id, ALPN.as_ptr(), ALPN.len());
        for (param, value) in MULTIPATH {
            dk_config_transport_param(id, param, &value, 1);
        }
    }
    id
}

impl Caller<'_> {
    /// Two connections that know each other, and speak multipath. Other threads
    /// may guess their ids at any time.
    pub(super) fn make_pair(&mut self) -> i64 {
        let ports = (self.chance.next() as u16, self.chance.next() as u16);
        let addrs = [loopback(ports.0), loopback(ports.1)];
        let speakers = [make_speaker(1), make_speaker(2)];
        let mut made = Vec::new();
        let ends = try_established(speakers, addrs, |_, _| (), &mut made);
        for id in made.into_iter().chain(speakers) {
            self.keep(0, id);
        }
        match ends {
            Ok(ends) => {
                self.agreed += 1;
                self.pairs.push(ends);
                0
            }
            Err(rc) => rc.into(),
        }
    }

    /// Packets of one end reach the other, whoever has freed either since.
    pub(super) fn relay(&mut self) -> i64 {
        if self.pairs.is_empty() {
            return 0;
        }
        let nr = self.chance.below(self.pairs.len());
        let way = self.chance.below(2);
        let (from, to) = (self.pairs[nr][way].conn, self.pairs[nr][1 - way].conn);
        let (p, cap) = (self.output.as_mut_ptr(), 16 * 1024);
        let tx = self.tx.as_mut_ptr();
        let n = unsafe { dk_conn_send_batch(from, now_ns(), 0, p, cap, tx, 8) };
        if n < 0 {
            self.pairs.swap_remove(nr);
            return n.into();
        }
        let mut datagrams = 0;
        for tx in &self.tx[..n as usize] {
            for start in (tx.off..tx.off + tx.len).step_by(tx.seg.max(1) as usize) {
                self.rx[datagrams] = dk_rx {
                    off: start,
                    len: tx.seg.min(tx.off + tx.len - start),
                    from: tx.from,
                    to: tx.to,
                    ..dk_rx::default()
                };
                datagrams = (datagrams + 1).min(255);
            }
        }
        let (rx, n) = (self.rx.as_ptr(), datagrams as u32);
        unsafe { dk_conn_recv_batch(to, now_ns(), p, cap, rx, n) }.into()
    }

    pub(super) fn path(&mut self) -> i64 {
        match self.chance.below(4) {
            0 => self.change_path(),
            1 => self.probe(),
            2 => self.frame(),
            _ => self.parameter(),
        }
    }

    fn path_id(&mut self) -> u32 {
        match self.chance.below(8) {
            0 => self.chance.number() as u32,
            _ => self.chance.below(4) as u32,
        }
    }

    fn change_path(&mut self) -> i64 {
        let (conn, path, now) = (self.id(), self.path_id(), now_ns());
        let (local, peer) = (self.addr(), self.addr());
        let local = maybe(&mut self.chance, &raw const local as *mut dk_addr);
        let peer = maybe(&mut self.chance, &raw const peer as *mut dk_addr);
        let flag = self.chance.below(3) as u8;
        unsafe {
            match self.chance.below(10) {
                0 => dk_path_open(
                    conn,
                    now,
                    local,
                    peer,
                    flag,
                    maybe(&mut self.chance, self.words.as_mut_ptr()),
                ),
                1 => dk_path_abandon(conn, now, path, self.chance.number()),
                2 => dk_path_set_active(conn, now, path),
                3 => dk_path_set_status(conn, path, flag),
                4 => dk_path_set_idle(conn, path, self.chance.number()),
                5 => dk_path_ping(conn, path),
                6 => dk_path_rebind(conn, now, path, local),
                7 => dk_path_pin(conn, local, peer),
                _ => {
                    let max = self.count(4);
                    dk_path_list(conn, maybe(&mut self.chance, self.paths.as_mut_ptr()), max)
                }
            }
            .into()
        }
    }

    fn probe(&mut self) -> i64 {
        let conn = self.id();
        if self.chance.one_in(8) {
            return dk_probe_clear(conn).into();
        }
        let (local, peer) = (self.addr(), self.addr());
        let local = maybe(&mut self.chance, &raw const local as *mut dk_addr);
        let value = maybe(&mut self.chance, self.numbers.as_mut_ptr());
        unsafe { dk_probe(conn, now_ns(), local, &peer, value) }.into()
    }

    fn frame(&mut self) -> i64 {
        let (conn, token) = (self.id(), self.chance.below(4) as u64);
        if self.chance.one_in(8) {
            return dk_frame_cancel(conn, token).into();
        }
        // Each of these has a body of that length.
        let (ty, len) = match self.chance.below(6) {
            0 => (0x3d7f90, 7),
            1 => (0x3d7f91, 19),
            2 => (0x3d7f92, 7),
            3 => (0x3d7f93, 19),
            4 => (0x3d7f94, 1),
            _ => (self.chance.number(), 7),
        };
        let (mut body, mut n) = (vec![7; len], len);
        if self.chance.one_in(8) {
            body = Vec::new();
            n = 0;
        }
        let body = maybe(&mut self.chance, body.as_mut_ptr());
        let delivery = self.chance.below(3) as u32;
        unsafe { dk_frame_send(conn, ty, body, n, delivery, token) }.into()
    }

    fn parameter(&mut self) -> i64 {
        let id = match self.chance.below(5) {
            0 => 0x3e,
            1 => 0x3d7f_9112_0401,
            2 => 0x9f81_a176,
            _ => self.chance.number(),
        };
        if self.chance.one_in(2) {
            let (p, n) = self.bytes_out();
            return unsafe { dk_conn_peer_transport_param(self.id(), id, p, n) }.into();
        }
        let (p, n) = self.bytes_in();
        let n = if p.is_null() {
            n
        } else {
            n.min(self.chance.below(70))
        };
        unsafe { dk_config_transport_param(self.id(), id, p, n) }.into()
    }
}
