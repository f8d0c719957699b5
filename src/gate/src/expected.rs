//! What a text should have been. Each type that is read from text has its own error, a unit struct:
//! it costs the module nothing, and on the endpoint it says in one sentence what to write instead.

/// Declares such errors: `pub Name: "sentence";`.
macro_rules! expected {
    ($($(#[$about:meta])* $visibility:vis $name:ident: $sentence:literal;)+) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $visibility struct $name;

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($sentence)
            }
        }

        impl std::error::Error for $name {}
    )+};
}

pub(crate) use expected;
