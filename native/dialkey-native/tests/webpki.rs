//! Clients of a server that shows an X.509 certificate. The server is the
//! engine itself, without the C interface.

mod common;

use std::net::SocketAddr;

use boring::asn1::Asn1Time;
use boring::bn::BigNum;
use boring::ec::{EcGroup, EcKey};
use boring::hash::MessageDigest;
use boring::nid::Nid;
use boring::pkey::{PKey, Private};
use boring::ssl::{AlpnError, SslContext, SslContextBuilder, SslMethod};
use boring::x509::extension::{BasicConstraints, SubjectAlternativeName};
use boring::x509::{X509, X509Name};
use common::*;
use dialkey::abi::*;
use dialkey::entry::*;

const LOCAL_TRANSPORT: u64 = dk_origin::DK_ORIGIN_LOCAL_TRANSPORT as u64;
const PEER_TRANSPORT: u64 = dk_origin::DK_ORIGIN_PEER_TRANSPORT as u64;

const QAD: &[u8] = b"\x0b/iroh-qad/0";
const ADDRESS_DISCOVERY: u64 = 0x9f81a176;

const DAY_S: i64 = 86_400;

/// Long enough for any flight of a handshake.
const TURNS: usize = 50;

struct Authority {
    key: PKey<Private>,
    cert: X509,
}

/// A certificate for these names, with its key and what vouches for it.
struct Shown {
    key: PKey<Private>,
    cert: X509,
}

fn new_key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn name(common: &str) -> X509Name {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", common).unwrap();
    name.build()
}

fn now_s() -> i64 {
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH).unwrap();
    since.as_secs() as i64
}

/// A certificate of version 3 that is valid on these days from now.
fn certificate(days: (i64, i64), key: &PKey<Private>, common: &str) -> boring::x509::X509Builder {
    let mut made = X509::builder().unwrap();
    made.set_version(2).unwrap();
    let serial = BigNum::from_u32(7).unwrap().to_asn1_integer().unwrap();
    made.set_serial_number(&serial).unwrap();
    let at = |day: i64| Asn1Time::from_unix(now_s() + day * DAY_S).unwrap();
    made.set_not_before(&at(days.0)).unwrap();
    made.set_not_after(&at(days.1)).unwrap();
    made.set_subject_name(&name(common)).unwrap();
    made.set_pubkey(key).unwrap();
    made
}

impl Authority {
    fn new() -> Authority {
        Authority::named("authority")
    }

    fn named(own: &str) -> Authority {
        let key = new_key();
        let mut made = certificate((-1, 1), &key, own);
        made.set_issuer_name(&name(own)).unwrap();
        let constraints = BasicConstraints::new().critical().ca().build().unwrap();
        made.append_extension(&constraints).unwrap();
        made.sign(&key, MessageDigest::sha256()).unwrap();
        let cert = made.build();
        Authority { key, cert }
    }

    fn pem(&self) -> Vec<u8> {
        self.cert.to_pem().unwrap()
    }

    fn issue(&self, days: (i64, i64), dns: &[&str], ips: &[&str]) -> Shown {
        let key = new_key();
        let mut made = certificate(days, &key, "relay");
        made.set_issuer_name(self.cert.subject_name()).unwrap();
        let mut names = SubjectAlternativeName::new();
        for dns in dns {
            names.dns(dns);
        }
        for ip in ips {
            names.ip(ip);
        }
        let context = made.x509v3_context(Some(&self.cert), None);
        let names = names.build(&context).unwrap();
        made.append_extension(&names).unwrap();
        made.sign(&self.key, MessageDigest::sha256()).unwrap();
        let cert = made.build();
        Shown { key, cert }
    }

    fn issue_for(&self, dns: &str) -> Shown {
        self.issue((-1, 1), &[dns], &[])
    }
}

/// The engine's own server.
struct Server {
    quic: quiche::Connection,
    addr: SocketAddr,
    peer: SocketAddr,
}

