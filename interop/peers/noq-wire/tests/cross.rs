//! Two of these peers against each other, over loopback.

mod driver;

use driver::{Driver, Pair, value};

/// FRAME_ENCODING_ERROR and PROTOCOL_VIOLATION.
const MALFORMED: &str = "7";
const VIOLATION: &str = "10";

#[test]
fn echoes_for_both_sides() {
    let mut pair = Pair::connected();
    pair.client.tell("send 20000000");
    pair.server.tell("send 3000000");
    assert_eq!(value(&pair.client.expect("echoed", &[]), "bytes"), "20000000");
    assert_eq!(value(&pair.server.expect("echoed", &[]), "bytes"), "3000000");
    assert_eq!(value(&pair.server.expect("served", &[]), "bytes"), "20000000");
    pair.client.tell("datagram 1000");
    assert_eq!(value(&pair.client.expect("datagram", &[]), "bytes"), "1000");
}

#[test]
fn moves_data_on_a_second_path() {
    let mut pair = Pair::connected();
    pair.open("127.0.0.2:0", 1);
    pair.client.tell("status 0 backup");
    pair.server.expect("remote-status", &["path=0", "status=backup"]);
    pair.client.tell("send 1000000");
    pair.client.expect("echoed", &[]);
    let sent = pair.frames("tx", 1);
    assert!(value(&sent, "STREAM").parse::<u64>().expect("a count") > 500, "{sent}");

    // Each direction is scheduled by the status its sender has.
    pair.server.tell("status 0 backup");
    pair.client.expect("remote-status", &["path=0", "status=backup"]);
    pair.client.tell("send 1000000");
    pair.client.expect("echoed", &[]);
    let received = pair.frames("rx", 1);
    assert!(value(&received, "STREAM").parse::<u64>().expect("a count") > 500, "{received}");
}

#[test]
fn abandons_twenty_paths_in_a_row() {
    let mut pair = Pair::connected();
    for path in 1..=20 {
        pair.open("127.0.0.2:0", path);
        let id = format!("path={path}");
        pair.client.tell(&format!("abandon {path} 62"));
        assert_eq!(value(&pair.server.expect("path-abandoned", &[&id]), "code"), "62");
        // The peer has raised its limit by then.
        pair.client.expect("path-discarded", &[&id]);
    }
    pair.client.tell("send 100000");
    pair.client.expect("echoed", &[]);
}

#[test]
fn updates_its_keys_over_and_over() {
    let mut pair = Pair::connected();
    pair.open("127.0.0.2:0", 1);
    pair.client.tell("key-update-every 50");
    // noq keeps three probe time-outs between updates, so it takes a while and not only packets.
    let third = ["count=3"];
    while pair.server.find("key-update", &third).is_none() {
        pair.client.tell("send 1000000");
        pair.client.expect("echoed", &[]);
    }
    pair.client.tell("counters");
    assert_eq!(value(&pair.client.expect("counters", &[]), "unopened"), "0");
}

#[test]
fn goes_on_from_another_port_in_the_middle_of_a_transfer() {
    let mut pair = Pair::connected();
    // Slow enough to be still going on when the port changes.
    pair.client.tell("delay 5");
    pair.client.tell("send 20000000");
    pair.client.expect("sending", &[]);
    for address in ["127.0.0.1:0", "127.0.0.3:0"] {
        pair.client.tell(&format!("rebind 0 {address}"));
        let rebound = pair.client.expect("rebound", &["path=0"]);
        let moved = pair.server.expect("path-moved", &["path=0"]);
        assert_eq!(value(&rebound, "to"), value(&moved, "to"));
    }
    pair.client.expect("echoed", &[]);
}

#[test]
fn malformed_frames_end_the_connection() {
    for (frame, code) in [
        // PATH_ABANDON without its fields; an unknown type; a limit beyond 32 bits.
        ("7e75", MALFORMED),
        ("7fff", MALFORMED),
        ("7e7ac000000100000000", MALFORMED),
        // PATHS_BLOCKED above the maximum; PATH_ACK of a packet never sent; an empty packet.
        ("7e7b3f", VIOLATION),
        ("3e0080010000000000", VIOLATION),
        ("-", VIOLATION),
    ] {
        let mut pair = Pair::connected();
        pair.client.tell(&format!("frame 0 {frame} alone"));
        let found = pair.server.expect("lost", &["kind=transport", "by=local"]);
        assert_eq!(value(&found, "code"), code, "{frame}");
        let told = pair.client.expect("lost", &["kind=transport", "by=remote"]);
        assert_eq!(value(&told, "code"), code, "{frame}");
    }
}

#[test]
fn frames_of_multipath_need_its_negotiation() {
    let mut pair = Pair::start(&[], &["--no-multipath"]);
    assert!(pair.connect().contains("multipath=false"));
    pair.client.tell("open - 127.0.0.1:9");
    pair.client.expect("error", &["command=open"]);
    pair.client.tell("frame 0 7e7a07");
    assert_eq!(value(&pair.server.expect("lost", &[]), "code"), VIOLATION);
}

#[test]
fn bytes_go_before_the_frames_of_a_packet() {
    let mut pair = Pair::connected();
    pair.server.tell("watch PATH_STATUS_BACKUP");
    pair.server.expect("ok", &[]);
    pair.client.tell("frame 0 7e760007");
    let seen = pair.server.expect("frame", &["way=rx", "path=0"]);
    assert_eq!((value(&seen, "type"), value(&seen, "hex")), ("PATH_STATUS_BACKUP", "7e760007"));
    pair.server.expect("remote-status", &["status=backup"]);
    pair.client.tell("send 10");
    pair.client.expect("echoed", &[]);
}

