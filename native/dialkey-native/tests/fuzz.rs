//! Every C entry with arbitrary arguments, and arbitrary datagrams into those
//! that read them: whatever comes, error codes come back, nothing else.
//!
//! A failing seed is printed; set DIALKEY_FUZZ_SEED to repeat it.

#[path = "common/caller.rs"]
mod caller;
#[path = "common/chance.rs"]
mod chance;
mod common;

use std::thread;
use std::time::{Duration, Instant};

use caller::{Caller, Pool, free};
use chance::{Chance, End, seed};
use common::*;
use dialkey::abi::*;
use dialkey::entry::*;

const THREADS: u64 = 3;
const TIME: Duration = Duration::from_secs(3);

#[test]
fn no_arguments_do_more_than_fail() {
    let _alone = alone();
    let seed = seed();
    let dialer = config(1);
    let initial = first_initial(dialer, public_key(2));
    let pool = Pool::new();
    let folder = Folder::new("fuzz");
    let results: Vec<(u64, u64, Vec<u64>)> = thread::scope(|scope| {
        let callers: Vec<_> = (0..THREADS)
            .map(|nr| {
                let mut caller = Caller::new(
                    Chance::new(seed + nr * 7919),
                    &pool,
                    initial.clone(),
                    folder.0.clone(),
                );
                scope.spawn(move || {
                    let end = Instant::now() + TIME;
                    while Instant::now() < end {
                        (0..64).for_each(|_| caller.step());
                    }
                    (caller.calls, caller.agreed, caller.made)
                })
            })
            .collect();
        callers
            .into_iter()
            .map(|caller| caller.join().unwrap())
            .collect()
    });
    let calls: u64 = results.iter().map(|(calls, ..)| calls).sum();
    let pairs: u64 = results.iter().map(|(_, pairs, _)| pairs).sum();
    println!("{calls} calls, {pairs} pairs");
    assert!(calls > 1000 && pairs > 0);
    results
        .iter()
        .flat_map(|(.., made)| made)
        .for_each(|id| free(*id));
    free(dialer);
}

fn use_it(end: &End, chance: &mut Chance, buf: &mut [u8]) {
    let (mut events, mut side) = ([dk_event::default(); 32], [0; 512]);
    let n = unsafe {
        dk_conn_events(
            end.conn,
            events.as_mut_ptr(),
            32,
            side.as_mut_ptr(),
            side.len(),
        )
    };
    assert!(n >= 0, "{n} {}", last_error());
    for event in &events[..n as usize] {
        if event.kind == dk_event_kind::DK_EVENT_STREAM_READABLE as u32 {
            let (mut flags, mut code) = (0, 0);
            let (p, cap) = (buf.as_mut_ptr(), buf.len());
            let (conn, id) = (end.conn, event.a);
            let rc = unsafe { dk_stream_recv(conn, now_ns(), id, p, cap, &mut flags, &mut code) };
            assert_ne!(rc, i64::from(PANIC), "{}", last_error());
        }
    }
    let n = chance.below(1300);
    let rc = unsafe { dk_dgram_send(end.conn, now_ns(), buf.as_ptr(), n, 1) };
    assert_ne!(rc, PANIC, "{}", last_error());
    let rc = unsafe { dk_dgram_recv(end.conn, buf.as_mut_ptr(), chance.below(buf.len())) };
    assert_ne!(rc, PANIC, "{}", last_error());
    let stream = chance.below(6) as u64 * 4;
    assert_ne!(dk_stream_acked(end.conn, stream), PANIC, "{}", last_error());
    let (n, fin) = (chance.below(4000), chance.one_in(4).into());
    let mut out = [0; 2];
    let (p, out) = (buf.as_ptr(), out.as_mut_ptr());
    let rc = unsafe { dk_stream_send(end.conn, now_ns(), stream, p, n, fin, out) };
    assert_ne!(rc, i64::from(PANIC), "{}", last_error());
    let rc = dk_conn_on_timeout(end.conn, now_ns());
    assert_eq!(rc, 0, "{}", last_error());
}

/// Changes bytes, cuts, repeats, or replaces a datagram by noise.
fn mutate(chance: &mut Chance, datagram: &mut Vec<u8>) {
    match chance.below(6) {
        0 => datagram.truncate(chance.below(datagram.len() + 1).max(1)),
        1 => chance.fill(datagram),
        2 => {
            let more = datagram.clone();
            datagram.extend_from_slice(&more);
        }
        3 => {
            let n = chance.below(40) + 1;
            let at = datagram.len();
            datagram.resize(at + n, 0);
            chance.fill(&mut datagram[at..]);
        }
        _ => {
            for _ in 0..=chance.below(4) {
                // Mostly in the header, which is not sealed.
                let most = if chance.one_in(3) { datagram.len() } else { 60 };
                let at = chance.below(most.min(datagram.len()));
                datagram[at] ^= 1 << chance.below(8);
            }
        }
    }
}

