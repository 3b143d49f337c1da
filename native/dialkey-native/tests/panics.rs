//! A panic inside the library becomes an error code and poisons one object.

mod common;

use std::thread;

use common::*;
use dialkey::abi::*;
use dialkey::entry::*;

/// The messages of provoked panics would only look like failures.
fn quiet() {
    std::panic::set_hook(Box::new(|_| {}));
}

#[test]
fn a_panic_poisons_its_connection_and_no_other() {
    let _alone = alone();
    quiet();
    let (mut client, mut server) = pair();
    let id = client.conn(0);
    assert_eq!(dk_test_panic(dk_kind::DK_KIND_CONN as u32, id), PANIC);
    assert_eq!(last_error(), "panic: provoked by dk_test_panic");

    let mut out = [9; 8];
    assert_eq!(unsafe { dk_conn_state(id, out.as_mut_ptr()) }, PANIC);
    assert_eq!(
        out,
        [dk_state_flag::DK_STATE_POISONED as u64, 0, 0, 0, 0, 0, 0, 0]
    );
    assert_eq!(client.send(0, 0, b"x", false), Err((i64::from(PANIC), 0)));
    assert_eq!(client.close(0, 1, 0, b""), PANIC);
    assert_eq!(dk_conn_on_timeout(id, now_ns()), PANIC);
    client.free(0);
    assert_eq!(dk_conn_free(id), STATE);

    // The configuration and the socket are as good as before.
    let link = client.dial(&server, public_key(2), ALPN);
    pump(&mut client, &mut server, |c, s| {
        c.established(link) && s.established(1)
    });
}

#[test]
fn a_panic_poisons_its_configuration() {
    let _alone = alone();
    quiet();
    let config = config(1);
    assert_eq!(dk_test_panic(dk_kind::DK_KIND_CONFIG as u32, config), PANIC);
    assert_eq!(dk_config_set(config, 1, 30_000), PANIC);
    assert_eq!(last_error(), "poisoned by an earlier panic");
    assert_eq!(dk_config_free(config), 0);
    assert_eq!(dk_config_set(config, 1, 30_000), STATE);
}

#[test]
fn a_panic_poisons_its_socket() {
    let _alone = alone();
    quiet();
    let (socket, _, _) = open_udp(loopback(0), 0);
    assert_eq!(dk_test_panic(dk_kind::DK_KIND_SOCKET as u32, socket), PANIC);
    assert_eq!(dk_udp_wake(socket), PANIC);
    assert_eq!(dk_udp_wait(socket, 0, 1), PANIC);
    assert_eq!(dk_udp_close(socket), 0);
}

#[test]
fn only_known_kinds_panic() {
    let _alone = alone();
    assert_eq!(dk_test_panic(0, 1), ARG);
    assert_eq!(dk_test_panic(9, 1), ARG);
    assert_eq!(dk_test_panic(dk_kind::DK_KIND_CONN as u32, 0), STATE);
}

#[test]
fn the_text_of_an_error_belongs_to_its_thread() {
    let _alone = alone();
    assert_eq!(dk_test_panic(9, 1), ARG);
    assert_eq!(last_error(), "unknown kind of object");
    thread::spawn(|| assert_eq!(last_error(), ""))
        .join()
        .unwrap();
}
