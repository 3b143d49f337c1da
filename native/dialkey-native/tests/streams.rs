//! Streams: data, ends, codes, credit.

mod common;

use std::collections::HashMap;

use common::*;
use dialkey::abi::*;
use dialkey::entry::*;

const READABLE: dk_event_kind = dk_event_kind::DK_EVENT_STREAM_READABLE;
const WRITABLE: dk_event_kind = dk_event_kind::DK_EVENT_STREAM_WRITABLE;
const CREDIT: dk_event_kind = dk_event_kind::DK_EVENT_STREAM_CREDIT;

const STOPPED: i64 = dk_status::DK_ERR_STREAM_STOPPED as i64;
const RESET: i64 = dk_status::DK_ERR_STREAM_RESET as i64;
const GONE: i64 = STATE as i64;
const LIMIT: i64 = dk_status::DK_ERR_STREAM_LIMIT as i64;
const FIN: u32 = dk_recv_flag::DK_RECV_FIN as u32;

/// Reads what is there; returns the bytes and whether the end was reached.
fn drain(node: &Node, stream: u64) -> (Vec<u8>, bool) {
    let (mut all, mut buf) = (Vec::new(), vec![0; 65536]);
    while let Ok((n, flags)) = node.recv(0, stream, &mut buf) {
        all.extend_from_slice(&buf[..n]);
        if flags & FIN != 0 {
            return (all, true);
        }
    }
    (all, false)
}

fn pattern(at: usize) -> u8 {
    (at * 7 + at / 251) as u8
}

/// Sends back what arrives on each stream, obeying its capacity.
#[derive(Default)]
struct Echo {
    held: HashMap<u64, (Vec<u8>, bool)>,
}

impl Echo {
    fn turn(&mut self, node: &mut Node) {
        for seen in node.take(0, READABLE) {
            self.held.entry(seen.event.a).or_default();
        }
        node.take(0, WRITABLE);
        for (stream, (held, fin)) in &mut self.held {
            if held.is_empty() && !*fin {
                (*held, *fin) = drain(node, *stream);
            }
            let taken = node.send(0, *stream, held, *fin).unwrap();
            held.drain(..taken);
        }
        self.held.retain(|_, (held, fin)| !held.is_empty() || !*fin);
    }
}

/// Writes a pattern and checks what comes back.
struct Pump {
    stream: u64,
    total: usize,
    sent: usize,
    received: usize,
    over: bool,
}

impl Pump {
    fn turn(&mut self, node: &mut Node, buf: &mut [u8]) {
        while self.sent < self.total {
            let n = (self.total - self.sent).min(65536);
            let chunk: Vec<u8> = (self.sent..self.sent + n).map(pattern).collect();
            let fin = self.sent + n == self.total;
            let taken = node.send(0, self.stream, &chunk, fin).unwrap();
            self.sent += taken;
            if taken < n {
                break;
            }
        }
        while let Ok((n, flags)) = node.recv(0, self.stream, buf) {
            assert!(
                buf[..n]
                    .iter()
                    .zip(self.received..)
                    .all(|(b, at)| *b == pattern(at))
            );
            self.received += n;
            if flags & FIN != 0 {
                self.over = true;
                break;
            }
        }
    }
}

fn echo(mut client: Node, mut server: Node, total: usize) {
    let mut echo = Echo::default();
    let mut pump_state = Pump {
        stream: 0,
        total,
        sent: 0,
        received: 0,
        over: false,
    };
    let mut buf = vec![0; 65536];
    pump(&mut client, &mut server, |c, s| {
        echo.turn(s);
        pump_state.turn(c, &mut buf);
        pump_state.over
    });
    assert_eq!(pump_state.received, total);
}

#[test]
fn twenty_megabytes_come_back_as_they_were_sent() {
    let _alone = alone();
    let (client, server) = pair();
    echo(client, server, 20 << 20);
}

#[test]
fn reno_and_bbr2_carry_data_too() {
    let _alone = alone();
    for congestion in [
        dk_congestion_control::DK_CC_RENO,
        dk_congestion_control::DK_CC_BBR2,
    ] {
        let (client, server) = (Node::new(1), Node::new(2));
        for node in [&client, &server] {
            set(
                node.config,
                dk_option::DK_OPTION_CONGESTION_CONTROL,
                congestion as u64,
            );
        }
        let (client, server) = connect(client, server);
        echo(client, server, 4 << 20);
    }
}

