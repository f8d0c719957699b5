//! TLS to our own server. That it is ours is shown by the certificate that `[tls]` names, and by
//! its key. The names, the issuer and the dates in it are not checked: they are for browsers, which
//! come by another name than `listen`.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::{Error, PemObject as _};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use crate::config::Tls;

/// Accepts that one certificate.
pub(super) fn only(tls: &Tls) -> Result<ClientConfig, Error> {
    let certificate = CertificateDer::from_pem_file(&tls.cert)?;
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let builder = builder.expect("ring speaks TLS 1.2 and 1.3");
    let own = Arc::new(OwnCertificate { certificate, provider });
    Ok(builder.dangerous().with_custom_certificate_verifier(own).with_no_client_auth())
}

#[derive(Debug)]
struct OwnCertificate {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

const OTHER_CERTIFICATE: &str = "not the certificate of tls.cert";

impl ServerCertVerifier for OwnCertificate {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let same = *end_entity == self.certificate;
        if same {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::General(OTHER_CERTIFICATE.to_owned()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            cert,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            cert,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether the request failed because the server has another certificate.
pub(super) fn is_other(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains(OTHER_CERTIFICATE) {
            return true;
        }
        cause = error.source();
    }
    false
}