/// One connection between two configurations over a hostile wire.
fn hostile_wire(chance: &mut Chance, client: dk_config, server: dk_config, one_in: usize) -> bool {
    let (a, b) = (loopback(1000), loopback(2000));
    let (mut dialled, key) = (0, public_key(2));
    let rc = unsafe {
        dk_connect(
            client,
            key.as_ptr(),
            ALPN.as_ptr(),
            ALPN.len(),
            &a,
            &b,
            now_ns(),
            &mut dialled,
        )
    };
    assert_eq!(rc, 0);
    let client = End {
        conn: dialled,
        addr: a,
    };
    let mut accepted: Option<End> = None;
    let mut buf = vec![0; 64 * 1024];
    for _ in 0..24 {
        for mut datagram in client.send(&mut buf) {
            if chance.one_in(one_in) {
                mutate(chance, &mut datagram);
            }
            if accepted.is_none() {
                let (p, n, mut conn) = (datagram.as_ptr(), datagram.len(), 0);
                let rc = unsafe { dk_accept(server, p, n, &b, &a, now_ns(), &mut conn) };
                assert_ne!(rc, PANIC, "{}", last_error());
                accepted = (rc == 0).then_some(End { conn, addr: b });
            }
            let _ = header(&datagram, 8);
            if let Some(server) = &accepted {
                // A client on the move, or somebody who claims to be it.
                let from = if chance.one_in(64) {
                    loopback(chance.next() as u16)
                } else {
                    a
                };
                server.recv(from, &mut datagram);
            }
        }
        let Some(server) = &accepted else { continue };
        for mut datagram in server.send(&mut buf) {
            if chance.one_in(one_in) {
                mutate(chance, &mut datagram);
            }
            client.recv(b, &mut datagram);
        }
        use_it(&client, chance, &mut buf);
        use_it(server, chance, &mut buf);
    }
    let mut state = [0; 8];
    assert_eq!(unsafe { dk_conn_state(client.conn, state.as_mut_ptr()) }, 0);
    assert_eq!(dk_conn_free(client.conn), 0);
    if let Some(server) = accepted {
        assert_eq!(dk_conn_free(server.conn), 0);
    }
    state[0] & dk_state_flag::DK_STATE_ESTABLISHED as u64 != 0
}

#[test]
fn no_datagram_does_more_than_end_its_connection() {
    let _alone = alone();
    let mut chance = Chance::new(seed());
    let (client, server) = (config(1), config(2));
    set_alpn(server, ALPN);
    for config in [client, server] {
        set(config, dk_option::DK_OPTION_DGRAM_RECV_QUEUE, 4);
    }
    let end = Instant::now() + TIME;
    let (mut rounds, mut established) = (0, 0);
    while Instant::now() < end {
        let one_in = 2 << chance.below(6);
        established += u32::from(hostile_wire(&mut chance, client, server, one_in));
        rounds += 1;
    }
    println!("{rounds} connections, {established} established");
    assert!(rounds > established && established > 0);
    assert_eq!((dk_config_free(client), dk_config_free(server)), (0, 0));
}

#[test]
fn no_packet_without_connection_does_harm() {
    let _alone = alone();
    let mut chance = Chance::new(seed());
    let config = config(1);
    let initial = first_initial(config, public_key(2));
    let (from, end) = (loopback(9), Instant::now() + Duration::from_secs(1));
    let mut out = [0; 2048];
    while Instant::now() < end {
        let mut pkt = initial.clone();
        for _ in 0..=chance.below(2) {
            mutate(&mut chance, &mut pkt);
        }
        if chance.one_in(2) {
            pkt[0] = chance.next() as u8;
        }
        let (p, n, cap) = (pkt.as_ptr(), pkt.len(), chance.below(out.len()));
        let o = out.as_mut_ptr();
        let results = unsafe {
            [
                header(&pkt, chance.below(21) as u32).err().unwrap_or(0),
                dk_version_negotiation(p, n, o, cap),
                dk_refuse(config, p, n, &from, 2, o, cap),
                dk_stateless_reset(config, p, n, o, cap),
                dk_retry(config, p, n, &from, 0, o, cap),
                token_check(config, &pkt, from, 0),
                peek(&[pkt.clone()]).err().unwrap_or(0),
            ]
        };
        for rc in results {
            assert_ne!(rc, PANIC, "{}", last_error());
            // No answer is longer than what it answers.
            assert!(rc < n as i32);
        }
    }
    assert_eq!(dk_config_free(config), 0);
}