#[test]
fn small_windows_do_not_deadlock() {
    let _alone = alone();
    for (conn, stream) in [
        (16 << 10, 16 << 10),
        (64 << 10, 16 << 10),
        (16 << 10, 1 << 20),
    ] {
        let (client, server) = (Node::new(1), Node::new(2));
        for node in [&client, &server] {
            set(node.config, dk_option::DK_OPTION_INITIAL_MAX_DATA, conn);
            set(
                node.config,
                dk_option::DK_OPTION_INITIAL_MAX_STREAM_DATA,
                stream,
            );
        }
        let (client, server) = connect(client, server);
        echo(client, server, 1 << 20);
    }
}

#[test]
fn data_survives_loss() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    for (node, seed) in [(&mut client, 1u32), (&mut server, 2)] {
        let mut state = seed;
        node.filter = Some(Box::new(move |_: &mut Vec<u8>| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16 & 31 != 0
        }));
    }
    echo(client, server, 2 << 20);
}

#[test]
fn an_empty_end_ends_a_stream() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    assert_eq!(client.send(0, 2, b"", true), Ok(0));
    pump(&mut client, &mut server, |_, s| s.count(0, READABLE) == 1);
    assert_eq!(server.take(0, READABLE)[0].event.a, 2);
    assert_eq!(server.recv(0, 2, &mut [0; 8]), Ok((0, FIN)));
    assert_eq!(server.recv(0, 2, &mut [0; 8]), Err((GONE, 0)));
}

#[test]
fn a_stream_that_is_over_answers_state() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    client.send(0, 0, b"ping", true).unwrap();
    pump(&mut client, &mut server, |_, s| s.count(0, READABLE) == 1);
    assert_eq!(drain(&server, 0), (b"ping".to_vec(), true));
    server.send(0, 0, b"pong", true).unwrap();
    pump(&mut client, &mut server, |c, _| c.count(0, READABLE) == 1);
    assert_eq!(drain(&client, 0), (b"pong".to_vec(), true));
    // The stream is forgotten once its last byte is acknowledged.
    pump(&mut client, &mut server, |c, s| {
        dk_stream_capacity(c.conn(0), 0) == GONE && dk_stream_capacity(s.conn(0), 0) == GONE
    });
    for node in [&client, &server] {
        assert_eq!(node.recv(0, 0, &mut [0; 8]), Err((GONE, 0)));
        assert_eq!(node.send(0, 0, b"more", false), Err((GONE, 0)));
        assert_eq!(node.shutdown(0, 0, dk_side::DK_SIDE_READ, 1), DONE);
        assert_eq!(node.shutdown(0, 0, dk_side::DK_SIDE_WRITE, 1), DONE);
    }
}

#[test]
fn a_reset_is_seen_with_its_code() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    client.send(0, 0, b"begin", false).unwrap();
    pump(&mut client, &mut server, |_, s| s.count(0, READABLE) == 1);
    assert_eq!(drain(&server, 0), (b"begin".to_vec(), false));
    server.take(0, READABLE);

    assert_eq!(
        client.shutdown(0, 0, dk_side::DK_SIDE_WRITE, 0x1234_5678_9abc),
        0
    );
    pump(&mut client, &mut server, |_, s| s.count(0, READABLE) == 1);
    assert_eq!(
        server.recv(0, 0, &mut [0; 8]),
        Err((RESET, 0x1234_5678_9abc))
    );
    assert_eq!(server.recv(0, 0, &mut [0; 8]).unwrap_err().0, DONE as i64);
}

#[test]
fn a_stream_that_begins_with_a_reset_is_seen() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    client.send(0, 4, b"never sent", false).unwrap();
    assert_eq!(client.shutdown(0, 4, dk_side::DK_SIDE_WRITE, 5), 0);
    pump(&mut client, &mut server, |_, s| s.count(0, READABLE) == 1);
    assert_eq!(server.take(0, READABLE)[0].event.a, 4);
    assert_eq!(server.recv(0, 4, &mut [0; 8]), Err((RESET, 5)));
}

