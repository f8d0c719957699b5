use clap::ValueEnum;

/// What stands before the endpoint: the words of `--proxy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Proxy {
    Caddy,
    Nginx,
    None,
}
