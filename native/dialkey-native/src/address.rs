//! Addresses between the interface and the standard library.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use crate::abi::dk_addr;
use crate::fault::{Fault, Outcome};

const IPV4: u8 = 4;
const IPV6: u8 = 6;
const NONE: u8 = 0;

impl dk_addr {
    pub(crate) fn to_socket(self) -> Outcome<SocketAddr> {
        match self.family {
            IPV4 => Ok(SocketAddr::V4(SocketAddrV4::new(self.v4(), self.port))),
            IPV6 => {
                let ip = Ipv6Addr::from(self.ip);
                Ok(SocketAddrV6::new(ip, self.port, 0, self.scope).into())
            }
            _ => Err(Fault::arg("address family is neither 4 nor 6")),
        }
    }

    /// The ip to send from; none leaves the choice to the system.
    pub(crate) fn to_source(self) -> Outcome<Option<IpAddr>> {
        let ip = match self.family {
            NONE => return Ok(None),
            IPV4 => IpAddr::V4(self.v4()),
            IPV6 => IpAddr::V6(Ipv6Addr::from(self.ip)),
            _ => return Err(Fault::arg("address family is neither 0, 4 nor 6")),
        };
        Ok(Some(ip).filter(|ip| !ip.is_unspecified()))
    }

    /// IPv4-mapped addresses become IPv4: a peer has one name, however the
    /// system spells it.
    pub(crate) fn from_socket(address: SocketAddr) -> dk_addr {
        let scope = match address {
            SocketAddr::V4(_) => 0,
            SocketAddr::V6(v6) => v6.scope_id(),
        };
        dk_addr::new(address.ip(), address.port(), scope)
    }

    pub(crate) fn new(ip: IpAddr, port: u16, scope: u32) -> dk_addr {
        match ip.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, d] = v4.octets();
                dk_addr {
                    ip: [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                    port,
                    family: IPV4,
                    ..dk_addr::default()
                }
            }
            IpAddr::V6(v6) => dk_addr {
                ip: v6.octets(),
                scope,
                port,
                family: IPV6,
                ..dk_addr::default()
            },
        }
    }

    fn v4(self) -> Ipv4Addr {
        let [a, b, c, d, ..] = self.ip;
        Ipv4Addr::new(a, b, c, d)
    }
}
