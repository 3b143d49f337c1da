//! The command line.

use std::{net::SocketAddr, time::Duration};

use data_encoding::HEXLOWER_PERMISSIVE;
use iroh::{SecretKey, endpoint::VarInt};

use crate::{
    failure::Failure,
    gate::{Hooks, Policy},
    peer::varint,
    protocol::Words,
};

/// Behaves as described for each stream by its first line.
pub const SCRIPT_ALPN: &str = "interop/script/0";
/// Sends everything back; so does every other ALPN.
pub const ECHO_ALPN: &str = "dialkey/echo/0";

/// A socket to open.
pub struct Bind {
    pub address: SocketAddr,
    /// A machine without IPv6 still runs the tests, so `[::1]` may fail where nobody asked for it.
    pub required: bool,
}

pub struct Options {
    pub secret: Option<SecretKey>,
    pub binds: Vec<Bind>,
    pub alpns: Vec<String>,
    pub idle: Option<Duration>,
    pub datagrams: bool,
    /// Without one everybody is accepted, and no event tells of it.
    pub policy: Option<Policy>,
    pub hooks: Hooks,
}

impl Options {
    pub fn from_args(args: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self {
            secret: None,
            binds: Vec::new(),
            alpns: Vec::new(),
            idle: None,
            datagrams: true,
            policy: None,
            hooks: Hooks::default(),
        };
        let mut args = args;
        while let Some(name) = args.next() {
            let mut value = || args.next().ok_or_else(|| Failure::usage(format!("{name} needs a value")));
            match name.as_str() {
                "--secret" => options.secret = Some(secret(&value()?)?),
                "--bind" => options.binds.push(Bind { address: loopback(&value()?)?, required: true }),
                "--alpn" => options.alpns.push(value()?),
                "--idle-ms" => options.idle = Some(idle(&value()?)?),
                "--no-datagrams" => options.datagrams = false,
                "--incoming" => options.policy = Some(policy(&value()?)?),
                "--reject-dials" => options.hooks.reject_dials = true,
                "--reject-connections" => options.hooks.reject_connections = Some(ending(&value()?)?),
                _ => return Err(Failure::usage(format!("unknown argument {name}"))),
            }
        }
        if options.binds.is_empty() {
            options.binds.push(Bind { address: loopback("127.0.0.1:0")?, required: true });
            options.binds.push(Bind { address: loopback("[::1]:0")?, required: false });
        }
        if options.alpns.is_empty() {
            options.alpns = vec![ECHO_ALPN.to_owned(), SCRIPT_ALPN.to_owned()];
        }
        Ok(options)
    }
}

/// Parses a socket address and insists on loopback: a test must never reach beyond its machine.
pub fn loopback(text: &str) -> Result<SocketAddr, Failure> {
    let address: SocketAddr =
        text.parse().map_err(|_| Failure::usage(format!("not an address with a port: {text}")))?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(Failure::usage(format!("not a loopback address: {text}")))
    }
}

fn policy(text: &str) -> Result<Policy, Failure> {
    Policy::parse(text).ok_or_else(|| Failure::usage("--incoming takes accept, refuse, ignore or retry"))
}

/// A code and the reason after it.
fn ending(text: &str) -> Result<(VarInt, String), Failure> {
    let mut words = Words { rest: text };
    let code = varint(words.number("a code")?)?;
    Ok((code, words.line().unwrap_or_default()))
}

/// Does not repeat its argument in errors, which are printed.
fn secret(hex: &str) -> Result<SecretKey, Failure> {
    let wrong = || Failure::usage("--secret takes 64 hexadecimal digits");
    let bytes = HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).map_err(|_| wrong())?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| wrong())?;
    Ok(SecretKey::from_bytes(&bytes))
}

fn idle(text: &str) -> Result<Duration, Failure> {
    match text.parse::<u32>() {
        Ok(millis) if millis > 0 => Ok(Duration::from_millis(millis.into())),
        _ => Err(Failure::usage("--idle-ms takes a positive number of milliseconds")),
    }
}
