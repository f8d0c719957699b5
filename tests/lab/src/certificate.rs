//! The self-signed certificate of `--mode tls`. The browsers under test are told to accept it;
//! nothing else is asked to trust it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The hosts of tls mode; `events.test` is the endpoint's, which may serve with the same files.
pub const HOSTS: [&str; 3] = ["shop.test", "tiktok.test", "events.test"];

/// An acceptor and the PEM files it was made with.
pub struct Certificate {
    pub acceptor: TlsAcceptor,
    pub cert_file: PathBuf,
    pub key_file: PathBuf,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").field("cert_file", &self.cert_file).finish_non_exhaustive()
    }
}

/// Makes a certificate and writes `cert.pem` and `key.pem` into `directory`.
pub fn make(directory: &Path) -> io::Result<Certificate> {
    let names = HOSTS.iter().flat_map(|host| [(*host).to_owned(), format!("*.{host}")]);
    let names: Vec<String> =
        names.chain(["localhost".to_owned(), "127.0.0.1".to_owned()]).collect();
    let made = rcgen::generate_simple_self_signed(names).map_err(io::Error::other)?;
    fs::create_dir_all(directory)?;
    let (cert_file, key_file) = (directory.join("cert.pem"), directory.join("key.pem"));
    fs::write(&cert_file, made.cert.pem())?;
    fs::write(&key_file, made.signing_key.serialize_pem())?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    // Named, so that another crate's choice of provider in the same build changes nothing here.
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key)
        })
        .map_err(io::Error::other)?;
    Ok(Certificate { acceptor: TlsAcceptor::from(Arc::new(config)), cert_file, key_file })
}