fn server_tls(shown: &Shown) -> SslContextBuilder {
    let mut tls = SslContext::builder(SslMethod::tls()).unwrap();
    tls.set_certificate(&shown.cert).unwrap();
    tls.set_private_key(&shown.key).unwrap();
    tls.set_alpn_select_callback(|_, offered| match offered == QAD {
        true => Ok(&offered[1..]),
        false => Err(AlpnError::ALERT_FATAL),
    });
    tls
}

impl Server {
    fn accept(shown: &Shown, peer: SocketAddr) -> Server {
        let addr = "127.0.0.1:7842".parse().unwrap();
        let tls = server_tls(shown);
        let mut config =
            quiche::Config::with_boring_ssl_ctx_builder(quiche::PROTOCOL_VERSION, tls).unwrap();
        config.set_max_idle_timeout(30_000);
        config.set_initial_max_data(1 << 20);
        config.set_transport_param(ADDRESS_DISCOVERY, &[0]);
        let scid = quiche::ConnectionId::from_ref(&[5; 8]);
        let quic = quiche::accept(&scid, None, addr, peer, &mut config).unwrap();
        Server { quic, addr, peer }
    }

    fn alert(&self) -> Option<u64> {
        self.quic.peer_error().map(|error| error.error_code)
    }

    fn told_name(&self) -> Option<String> {
        self.quic.server_name().map(str::to_owned)
    }
}

/// The client, and the server it talks to.
struct Pair {
    config: dk_config,
    client: dk_conn,
    server: Server,
}

fn webpki(roots: &[u8]) -> Result<dk_config, i32> {
    let mut config = 0;
    let rc = unsafe { dk_config_new_webpki(roots.as_ptr(), roots.len(), &mut config) };
    if rc == 0 { Ok(config) } else { Err(rc) }
}

fn connect(config: dk_config, host: &[u8], alpn: &[u8]) -> Result<dk_conn, i32> {
    let mut conn = 0;
    let rc = unsafe {
        dk_connect_name(
            config,
            host.as_ptr(),
            host.len(),
            alpn.as_ptr(),
            alpn.len(),
            &loopback(40_000),
            &loopback(7842),
            now_ns(),
            &mut conn,
        )
    };
    if rc == 0 { Ok(conn) } else { Err(rc) }
}

impl Pair {
    fn new(roots: &[u8], host: &str, shown: &Shown) -> Pair {
        let config = webpki(roots).unwrap();
        let role = [1];
        let rc = unsafe { dk_config_transport_param(config, ADDRESS_DISCOVERY, role.as_ptr(), 1) };
        assert_eq!(rc, 0);
        let client = connect(config, host.as_bytes(), QAD).unwrap();
        let server = Server::accept(shown, "127.0.0.1:40000".parse().unwrap());
        Pair {
            config,
            client,
            server,
        }
    }

    fn handshake(roots: &[u8], host: &str, shown: &Shown) -> Pair {
        let mut pair = Pair::new(roots, host, shown);
        pair.run();
        pair
    }

    /// Carries packets until neither side has any.
    fn run(&mut self) {
        for _ in 0..TURNS {
            let any = self.carry_to_server() | self.carry_to_client();
            if !any {
                return;
            }
        }
        panic!("it never becomes quiet");
    }

    fn carry_to_server(&mut self) -> bool {
        let mut buf = vec![0; 65_536];
        let mut tx = [dk_tx::default(); 64];
        let n = unsafe {
            dk_conn_send_batch(
                self.client,
                now_ns(),
                0,
                buf.as_mut_ptr(),
                buf.len(),
                tx.as_mut_ptr(),
                tx.len() as u32,
            )
        };
        assert!(n >= 0, "{}", last_error());
        for run in &tx[..n as usize] {
            let bytes = &mut buf[run.off as usize..][..run.len as usize];
            let size = if run.seg == 0 { run.len } else { run.seg };
            for packet in bytes.chunks_mut(size as usize) {
                let info = quiche::RecvInfo {
                    from: self.server.peer,
                    to: self.server.addr,
                };
                let _ = self.server.quic.recv(packet, info);
            }
        }
        n > 0
    }

