//! The certificate of `[tls]`. It is read again when its files have changed, so that a renewed one
//! needs no restart.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::Tls;

/// Between two looks at the files.
const LOOK: Duration = Duration::from_secs(1);

/// Why the configured certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error(
        "tls: {path}: {source}; a certificate chain and a private key in PEM form are expected"
    )]
    File { path: String, source: rustls::pki_types::pem::Error },
    #[error("tls: certificate and key do not go together: {0}")]
    Pair(#[from] rustls::Error),
}

#[derive(Debug)]
pub struct Certificate {
    files: Tls,
    loaded: Mutex<Loaded>,
}

struct Loaded {
    acceptor: TlsAcceptor,
    /// As the files were when they were read.
    stamps: [Stamp; 2],
    looked_at: Instant,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").finish_non_exhaustive()
    }
}

/// What changes with a file, through links too.
type Stamp = Option<(SystemTime, u64, u64)>;

impl Certificate {
    pub fn load(files: &Tls) -> Result<Arc<Self>, TlsError> {
        let stamps = stamps(files);
        let loaded = Loaded { acceptor: acceptor(files)?, stamps, looked_at: Instant::now() };
        Ok(Arc::new(Self { files: files.clone(), loaded: Mutex::new(loaded) }))
    }

    /// For one handshake, with the certificate as it is now. Reads files; a pair that does not go
    /// together, as between two writings, leaves the old one in use.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if loaded.looked_at.elapsed() >= LOOK {
            loaded.looked_at = Instant::now();
            let found = stamps(&self.files);
            if found != loaded.stamps {
                loaded.stamps = found;
                match acceptor(&self.files) {
                    Ok(new) => {
                        loaded.acceptor = new;
                        tracing::info!("tls: the certificate has changed and was read again");
                    }
                    Err(error) => tracing::error!(
                        "{error}. The certificate has changed and cannot be used; the one from before \
                         is in use until it is put right"
                    ),
                }
            }
        }
        loaded.acceptor.clone()
    }
}

fn stamps(files: &Tls) -> [Stamp; 2] {
    [&files.cert, &files.key].map(|path| stamp(path))
}

fn stamp(path: &Path) -> Stamp {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len(), found.ino()))
}

fn acceptor(tls: &Tls) -> Result<TlsAcceptor, TlsError> {
    let at = |path: &Path| {
        let path = path.display().to_string();
        move |source| TlsError::File { path, source }
    };
    let chain = CertificateDer::pem_file_iter(&tls.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(at(&tls.cert))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(at(&tls.key))?;
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