#[test]
fn a_stop_is_seen_by_a_blocked_writer_and_by_the_next_send() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    let data = vec![1; 8 << 20];
    let mut sent = 0;
    while let Ok(n) = client.send(0, 0, &data, false) {
        sent += n;
        if n == 0 {
            break;
        }
    }
    assert!(sent > 0);
    pump(&mut client, &mut server, |_, s| s.count(0, READABLE) == 1);
    client.take(0, WRITABLE);
    while client.send(0, 0, &data, false).unwrap() > 0 {}
    assert_eq!(server.shutdown(0, 0, dk_side::DK_SIDE_READ, 77), 0);
    pump(&mut client, &mut server, |c, _| {
        c.count(0, WRITABLE) > 0 && c.send(0, 0, &data, false) == Err((STOPPED, 77))
    });
}

#[test]
fn a_stream_that_begins_with_a_stop_is_seen() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    // Opened without a byte, so that the stop is all the server gets.
    assert_eq!(client.send(0, 0, b"", false), Ok(0));
    assert_eq!(client.shutdown(0, 0, dk_side::DK_SIDE_READ, 9), 0);
    pump(&mut client, &mut server, |_, s| s.count(0, READABLE) == 1);
    assert_eq!(server.take(0, READABLE)[0].event.a, 0);
    assert_eq!(server.recv(0, 0, &mut [0; 8]), Err((i64::from(DONE), 0)));
    assert_eq!(server.send(0, 0, b"answer", false), Err((STOPPED, 9)));
    // A second one is reported alone.
    assert_eq!(client.send(0, 4, b"", false), Ok(0));
    assert_eq!(client.shutdown(0, 4, dk_side::DK_SIDE_READ, 10), 0);
    pump(&mut client, &mut server, |_, s| s.count(0, READABLE) > 0);
    assert!(
        server
            .take(0, READABLE)
            .iter()
            .any(|seen| seen.event.a == 4)
    );
}

#[test]
fn credit_is_reported_and_grows_when_streams_are_over() {
    let _alone = alone();
    let (client, server) = (Node::new(1), Node::new(2));
    set(server.config, dk_option::DK_OPTION_MAX_STREAMS_BIDI, 2);
    set(server.config, dk_option::DK_OPTION_MAX_STREAMS_UNI, 3);
    let (mut client, mut server) = connect(client, server);
    let credit: Vec<_> = client.take(0, CREDIT);
    assert_eq!((credit[0].event.a, credit[0].event.b), (2, 3));
    assert_eq!(client.state(0)[3..5], [2, 3]);

    client.send(0, 0, b"a", true).unwrap();
    client.send(0, 4, b"b", true).unwrap();
    assert_eq!(client.state(0)[3], 0);
    assert_eq!(client.send(0, 8, b"c", true), Err((LIMIT, 0)));
    pump(&mut client, &mut server, |_, s| s.count(0, READABLE) == 2);
    assert!(client.take(0, CREDIT).is_empty());
    for stream in [0, 4] {
        assert!(drain(&server, stream).1);
        server.send(0, stream, b"", true).unwrap();
    }
    pump(&mut client, &mut server, |c, _| {
        drain(c, 0);
        drain(c, 4);
        c.count(0, CREDIT) > 0
    });
    assert!(client.take(0, CREDIT)[0].event.a > 0);
    assert_eq!(client.send(0, 8, b"c", true), Ok(1));
}

#[test]
fn readable_is_told_once_until_it_is_read() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    client.send(0, 0, &[7; 1000], false).unwrap();
    pump(&mut client, &mut server, |_, s| s.count(0, READABLE) == 1);
    for _ in 0..3 {
        server.recv(0, 0, &mut [0; 10]).unwrap();
        server.collect(0);
    }
    client.send(0, 0, &[7; 1000], false).unwrap();
    let before = server.stats(0)[dk_conn_stat::DK_CONN_RECV_PACKETS as usize];
    pump(&mut client, &mut server, |_, s| {
        s.stats(0)[dk_conn_stat::DK_CONN_RECV_PACKETS as usize] > before
    });
    assert_eq!(server.count(0, READABLE), 1);
    assert_eq!(drain(&server, 0).0.len(), 1970);
    client.send(0, 0, &[7; 10], false).unwrap();
    pump(&mut client, &mut server, |_, s| s.count(0, READABLE) == 2);
}

