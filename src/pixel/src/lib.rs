//! Shell 1.
