//! Key log and qlog: what is written, where, and that nothing depends on it.

mod common;

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;

use common::*;
use dialkey::entry::*;

const IO: i32 = dialkey::abi::dk_status::DK_ERR_IO as i32;

#[test]
fn secrets_of_later_connections_are_appended_to_a_private_file() {
    let _alone = alone();
    let folder = Folder::new("keylog");
    let path = folder.0.join("keys");
    let (client, server) = (Node::new(1), Node::new(2));
    assert_eq!(set_keylog(client.config, path.as_os_str().as_bytes()), 0);
    let (mut client, mut server) = connect(client, server);
    let first = fs::read_to_string(&path).unwrap();
    for label in [
        "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
        "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        "CLIENT_TRAFFIC_SECRET_0",
        "SERVER_TRAFFIC_SECRET_0",
    ] {
        assert_eq!(first.matches(label).count(), 1, "{label}");
    }
    for line in first.lines() {
        let fields: Vec<_> = line.split(' ').collect();
        assert_eq!((fields.len(), fields[1].len()), (3, 64), "{line}");
    }
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let link = client.dial(&server, public_key(2), ALPN);
    pump(&mut client, &mut server, |c, _| c.established(link));
    let second = fs::read_to_string(&path).unwrap();
    assert!(second.starts_with(&first) && second.len() > first.len());

    assert_eq!(set_keylog(client.config, b""), 0);
    let link = client.dial(&server, public_key(2), ALPN);
    pump(&mut client, &mut server, |c, _| c.established(link));
    assert_eq!(fs::read_to_string(&path).unwrap(), second);
}

#[test]
fn each_later_connection_has_a_qlog_on_each_side() {
    let _alone = alone();
    let folder = Folder::new("qlog");
    let dir = folder.0.as_os_str().as_bytes();
    let (client, mut server) = (Node::new(1), Node::new(2));
    server.retries = true;
    for node in [&client, &server] {
        assert_eq!(set_qlog(node.config, dir, b"test-"), 0);
    }
    drop(connect(client, server));
    let files = folder.files();
    assert_eq!(files.len(), 2, "{files:?}");
    let id = files[0].strip_prefix("test-").unwrap();
    let id = id.strip_suffix("-client.sqlog").unwrap();
    // The very first id, although a Retry replaced it.
    assert_eq!(id.len(), 32);
    assert_eq!(files[1], format!("test-{id}-server.sqlog"));
    for file in files {
        let text = fs::read_to_string(folder.0.join(file)).unwrap();
        assert!(text.contains("packet_sent") && text.contains("packet_received"));
        // Records end, also the last one.
        assert!(text.ends_with('\n'));
    }
}

#[test]
fn a_log_that_cannot_be_written_disturbs_nobody() {
    let _alone = alone();
    let folder = Folder::new("gone");
    let dir = folder.0.as_os_str().as_bytes().to_vec();
    let (client, server) = (Node::new(1), Node::new(2));
    assert_eq!(set_qlog(client.config, &dir, b""), 0);
    // Writes to it fail for lack of space.
    assert_eq!(set_keylog(client.config, b"/dev/full"), 0);
    drop(folder);
    drop(connect(client, server));
}

#[test]
fn unusable_names_are_refused() {
    let _alone = alone();
    let folder = Folder::new("names");
    let dir = folder.0.as_os_str().as_bytes();
    let file = folder.0.join("file");
    fs::write(&file, b"").unwrap();
    let config = config(1);
    assert_eq!(set_keylog(config, dir), IO);
    assert_eq!(set_keylog(config, b"nul\0inside"), IO);
    assert_eq!(
        set_keylog(config, file.join("below").as_os_str().as_bytes()),
        IO
    );
    assert_eq!(set_qlog(config, file.as_os_str().as_bytes(), b""), IO);
    assert_eq!(
        set_qlog(config, folder.0.join("no").as_os_str().as_bytes(), b""),
        IO
    );
    for prefix in [b"../x".as_slice(), b"a/b", b"a\0b", b"\xff"] {
        assert_eq!(set_qlog(config, dir, prefix), ARG);
    }
    assert_eq!(set_qlog(config, b"", b""), 0);
    assert_eq!(unsafe { dk_config_keylog(config, NULL, 3) }, ARG);
    assert_eq!(folder.files(), ["file"]);
    assert_eq!(dk_config_free(config), 0);
}
