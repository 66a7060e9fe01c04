//! A certificate authority for one test system: it signs PostgreSQL's certificate, and the Worker trusts it or not.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use crate::secrets;

/// The files of a new authority and of the server certificate that it signed.
#[derive(Clone, Debug)]
pub struct Authority {
    /// The authority's own certificate, PEM: what a client must trust.
    pub certificate: PathBuf,
    /// The server's certificate for `localhost` and `127.0.0.1`, PEM.
    pub server_certificate: PathBuf,
    /// The server's private key, PEM, readable by its owner alone.
    pub server_key: PathBuf,
}

impl Authority {
    /// Makes an authority and a server certificate in `dir`.
    pub fn generate(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir)?;
        let authority_key = KeyPair::generate()?;
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.distinguished_name.push(DnType::CommonName, "CepatEdge test authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority_certificate = authority.self_signed(&authority_key)?;
        let issuer = Issuer::new(authority, authority_key);

        let server_key = KeyPair::generate()?;
        let mut server = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        server.distinguished_name.push(DnType::CommonName, "localhost");
        let server_certificate = server.signed_by(&server_key, &issuer)?;

        let files = Self {
            certificate: dir.join("authority.pem"),
            server_certificate: dir.join("server.pem"),
            server_key: dir.join("server.key"),
        };
        fs::write(&files.certificate, authority_certificate.pem())?;
        fs::write(&files.server_certificate, server_certificate.pem())?;
        secrets::write_private(&files.server_key, &server_key.serialize_pem())?;
        Ok(files)
    }
}
