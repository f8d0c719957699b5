use serde::Serialize;

/// What the machine must lend.
pub trait Host {
    /// From a cryptographic source; `None` where it has none.
    fn random(&mut self) -> Option<[u8; 16]>;
    /// Unicode's compatible form (NFKC), then its lower case.
    fn fold(&self, text: &str) -> String;
    /// JSON text, one line.
    fn json<T: Serialize>(&self, value: &T) -> Option<String>;
}
