//! The command line.

use std::{net::SocketAddr, time::Duration};

use data_encoding::HEXLOWER_PERMISSIVE;

/// Spoken where no other is asked for: everything is sent back.
pub const ECHO_ALPN: &str = "dialkey/echo/0";

pub const HELP: &str = include_str!("help.txt");

pub struct Options {
    pub target: Option<Target>,
    pub binds: Vec<SocketAddr>,
    pub secret: Option<[u8; 32]>,
    pub alpn: String,
    /// Without one there is no multipath.
    pub max_path_id: Option<u32>,
    pub nat_traversal: u8,
    pub observed: Observed,
    pub idle: Duration,
    pub path_idle: Duration,
    pub keep_alive: Duration,
    pub mtu_discovery: bool,
}

/// Whom to dial.
pub struct Target {
    pub key: [u8; 32],
    pub address: SocketAddr,
}

/// What this peer offers of address discovery.
#[derive(Default)]
pub struct Observed {
    pub sends: bool,
    pub receives: bool,
}

impl Options {
    /// `None` if the help was asked for.
    pub fn from_args(args: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut args = args;
        let mut options = Self::of_iroh();
        match args.next().as_deref() {
            Some("serve") => {}
            Some("dial") => {
                let key = key(&args.next().ok_or("dial needs a key")?)?;
                let address = loopback(&args.next().ok_or("dial needs an address")?)?;
                options.target = Some(Target { key, address });
            }
            Some("--help" | "-h" | "help") => return Ok(None),
            _ => return Err("serve or dial?".to_owned()),
        }
        while let Some(name) = args.next() {
            if matches!(name.as_str(), "--help" | "-h") {
                return Ok(None);
            }
            options.set(&name, || args.next().ok_or_else(|| format!("{name} needs a value")))?;
        }
        if options.binds.is_empty() {
            options.binds.push(SocketAddr::from(([127, 0, 0, 1], 0)));
        }
        Ok(Some(options))
    }

    /// The values of iroh 1.4.1.
    fn of_iroh() -> Self {
        Self {
            target: None,
            binds: Vec::new(),
            secret: None,
            alpn: ECHO_ALPN.to_owned(),
            max_path_id: Some(7),
            nat_traversal: 32,
            observed: Observed::default(),
            idle: Duration::from_secs(30),
            path_idle: Duration::from_secs(15),
            keep_alive: Duration::from_secs(5),
            mtu_discovery: true,
        }
    }

    fn set(&mut self, name: &str, mut value: impl FnMut() -> Result<String, String>) -> Result<(), String> {
        match name {
            "--port" => self.binds.push(SocketAddr::from(([127, 0, 0, 1], number(&value()?)?))),
            "--bind" => self.binds.push(loopback(&value()?)?),
            "--secret" => self.secret = Some(key(&value()?)?),
            "--alpn" => self.alpn = value()?,
            "--max-path-id" => self.max_path_id = Some(number(&value()?)?),
            "--no-multipath" => (self.max_path_id, self.nat_traversal) = (None, 0),
            "--nat-traversal" => self.nat_traversal = number(&value()?)?,
            "--observed" => self.observed = observed(&value()?)?,
            "--idle-ms" => self.idle = Duration::from_millis(number::<u32>(&value()?)?.into()),
            "--path-idle-ms" => self.path_idle = Duration::from_millis(number::<u32>(&value()?)?.into()),
            "--keep-alive-ms" => self.keep_alive = Duration::from_millis(number::<u32>(&value()?)?.into()),
            "--no-mtu-discovery" => self.mtu_discovery = false,
            _ => return Err(format!("unknown argument {name}")),
        }
        Ok(())
    }
}

pub fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("not a number that fits: {text}"))
}

/// Parses a socket address and insists on loopback: a test must never reach beyond its machine.
pub fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| format!("not an address with a port: {text}"))?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(format!("not a loopback address: {text}"))
    }
}

/// Does not repeat its argument, which may be a secret.
fn key(hex: &str) -> Result<[u8; 32], String> {
    let bytes = HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).map_err(|_| "a key is hexadecimal")?;
    bytes.try_into().map_err(|_| "a key has 64 hexadecimal digits".to_owned())
}

fn observed(text: &str) -> Result<Observed, String> {
    match text {
        "send" => Ok(Observed { sends: true, receives: false }),
        "receive" => Ok(Observed { sends: false, receives: true }),
        "both" => Ok(Observed { sends: true, receives: true }),
        _ => Err("--observed takes send, receive or both".to_owned()),
    }
}