    fn carry_to_client(&mut self) -> bool {
        let mut buf = vec![0; 2048];
        let mut any = false;
        while let Ok((len, _)) = self.server.quic.send(&mut buf) {
            let rx = dk_rx {
                len: len as u32,
                from: loopback(7842),
                to: loopback(40_000),
                ..dk_rx::default()
            };
            let n =
                unsafe { dk_conn_recv_batch(self.client, now_ns(), buf.as_mut_ptr(), len, &rx, 1) };
            assert!(n >= 0, "{}", last_error());
            any = true;
        }
        any
    }

    fn state(&self) -> [u64; 8] {
        let mut out = [0; 8];
        assert_eq!(unsafe { dk_conn_state(self.client, out.as_mut_ptr()) }, 0);
        out
    }

    fn is_established(&self) -> bool {
        self.state()[0] & dk_state_flag::DK_STATE_ESTABLISHED as u64 != 0
    }

    /// Who ended it, and with which code.
    fn end(&self) -> (u64, u64) {
        let state = self.state();
        (state[1], state[2])
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        assert_eq!(dk_conn_free(self.client), 0);
        assert_eq!(dk_config_free(self.config), 0);
    }
}

#[test]
fn a_certificate_for_the_name_is_accepted_and_the_name_told() {
    let _alone = alone();
    let authority = Authority::new();
    let shown = authority.issue_for("relay.example");
    let pair = Pair::handshake(&authority.pem(), "relay.example", &shown);
    assert!(pair.is_established());
    assert!(pair.server.quic.is_established());
    assert_eq!(pair.server.told_name().as_deref(), Some("relay.example"));
    assert_eq!(pair.server.quic.application_proto(), b"/iroh-qad/0");
}

#[test]
fn a_wildcard_stands_for_one_label() {
    let _alone = alone();
    let authority = Authority::new();
    let shown = authority.issue_for("*.relay.example");
    assert!(Pair::handshake(&authority.pem(), "eu.relay.example", &shown).is_established());
    let deeper = Pair::handshake(&authority.pem(), "a.eu.relay.example", &shown);
    assert_eq!(deeper.end(), (LOCAL_TRANSPORT, 0x12a));
}

#[test]
fn an_address_is_checked_but_not_told() {
    let _alone = alone();
    let authority = Authority::new();
    let shown = authority.issue((-1, 1), &[], &["192.0.2.1", "2001:db8::1"]);
    for ip in ["192.0.2.1", "2001:db8::1"] {
        let pair = Pair::handshake(&authority.pem(), ip, &shown);
        assert!(pair.is_established(), "{ip}");
        assert_eq!(pair.server.told_name(), None);
    }
    for ip in ["192.0.2.2", "2001:db8::2"] {
        let other = Pair::handshake(&authority.pem(), ip, &shown);
        assert_eq!(other.end(), (LOCAL_TRANSPORT, 0x12a), "{ip}");
    }
}

#[test]
fn an_unknown_authority_is_refused() {
    let _alone = alone();
    let shown = Authority::new().issue_for("relay.example");
    // One of the same name has another key: the signature does not fit.
    for (root, alert) in [("stranger", 0x130), ("authority", 0x133)] {
        let root = Authority::named(root).pem();
        let pair = Pair::handshake(&root, "relay.example", &shown);
        assert!(!pair.is_established());
        assert_eq!(pair.end(), (LOCAL_TRANSPORT, alert));
        assert_eq!(pair.server.alert(), Some(alert));
    }
}

#[test]
fn a_certificate_that_vouches_for_itself_is_refused() {
    let _alone = alone();
    let key = new_key();
    let mut made = certificate((-1, 1), &key, "relay.example");
    made.set_issuer_name(&name("relay.example")).unwrap();
    made.sign(&key, MessageDigest::sha256()).unwrap();
    let cert = made.build();
    let shown = Shown { key, cert };
    let pair = Pair::handshake(&Authority::new().pem(), "relay.example", &shown);
    assert_eq!(pair.end(), (LOCAL_TRANSPORT, 0x130));
}

