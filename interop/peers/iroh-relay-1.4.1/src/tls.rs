//! A certificate of an authority of our own, made for this run.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};

use crate::options::Options;

/// What the servers show.
pub(crate) struct Identity {
    authority: String,
    config: rustls::ServerConfig,
}

impl Identity {
    pub(crate) fn new(options: &Options) -> Result<Identity, Box<dyn std::error::Error>> {
        let mut params = CertificateParams::default();
        // Two authorities of one name would be taken for one by whoever trusts both.
        let name = format!("authority of process {}", std::process::id());
        params.distinguished_name = named(&name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;

        let mut params = CertificateParams::new(options.names.clone())?;
        params.distinguished_name = named("relay");
        if options.expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate()?;
        let cert = params.signed_by(&key, &authority)?;
        Ok(Identity { authority: authority.pem(), config: server_config(cert.der().clone(), &key)? })
    }

    /// The authority's certificate, in PEM form.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    pub(crate) fn server_config(&self) -> rustls::ServerConfig {
        self.config.clone()
    }
}

fn named(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

fn server_config(cert: CertificateDer<'static>, key: &KeyPair) -> Result<rustls::ServerConfig, rustls::Error> {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![cert], key)
}