#[test]
fn reading_asks_for_a_flush_at_a_quarter_of_the_window() {
    let _alone = alone();
    let (client, server) = (Node::new(1), Node::new(2));
    set(
        server.config,
        dk_option::DK_OPTION_INITIAL_MAX_STREAM_DATA,
        40_000,
    );
    let (mut client, mut server) = connect(client, server);
    client.send(0, 0, &[7; 10_001], false).unwrap();
    let bytes = dk_conn_stat::DK_CONN_RECV_BYTES as usize;
    pump(&mut client, &mut server, |_, s| s.stats(0)[bytes] > 11_000);
    server.flush(0);

    let flush = dk_recv_flag::DK_RECV_FLUSH as u32;
    let mut buf = [0; 16_384];
    assert_eq!(server.recv(0, 0, &mut buf[..9_999]), Ok((9_999, 0)));
    assert_eq!(server.recv(0, 0, &mut buf[..1]), Ok((1, flush)));
    // Sending resets the count.
    server.flush(0);
    assert_eq!(server.recv(0, 0, &mut buf), Ok((1, 0)));
}

#[test]
fn foreign_and_impossible_ids_are_refused() {
    let _alone = alone();
    let (client, _server) = pair();
    // Streams of the server that it never opened; our own unidirectional one.
    assert_eq!(client.send(0, 1, b"x", false), Err((GONE, 0)));
    assert_eq!(client.send(0, 3, b"x", false), Err((GONE, 0)));
    assert_eq!(client.recv(0, 2, &mut [0; 4]), Err((GONE, 0)));
    assert_eq!(client.send(0, u64::MAX, b"x", false), Err((ARG as i64, 0)));
    assert_eq!(client.send(0, (1 << 62) - 4, b"x", false), Err((LIMIT, 0)));
    assert_eq!(client.shutdown(0, 0, dk_side::DK_SIDE_WRITE, 1 << 62), ARG);
    assert_eq!(dk_stream_shutdown(client.conn(0), now_ns(), 0, 2, 0), ARG);
    assert_eq!(client.recv(0, 0, &mut []), Err((GONE, 0)));
}

#[test]
fn priorities_open_streams_and_order_them() {
    let _alone = alone();
    let (mut client, mut server) = pair();
    assert_eq!(dk_stream_priority(client.conn(0), 0, 200, 0), 0);
    assert_eq!(dk_stream_priority(client.conn(0), 4, 10, 0), 0);
    assert_eq!(dk_stream_priority(client.conn(0), 4, 10, 2), ARG);
    client.send(0, 0, &[1; 3000], true).unwrap();
    client.send(0, 4, &[2; 3000], true).unwrap();
    client.flush(0);
    // The urgent stream's data goes first, whatever the order of the sends.
    pump(&mut client, &mut server, |_, s| s.count(0, READABLE) == 2);
    let order: Vec<_> = server
        .take(0, READABLE)
        .iter()
        .map(|seen| seen.event.a)
        .collect();
    assert!(order.contains(&0) && order.contains(&4));
    assert_eq!(drain(&server, 4).0.len(), 3000);
}

const ACKED: dk_event_kind = dk_event_kind::DK_EVENT_STREAM_ACKED;
const STOPPED_BY_PEER: dk_event_kind = dk_event_kind::DK_EVENT_STREAM_STOPPED;

fn acked(node: &Node, stream: u64) -> i32 {
    dk_stream_acked(node.conn(0), stream)
}

#[test]
fn the_acknowledged_end_is_told_once_to_who_asked() {
    let _alone = alone();
    let (mut c, mut s) = pair();
    assert_eq!(acked(&c, 0), STATE, "not open");
    assert_eq!(c.send(0, 0, b"data", false), Ok(4));
    assert_eq!(acked(&c, 0), DONE);
    pump(&mut c, &mut s, |_, s| drain(s, 0).0 == b"data");
    assert_eq!(acked(&c, 0), DONE, "the end was not sent");
    assert_eq!(c.send(0, 0, &[], true), Ok(0));
    assert_eq!(c.send(0, 4, b"nobody asks", true), Ok(11));
    assert_eq!(acked(&c, 0), DONE);
    pump(&mut c, &mut s, |c, _| c.count(0, ACKED) > 0);
    let told = c.take(0, ACKED);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].event.a, 0);
    assert_eq!((acked(&c, 0), acked(&c, 4)), (1, 1));
    c.collect(0);
    assert_eq!(c.count(0, ACKED), 0);
    // The other direction of the stream is not over by that.
    assert_eq!(acked(&s, 0), DONE);
    assert_eq!(s.send(0, 0, &[], true), Ok(0));
    pump(&mut c, &mut s, |_, s| s.count(0, ACKED) == 1);
    assert_eq!(acked(&s, 0), 1);
}

