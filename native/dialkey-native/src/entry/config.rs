//! Entries on configurations.

use crate::abi::dk_config;
use crate::config::Config;
use crate::guard::{CONFIGS, run, with_config};
use crate::raw;

/// Makes a configuration with the identity of a secret key (an Ed25519 seed).
/// It may be used by several threads at once. role_mask is a dk_role.
///
/// # Safety
/// seed must be valid for reading 32 bytes, out for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_config_new(
    seed: *const u8,
    role_mask: u32,
    out: *mut dk_config,
) -> i32 {
    run(|| {
        let seed = unsafe { raw::array::<u8, 32>(seed)? };
        let out = unsafe { raw::out(out)? };
        *out = CONFIGS.insert(Config::new(seed, role_mask)?)?;
        Ok(0)
    })
}

/// Makes a configuration without an identity, for dk_connect_name: the server
/// has to show an X.509 certificate that one of these roots vouches for. The
/// roots are a text of PEM certificates. DK_ERR_ARG when there is none in it,
/// or one that cannot be read.
///
/// # Safety
/// roots_pem must be valid for reading n bytes, out for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_config_new_webpki(
    roots_pem: *const u8,
    n: usize,
    out: *mut dk_config,
) -> i32 {
    run(|| {
        let roots = unsafe { raw::slice(roots_pem, n)? };
        let out = unsafe { raw::out(out)? };
        *out = CONFIGS.insert(Config::webpki(roots)?)?;
        Ok(0)
    })
}

/// Frees a configuration; it vanishes when the last call with it returns.
/// Connections made from it live on. A second free returns DK_ERR_STATE.
#[unsafe(no_mangle)]
pub extern "C" fn dk_config_free(config: dk_config) -> i32 {
    run(|| CONFIGS.free(config).map(|_| 0))
}

/// Sets a dk_option for connections made afterwards.
#[unsafe(no_mangle)]
pub extern "C" fn dk_config_set(config: dk_config, option: u32, value: u64) -> i32 {
    with_config(config, |config| config.set(option, value).map(|()| 0))
}

/// Sets the ALPN names that connections accepted afterwards may choose, each
/// as a length byte and the name; our order decides. An empty list accepts
/// nobody. May be called at any time.
///
/// # Safety
/// wire must be valid for reading n bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_config_alpn(config: dk_config, wire: *const u8, n: usize) -> i32 {
    with_config(config, |config| {
        let wire = unsafe { raw::slice(wire, n)? };
        config.set_alpn(wire).map(|()| 0)
    })
}

/// Sets the key that connection ids and stateless reset tokens are derived
/// from, and the length of the ids, 8 to 20. Without this call the key is
/// random and the length 8. All ids of a socket must have one length.
///
/// # Safety
/// key must be valid for reading 32 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_config_cid_key(config: dk_config, key: *const u8, cid_len: u32) -> i32 {
    with_config(config, |config| {
        let key = unsafe { raw::array::<u8, 32>(key)? };
        config.set_cid_key(key, cid_len).map(|()| 0)
    })
}

/// Sends a transport parameter: multipath (0x3e), NAT traversal
/// (0x3d7f91120401), address discovery (0x9f81a176), or one that means nothing
/// to this library. Its value has at most 64 bytes.
///
/// # Safety
/// value must be valid for reading n bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_config_transport_param(
    config: dk_config,
    id: u64,
    value: *const u8,
    n: usize,
) -> i32 {
    with_config(config, |config| {
        let value = unsafe { raw::slice(value, n)? };
        config.set_transport_param(id, value).map(|()| 0)
    })
}

/// Appends the TLS secrets of connections made afterwards to a file, a line
/// each in the format of NSS: who reads it can decrypt their packets. The file
/// is made with mode 0600 when there is none. Writing may wait for the disk.
/// An empty path ends it. DK_ERR_IO when the file cannot be opened.
///
/// # Safety
/// path must be valid for reading n bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_config_keylog(config: dk_config, path: *const u8, n: usize) -> i32 {
    with_config(config, |config| {
        let path = unsafe { raw::slice(path, n)? };
        config.set_key_log(path).map(|()| 0)
    })
}

/// Writes the events of each connection made afterwards to a file of its own
/// in a folder that exists: the prefix, the destination id of the client's
/// first packet in hexadecimal, "-client.sqlog" or "-server.sqlog". A file
/// that is there already, or cannot be made or written, is passed over. An
/// empty folder ends it. DK_ERR_IO when there is no such folder; DK_ERR_ARG
/// when the prefix is no part of a file name.
///
/// # Safety
/// dir must be valid for reading dn bytes, prefix for pn bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dk_config_qlog(
    config: dk_config,
    dir: *const u8,
    dn: usize,
    prefix: *const u8,
    pn: usize,
) -> i32 {
    with_config(config, |config| {
        let dir = unsafe { raw::slice(dir, dn)? };
        let prefix = unsafe { raw::slice(prefix, pn)? };
        config.set_qlog(dir, prefix).map(|()| 0)
    })
}