#[test]
fn another_name_is_refused() {
    let _alone = alone();
    let authority = Authority::new();
    let shown = authority.issue_for("relay.example");
    let pair = Pair::handshake(&authority.pem(), "other.example", &shown);
    assert!(!pair.is_established());
    assert_eq!(pair.end(), (LOCAL_TRANSPORT, 0x12a));
    assert_eq!(pair.server.alert(), Some(0x12a));
}

#[test]
fn a_certificate_out_of_its_time_is_refused() {
    let _alone = alone();
    let authority = Authority::new();
    for days in [(-3, -1), (1, 3)] {
        let shown = authority.issue(days, &["relay.example"], &[]);
        let pair = Pair::handshake(&authority.pem(), "relay.example", &shown);
        assert!(!pair.is_established());
        assert_eq!(pair.end(), (LOCAL_TRANSPORT, 0x12d), "{days:?}");
    }
}

#[test]
fn several_roots_may_vouch() {
    let _alone = alone();
    let (first, second) = (Authority::named("first"), Authority::named("second"));
    let roots = [first.pem(), b"a comment\n".to_vec(), second.pem()].concat();
    for authority in [first, second] {
        let shown = authority.issue_for("relay.example");
        assert!(Pair::handshake(&roots, "relay.example", &shown).is_established());
    }
}

#[test]
fn a_server_without_the_protocol_refuses() {
    let _alone = alone();
    let authority = Authority::new();
    let shown = authority.issue_for("relay.example");
    let mut pair = Pair::new(&authority.pem(), "relay.example", &shown);
    assert_eq!(dk_conn_free(pair.client), 0);
    pair.client = connect(pair.config, b"relay.example", ALPN).unwrap();
    pair.run();
    assert_eq!(pair.end(), (PEER_TRANSPORT, 0x178));
}

#[test]
fn a_ping_leaves_without_multipath_and_the_close_arrives() {
    let _alone = alone();
    let authority = Authority::new();
    let shown = authority.issue_for("relay.example");
    let mut pair = Pair::handshake(&authority.pem(), "relay.example", &shown);
    assert_eq!(dk_path_ping(pair.client, 0), 0);
    assert!(pair.carry_to_server());
    assert_eq!(dk_path_ping(pair.client, 1), STATE);

    let reason = b"finished";
    let rc = unsafe { dk_conn_close(pair.client, now_ns(), 1, 1, reason.as_ptr(), reason.len()) };
    assert_eq!(rc, 0);
    pair.carry_to_server();
    let error = pair.server.quic.peer_error().unwrap();
    assert!(error.is_app);
    assert_eq!(
        (error.error_code, error.reason.as_slice()),
        (1, &reason[..])
    );
}

#[test]
fn roots_and_names_are_checked() {
    let _alone = alone();
    assert_eq!(webpki(b""), Err(ARG));
    assert_eq!(webpki(b"no certificate"), Err(ARG));
    let config = webpki(&Authority::new().pem()).unwrap();
    for host in ["", "relay.example.", "a..b", "[::1]", "a b"] {
        assert_eq!(connect(config, host.as_bytes(), QAD), Err(ARG), "{host}");
    }
    assert_eq!(connect(config, b"\xff", QAD), Err(ARG));
    assert_eq!(connect(config, b"relay.example", b""), Err(ARG));
    assert_eq!(dk_config_free(config), 0);
}

#[test]
fn the_two_kinds_of_configuration_are_not_mixed_up() {
    let _alone = alone();
    let (keys, names) = (config(1), webpki(&Authority::new().pem()).unwrap());
    assert_eq!(connect(keys, b"relay.example", QAD), Err(STATE));
    let (addr, key, mut conn) = (loopback(1), public_key(2), 0);
    let rc = unsafe {
        dk_connect(
            names,
            key.as_ptr(),
            QAD.as_ptr(),
            QAD.len(),
            &addr,
            &addr,
            now_ns(),
            &mut conn,
        )
    };
    assert_eq!((rc, conn), (STATE, 0));
    assert_eq!((dk_config_free(keys), dk_config_free(names)), (0, 0));
}