#[test]
fn a_reset_or_stopped_half_waits_for_nothing() {
    let _alone = alone();
    let (mut c, mut s) = pair();
    for stream in [0, 2, 4] {
        assert_eq!(c.send(0, stream, b"data", false), Ok(4));
        assert_eq!(acked(&c, stream), DONE);
    }
    assert_eq!(c.shutdown(0, 0, dk_side::DK_SIDE_WRITE, 1), 0);
    assert_eq!(acked(&c, 0), 1);
    pump(&mut c, &mut s, |_, s| s.count(0, READABLE) == 3);
    assert_eq!(s.shutdown(0, 2, dk_side::DK_SIDE_READ, 2), 0);
    pump(&mut c, &mut s, |c, _| c.count(0, ACKED) == 1);
    assert_eq!(c.take(0, ACKED)[0].event.a, 2);
    assert_eq!(acked(&c, 2), 1);
    // Receive-only, impossible, and after the end.
    assert_eq!(acked(&s, 2), STATE);
    assert_eq!(acked(&s, u64::MAX), ARG);
    c.close(0, 1, 1, b"");
    assert_eq!(acked(&c, 4), CLOSED);
    assert_eq!(acked(&c, 2), 1);
}

#[test]
fn a_stop_is_told_although_nobody_sends() {
    let _alone = alone();
    let (mut c, mut s) = pair();
    // One that still writes, one that is finished but not acknowledged, one
    // that is acknowledged, and the other direction of it.
    assert_eq!(c.send(0, 0, b"a", false), Ok(1));
    assert_eq!(c.send(0, 2, b"b", true), Ok(1));
    pump(&mut c, &mut s, |c, s| {
        s.count(0, READABLE) == 2 && acked(c, 2) == 1
    });
    c.filter = Some(Box::new(|_| false));
    assert_eq!(c.send(0, 6, b"c", true), Ok(1));
    c.flush(0);
    c.filter = None;
    assert_eq!(s.shutdown(0, 0, dk_side::DK_SIDE_READ, 10), 0);
    pump(&mut c, &mut s, |c, _| c.count(0, STOPPED_BY_PEER) > 0);
    let told = c.take(0, STOPPED_BY_PEER);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].event.a, told[0].event.b), (0, 10));
    assert_eq!(c.send(0, 0, b"more", false), Err((STOPPED, 10)));
    pump(&mut c, &mut s, |_, s| s.count(0, READABLE) == 3);
    assert_eq!(c.count(0, STOPPED_BY_PEER), 0);
    // The peer's half of a stream that it only answers on.
    assert_eq!(s.send(0, 0, b"answer", false), Ok(6));
    pump(&mut c, &mut s, |c, _| c.count(0, READABLE) > 0);
    assert_eq!(c.shutdown(0, 0, dk_side::DK_SIDE_READ, 11), 0);
    pump(&mut c, &mut s, |_, s| s.count(0, STOPPED_BY_PEER) > 0);
    assert_eq!(s.take(0, STOPPED_BY_PEER)[0].event.b, 11);
}

#[test]
fn a_finished_stream_is_stopped_until_it_is_acknowledged() {
    let _alone = alone();
    let (mut c, mut s) = pair();
    c.send(0, 2, b"seen", false).unwrap();
    pump(&mut c, &mut s, |_, s| s.count(0, READABLE) == 1);
    // The end does not arrive; the stop does.
    assert_eq!(c.send(0, 2, b"rest", true), Ok(4));
    c.filter = Some(Box::new(|_| false));
    c.flush(0);
    assert_eq!(s.shutdown(0, 2, dk_side::DK_SIDE_READ, 3), 0);
    s.flush(0);
    pump(&mut c, &mut s, |c, _| c.count(0, STOPPED_BY_PEER) == 1);
    assert_eq!(c.take(0, STOPPED_BY_PEER)[0].event.b, 3);
    assert_eq!(acked(&c, 2), 1);
    c.filter = None;
}

