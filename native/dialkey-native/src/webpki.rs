//! TLS of a client whose server shows an X.509 certificate: the context with
//! the roots it trusts, and the name the certificate has to be for.

use std::net::IpAddr;

use boring::ssl::{
    SslContext, SslContextBuilder, SslMethod, SslOptions, SslRef, SslVerifyMode, SslVersion,
};
use boring::x509::X509;
use boring::x509::store::X509StoreBuilder;
use boring::x509::verify::X509CheckFlags;

use crate::fault::{Fault, Outcome};
use crate::tls;

/// Longest DNS name (RFC 1035, 2.3.4).
const MAX_NAME: usize = 253;

/// A context that trusts the roots of a PEM text and has no certificate.
pub(crate) fn context(roots_pem: &[u8]) -> Outcome<SslContextBuilder> {
    let malformed = Fault::arg("malformed PEM text of root certificates");
    let roots = X509::stack_from_pem(roots_pem).map_err(|_| malformed)?;
    if roots.is_empty() {
        return Err(Fault::arg("no root certificate"));
    }
    builder(&roots).map_err(|_| Fault::tls("cannot set up TLS"))
}

fn builder(roots: &[X509]) -> Result<SslContextBuilder, boring::error::ErrorStack> {
    let mut store = X509StoreBuilder::new()?;
    for root in roots {
        store.add_cert(root)?;
    }
    let mut tls = SslContext::builder(SslMethod::tls())?;
    tls.set_min_proto_version(Some(SslVersion::TLS1_3))?;
    tls.set_max_proto_version(Some(SslVersion::TLS1_3))?;
    tls.set_cert_store(store.build());
    tls.set_verify(SslVerifyMode::PEER);
    tls.set_options(SslOptions::NO_TICKET);
    tls.set_curves_list(tls::GROUPS)?;
    Ok(tls)
}

/// Has the certificate checked for a host, and tells the server which one.
/// Must be called before the connection makes its first packet.
pub(crate) fn expect(ssl: &mut SslRef, host: &[u8]) -> Outcome<()> {
    let host = std::str::from_utf8(host).map_err(|_| Fault::arg("malformed host name"))?;
    let set = match host.parse::<IpAddr>() {
        // An address is no name: nothing is told (RFC 6066, 3).
        Ok(ip) => ssl.verify_param_mut().set_ip(ip),
        Err(_) if is_name(host) => expect_name(ssl, host),
        Err(_) => return Err(Fault::arg("malformed host name")),
    };
    set.map_err(|_| Fault::tls("cannot set the host name"))
}

fn expect_name(ssl: &mut SslRef, host: &str) -> Result<(), boring::error::ErrorStack> {
    let param = ssl.verify_param_mut();
    param.set_hostflags(X509CheckFlags::NO_PARTIAL_WILDCARDS);
    param.set_host(host)?;
    ssl.set_hostname(host)
}

/// Whether these are labels of letters, digits, hyphens and underscores, the
/// last one not followed by a dot.
fn is_name(host: &str) -> bool {
    let letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(letter);
    host.len() <= MAX_NAME && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_what_is_none() {
        for host in ["relay.example", "a", "xn--bcher-kva.example", "a_b.c-d.e1"] {
            assert!(is_name(host), "{host}");
        }
        let long = ["a"; 128].join(".");
        for host in [
            "", ".", "a.", ".a", "a..b", "a b", "a\0", "[::1]", "é", &long,
        ] {
            assert!(!is_name(host), "{host}");
        }
    }

    #[test]
    fn roots_are_read_to_the_end_of_the_text() {
        assert!(context(b"").is_err());
        assert!(context(b"no certificate").is_err());
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(context(broken).is_err());
    }
}