#[test]
fn packet_numbers_may_be_skipped() {
    let mut pair = Pair::connected();
    pair.open("127.0.0.2:0", 1);
    for (path, count) in [(0, 1), (1, 200), (0, 100_000), (1, 1_000_000_000)] {
        pair.client.tell(&format!("skip {path} {count}"));
        pair.client.expect("ok", &["command=skip"]);
        pair.client.tell("send 1000000");
        pair.client.expect("echoed", &[]);
    }
    pair.client.tell("watch PING");
    pair.client.tell("ping 1");
    let ping = pair.client.expect("frame", &["way=tx", "path=1", "type=PING"]);
    assert!(value(&ping, "packet").parse::<u64>().expect("a number") > 1_000_000_000, "{ping}");
    pair.client.tell("skip 1 100000000000");
    pair.client.expect("error", &["command=skip"]);
}

#[test]
fn sends_packets_on_its_own() {
    let mut pair = Pair::connected();
    // A PING on a path that noq has not opened, from an address it does not use.
    let server = pair.server.addrs.clone();
    pair.client.tell(&format!("packet 5 70000 01 2 {server} 127.0.0.9:0"));
    pair.client.expect("packet-sent", &["path=5", "packet=70000"]);
    let opened = pair.server.expect("path-opened", &["path=5"]);
    assert!(value(&opened, "remote").starts_with("127.0.0.9:"), "{opened}");
    // The acknowledgement of a packet that noq did not send does not reach it.
    pair.client.tell("packet 0 5000 01");
    // Whatever noq sends next would be too old for the server.
    pair.client.tell("skip 0 6000");
    pair.client.tell("send 1000");
    pair.client.tell("abandon 0 1");
    pair.client.expect("error", &["command=abandon"]);
    pair.client.expect("echoed", &[]);
    pair.client.tell("packet 0 9000 7fff");
    assert_eq!(value(&pair.client.expect("lost", &["by=remote"]), "code"), MALFORMED);
}

#[test]
fn survives_a_bad_network() {
    let mut pair = Pair::connected();
    for rule in ["drop 5 1", "duplicate 5 2", "reorder 10 3 3"] {
        pair.client.tell(rule);
    }
    pair.client.tell("send 2000000");
    pair.client.expect("echoed", &[]);
    pair.client.tell("counters");
    let counters = pair.client.expect("counters", &[]);
    for fate in ["lost", "doubled", "held"] {
        assert!(value(&counters, fate) != "0", "{counters}");
    }
}

#[test]
fn a_silent_path_ends_and_another_takes_over() {
    let mut pair = Pair::start(&["--path-idle-ms", "500"], &[]);
    pair.connect();
    pair.open("127.0.0.2:0", 1);
    pair.client.tell("mute 0");
    pair.client.tell("send 1000000");
    assert_eq!(value(&pair.client.expect("path-abandoned", &["path=0"]), "by"), "time-out");
    assert_eq!(value(&pair.server.expect("path-abandoned", &["path=0"]), "code"), "15990");
    pair.client.expect("echoed", &[]);
}

#[test]
fn opens_paths_to_addresses_that_answer_probes() {
    let mut pair = Pair::connected();
    pair.server.tell("listen 127.0.0.4:0");
    let second = value(&pair.server.expect("listening", &[]), "local").to_owned();
    pair.server.tell(&format!("add-address {second}"));
    pair.client.expect("address-added", &[&format!("address={second}")]);
    let own = pair.client.addrs.clone();
    pair.client.tell(&format!("add-address {own}"));
    pair.client.tell("nat-round");
    assert_eq!(value(&pair.client.expect("probing", &[]), "remotes"), second);
    pair.client.expect("path-opened", &["path=1", &format!("remote={second}")]);
    pair.client.expect("path-established", &["path=1"]);
    pair.server.tell(&format!("remove-address {second}"));
    pair.client.expect("address-removed", &[]);
}

#[test]
fn tells_what_address_it_sees() {
    let mut pair = Pair::start(&["--observed", "receive"], &["--observed", "send"]);
    pair.connect();
    let own = pair.client.addrs.clone();
    assert_eq!(value(&pair.client.expect("observed-address", &["path=0"]), "address"), own);
}

#[test]
fn tells_how_connections_end() {
    let mut pair = Pair::connected();
    pair.client.tell("close 7 so long");
    let lost = pair.server.expect("lost", &["kind=application", "by=remote", "code=7"]);
    assert!(lost.ends_with(r#"reason="so long""#), "{lost}");
    pair.server.expect("drained", &[]);

    let stranger = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29";
    let mut misled = Driver::start(&["dial", stranger, &pair.server.addrs]);
    assert_eq!(value(&misled.expect("lost", &["by=local"]), "code"), "304");
    assert_eq!(value(&pair.server.expect("lost", &["conn=2", "by=remote"]), "code"), "304");
}

#[test]
fn ends_with_its_input_and_says_goodbye() {
    let mut pair = Pair::connected();
    assert!(pair.client.end());
    pair.server.expect("lost", &["kind=application", "by=remote", "code=0"]);
    pair.server.tell("quit");
    assert!(pair.server.end());
}

#[test]
fn refuses_what_it_does_not_understand() {
    let mut pair = Pair::connected();
    for wrong in [
        "sing",
        "open",
        "open - 192.0.2.1:1",
        "abandon 0 1",
        "abandon x 1",
        "frame 0 xy",
        "drop 101 1",
        "use 9",
    ] {
        pair.client.tell(wrong);
        let error = pair.client.expect("error", &[]);
        assert_eq!(value(&error, "command"), wrong.split(' ').next().expect("a word"), "{error}");
    }
}