/// Streams of the peer that we stop must give their credit back, in whatever
/// order their ends come.
fn stopped_credit(open: impl Fn(&mut Node, &mut Node, u64), kind: u64) {
    let _alone = alone();
    let config = config(2);
    set(config, dk_option::DK_OPTION_MAX_STREAMS_BIDI, 4);
    set(config, dk_option::DK_OPTION_MAX_STREAMS_UNI, 4);
    let (mut c, mut s) = connect(Node::new(1), Node::with_config(config, loopback(0), 0));
    for nr in 0..40 {
        let left = if kind == 0 { 3 } else { 4 };
        pump(&mut c, &mut s, |c, _| c.state(0)[left] > 0);
        open(&mut c, &mut s, nr * 4 + kind);
    }
}

fn arrives(c: &mut Node, s: &mut Node, stream: u64) {
    pump(c, s, |_, s| {
        let told = s.take(0, READABLE);
        told.iter().any(|seen| seen.event.a == stream)
    });
}

#[test]
fn a_stopped_stream_gives_its_credit_back() {
    stopped_credit(
        |c, s, id| {
            c.send(0, id, b"data", false).unwrap();
            arrives(c, s, id);
            assert_eq!(s.shutdown(0, id, dk_side::DK_SIDE_READ, 1), 0);
        },
        2,
    );
}

#[test]
fn a_stopped_stream_whose_end_was_there_gives_its_credit_back() {
    stopped_credit(
        |c, s, id| {
            c.send(0, id, b"data", true).unwrap();
            pump(c, s, |c, _| acked(c, id) == 1);
            assert_eq!(s.shutdown(0, id, dk_side::DK_SIDE_READ, 1), 0);
        },
        2,
    );
}

#[test]
fn a_stopped_stream_that_is_reset_or_ended_meanwhile_gives_its_credit_back() {
    for end in [true, false] {
        stopped_credit(
            |c, s, id| {
                c.send(0, id, b"data", false).unwrap();
                arrives(c, s, id);
                // Both are on their way at once.
                if end {
                    c.send(0, id, b"rest", true).unwrap();
                } else {
                    c.shutdown(0, id, dk_side::DK_SIDE_WRITE, 9);
                }
                assert_eq!(s.shutdown(0, id, dk_side::DK_SIDE_READ, 1), 0);
            },
            2,
        );
    }
}

#[test]
fn both_halves_of_a_stopped_stream_give_its_credit_back() {
    stopped_credit(
        |c, s, id| {
            c.send(0, id, b"data", false).unwrap();
            arrives(c, s, id);
            assert_eq!(s.shutdown(0, id, dk_side::DK_SIDE_READ, 1), 0);
            assert_eq!(s.send(0, id, b"answer", true), Ok(6));
        },
        0,
    );
    stopped_credit(
        |c, s, id| {
            c.send(0, id, b"data", false).unwrap();
            arrives(c, s, id);
            assert_eq!(c.shutdown(0, id, dk_side::DK_SIDE_READ, 1), 0);
            assert_eq!(s.shutdown(0, id, dk_side::DK_SIDE_READ, 1), 0);
            assert!(s.send(0, id, b"x", false).is_ok_and(|n| n == 1));
        },
        0,
    );
}

#[test]
fn a_reset_behind_a_known_end_is_seen() {
    let _alone = alone();
    let (mut c, mut s) = pair();
    c.send(0, 2, b"x", false).unwrap();
    pump(&mut c, &mut s, |_, s| drain(s, 2).0 == b"x");
    // Of several packets only the last arrives, and with it the end.
    c.send(0, 2, &[1; 5000], true).unwrap();
    c.filter = Some(Box::new(|datagram| datagram.len() < 1100));
    c.flush(0);
    s.take(0, READABLE);
    let mut turns = 0;
    pump(&mut c, &mut s, |_, _| {
        turns += 1;
        turns > 3
    });
    assert_eq!(c.shutdown(0, 2, dk_side::DK_SIDE_WRITE, 77), 0);
    c.filter = None;
    pump(&mut c, &mut s, |_, s| s.count(0, READABLE) > 0);
    assert_eq!(s.recv(0, 2, &mut [0; 100]), Err((RESET, 77)));
}
