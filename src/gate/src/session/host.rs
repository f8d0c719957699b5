use serde::Serialize;

/// What the machine must lend.
pub trait Host {
    /// From a cryptographic source; `None` where it has none.
    fn random(&mut self) -> Option<[u8; 16]>;
    /// Unicode's lower case.
    fn lower(&self, text: &str) -> String;
    /// JSON text, one line.
    fn json<T: Serialize>(&self, value: &T) -> Option<String>;
}
