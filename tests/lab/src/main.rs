//! `assent-lab`: the local Shopify and the local TikTok as one program.

use std::fs;
use std::io::{self, Write};
use std::net::{Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use assent_lab::certificate::{self, Certificate};
use assent_lab::hosts::Hosts;
use assent_lab::shop::{self, Shop, webhooks};
use assent_lab::tiktok::{self, Tiktok};
use assent_lab::{echo, listener};
use clap::{Parser, ValueEnum};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A local Shopify and a local TikTok. Everything listens on loopback.
#[derive(Parser, Debug)]
#[command(version)]
struct Arguments {
    /// plain: http on *.localhost, for an ordinary browser. tls: https on *.test with the strict
    /// guard, for tests.
    #[arg(long, value_enum, default_value = "plain")]
    mode: Mode,
    /// Port of shop and stand-in. Without it: plain takes the first free one from 8080, tls any.
    #[arg(long)]
    port: Option<u16>,
    /// Port of control and Events API (plain http); 0: any.
    #[arg(long, default_value_t = 0)]
    control_port: u16,
    /// The custom pixel's code, read again at each page view. Without it: the lab's sample pixel.
    #[arg(long)]
    snippet: Option<PathBuf>,
    /// The app extension's script, read again at each page view. Without it: the lab's sample.
    #[arg(long)]
    extension: Option<PathBuf>,
    /// The extension's settings: a JSON file, one flat object of texts.
    #[arg(long)]
    extension_settings: Option<PathBuf>,
    /// The access token the stand-in accepts.
    #[arg(long, default_value = "lab-token")]
    token: String,
    #[arg(long, default_value = "C4LAB0000000000000TT")]
    pixel: String,
    #[arg(long, default_value = "assent-lab.myshopify.com")]
    shop_domain: String,
    /// tls: where cert.pem and key.pem are written.
    #[arg(long, default_value = ".assent/lab")]
    cert_dir: PathBuf,
    /// A JSON file with every address, written once all of them answer.
    #[arg(long)]
    ready_file: Option<PathBuf>,
    /// tls: show the panel and the module's debug lines too, as plain does.
    #[arg(long)]
    panel: bool,
    /// Where the shop's webhooks go: the endpoint's address on loopback. Without it: nowhere.
    #[arg(long, requires = "webhook_secret")]
    webhook_url: Option<String>,
    /// What they are signed with.
    #[arg(long, requires = "webhook_url")]
    webhook_secret: Option<String>,
    /// Milliseconds from a payment to its webhooks. Shopify takes a few seconds, in which the
    /// browser's own word arrives.
    #[arg(long, default_value_t = 0)]
    webhook_delay: u64,
}

/// From a webhook that did not arrive to the next try; each later one waits twice as long.
const WEBHOOK_PAUSE: Duration = Duration::from_millis(250);

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    Plain,
    Tls,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("assent-lab: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> io::Result<()> {
    let listening = bind(&arguments).await?;
    let control = listener::loopback(arguments.control_port).await?;
    let control_url = format!("http://{}", control.local_addr()?);
    let certificate = match arguments.mode {
        Mode::Plain => None,
        Mode::Tls => Some(certificate::make(&arguments.cert_dir)?),
    };
    let port = listening[0].local_addr()?.port();
    let (shop_url, tiktok_url) = match arguments.mode {
        Mode::Plain => {
            (format!("http://shop.localhost:{port}"), format!("http://tiktok.localhost:{port}"))
        }
        Mode::Tls => (format!("https://shop.test:{port}"), format!("https://tiktok.test:{port}")),
    };
    let ready = ready(&arguments, certificate.as_ref(), &shop_url, &tiktok_url, &control_url)?;

    let tiktok = Tiktok::new(&tiktok::Options::one(&arguments.pixel, &arguments.token));
    let webhooks = webhooks(&arguments, certificate.as_ref())?;
    let shop = Shop::new(shop_options(&arguments, tiktok_url, webhooks), &tiktok);
    let hosts = hosts(arguments.mode, &shop, &tiktok, &shop_url).router();
    let control_router = tiktok::events_api_router(&tiktok)
        .merge(tiktok::control_router(&tiktok))
        .merge(shop::control_router(&shop));

    let (stop, stopped) = watch::channel(());
    for one in listening {
        let tls = certificate.as_ref().map(|certificate| certificate.acceptor.clone());
        tokio::spawn(listener::serve(one, tls, hosts.clone(), stopped.clone()));
    }
    tokio::spawn(listener::serve(control, None, control_router, stopped));
    if let Some(file) = &arguments.ready_file {
        write_whole(file, &ready.to_string())?;
    }
    writeln!(io::stdout(), "{shop_url}/")?;
    until_told().await?;
    drop(stop);
    Ok(())
}

/// Both loopback families in plain mode: a browser may try either for *.localhost.
async fn bind(arguments: &Arguments) -> io::Result<Vec<TcpListener>> {
    let first = match (arguments.port, arguments.mode) {
        (Some(port), _) => listener::loopback(port).await?,
        (None, Mode::Tls) => listener::loopback(0).await?,
        (None, Mode::Plain) => first_free(8080).await?,
    };
    let port = first.local_addr()?.port();
    let second = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await;
    // A machine without IPv6 does not need the second.
    Ok(std::iter::once(first).chain(second.ok()).collect())
}

async fn first_free(from: u16) -> io::Result<TcpListener> {
    let mut last = None;
    for port in from..from + 100 {
        match listener::loopback(port).await {
            Ok(listener) => return Ok(listener),
            Err(error) => last = Some(error),
        }
    }
    Err(last.expect("a hundred ports were tried"))
}

/// In tls mode the endpoint has the lab's own certificate.
fn webhooks(
    arguments: &Arguments,
    certificate: Option<&Certificate>,
) -> io::Result<Option<webhooks::Sender>> {
    let (Some(url), Some(secret)) = (&arguments.webhook_url, &arguments.webhook_secret) else {
        return Ok(None);
    };
    let certificate = certificate.map(|made| made.cert_file.as_path());
    let delay = Duration::from_millis(arguments.webhook_delay);
    webhooks::Sender::new(url, secret, certificate, webhooks::Times { delay, pause: WEBHOOK_PAUSE })
        .map(Some)
}

fn shop_options(
    arguments: &Arguments,
    tiktok_url: String,
    webhooks: Option<webhooks::Sender>,
) -> shop::Options {
    let plain = arguments.mode == Mode::Plain;
    shop::Options {
        snippet: arguments.snippet.clone(),
        extension: arguments.extension.clone(),
        extension_settings: arguments.extension_settings.clone(),
        shop_domain: arguments.shop_domain.clone(),
        pixel_code: arguments.pixel.clone(),
        tiktok_url,
        plain,
        debug: plain || arguments.panel,
        panel: plain || arguments.panel,
        webhooks,
    }
}

fn hosts(mode: Mode, shop: &Shop, tiktok: &Tiktok, shop_url: &str) -> Hosts {
    let (shop_name, tiktok_name) = match mode {
        Mode::Plain => ("shop.localhost", "tiktok.localhost"),
        Mode::Tls => (certificate::HOSTS[0], certificate::HOSTS[1]),
    };
    Hosts {
        shop_name: shop_name.to_owned(),
        shop: shop::router(shop),
        tiktok_name: tiktok_name.to_owned(),
        tiktok: tiktok::pixel_router(tiktok).merge(echo::router()),
        shop_url: format!("{shop_url}/"),
    }
}

fn ready(
    arguments: &Arguments,
    certificate: Option<&Certificate>,
    shop_url: &str,
    tiktok_url: &str,
    control_url: &str,
) -> io::Result<Value> {
    let absolute = |file: &PathBuf| fs::canonicalize(file);
    Ok(json!({
        "mode": match arguments.mode { Mode::Plain => "plain", Mode::Tls => "tls" },
        "shop_url": shop_url,
        "tiktok_url": tiktok_url,
        "pixel_script_url": format!("{tiktok_url}/i18n/pixel/events.js"),
        "control_url": control_url,
        "events_api_url": control_url,
        "shop_domain": arguments.shop_domain,
        "pixel_code": arguments.pixel,
        "cert_file": certificate.map(|made| absolute(&made.cert_file)).transpose()?,
        "key_file": certificate.map(|made| absolute(&made.key_file)).transpose()?,
        "pid": std::process::id(),
    }))
}

/// Whoever waits for the file must never read half of it.
fn write_whole(file: &Path, text: &str) -> io::Result<()> {
    let part = file.with_extension("part");
    fs::write(&part, text)?;
    fs::rename(part, file)
}

#[cfg(unix)]
async fn until_told() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}

#[cfg(not(unix))]
async fn until_told() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
