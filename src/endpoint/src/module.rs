//! The module that a hosted snippet loads: one file, and everywhere known by the hash of its bytes.
//! What is asked for by its hash can be kept for ever, and cannot be another.

use std::borrow::Cow;

use assent_gate::hex::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// SHA-256 of a module's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModuleHash([u8; 32]);

/// A module as it is served.
#[derive(Debug, Clone)]
pub struct Module {
    hash: ModuleHash,
    bytes: Cow<'static, [u8]>,
    /// The same bytes, compressed. `None`: this build has them not.
    brotli: Option<Cow<'static, [u8]>>,
}

impl ModuleHash {
    fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash in a name of the form `module-<hash>.wasm`: as 64 hex digits, or as a hosted snippet
    /// has it, which is [`Self::integrity`] with `_` in the place of `/`.
    pub fn of_file_name(name: &str) -> Option<Self> {
        let hash = name.strip_prefix("module-")?.strip_suffix(".wasm")?;
        match hash.strip_prefix("sha256-") {
            Some(base64) => {
                let bytes = STANDARD.decode(base64.replace('_', "/")).ok()?;
                Some(Self(bytes.try_into().ok()?))
            }
            None => Self::of_hex(hash),
        }
    }

    fn of_hex(hex: &str) -> Option<Self> {
        let hex: Digest = hex.parse().ok()?;
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.as_str().get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    pub fn file_name(&self) -> String {
        let hex = Digest::of_bytes(&self.0).expect("a SHA-256 has 32 bytes");
        format!("module-{}.wasm", hex.as_str())
    }

    /// As a browser takes it, to check what it loads (W3C, Subresource Integrity, 3.1).
    pub fn integrity(&self) -> String {
        format!("sha256-{}", STANDARD.encode(self.0))
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Module {
    pub fn new(
        bytes: impl Into<Cow<'static, [u8]>>,
        brotli: Option<impl Into<Cow<'static, [u8]>>>,
    ) -> Self {
        let bytes = bytes.into();
        Self { hash: ModuleHash::of(&bytes), bytes, brotli: brotli.map(Into::into) }
    }

    pub fn hash(&self) -> ModuleHash {
        self.hash
    }

    pub fn bytes(&self) -> &Cow<'static, [u8]> {
        &self.bytes
    }

    pub fn brotli(&self) -> Option<&Cow<'static, [u8]>> {
        self.brotli.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4's example "abc"; the integrity is the same 32 bytes in base64 (RFC 4648, 4).
    #[test]
    fn a_name_and_an_integrity_say_the_same_hash() {
        let name = "module-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.wasm";
        let hash = ModuleHash::of(b"abc");
        assert_eq!(hash.file_name(), name);
        assert_eq!(hash.integrity(), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
        assert_eq!(ModuleHash::of_file_name(name), Some(hash));
        let pasted = "module-sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=.wasm";
        assert_eq!(ModuleHash::of_file_name(pasted), Some(hash));
        for other in
            ["sha256-", "sha256-ungW", "sha256-%2f", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0="]
        {
            assert_eq!(ModuleHash::of_file_name(&format!("module-{other}.wasm")), None, "{other}");
        }
    }
}
