//! A shop in this process, with its control beside it on the same host.

#![allow(dead_code)] // each test file uses a part of it

use assent_lab::shop::{Options, Shop, control_router, router};
use assent_lab::tiktok::{self, Tiktok};
use assent_lab::{hosts::Hosts, listener};
use tokio::sync::watch;

use super::client::{Reply, try_request};

pub(crate) struct Lab {
    base: String,
    _stop: watch::Sender<()>,
}

impl Lab {
    pub(crate) async fn start(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options {
            snippet: None,
            extension: None,
            extension_settings: None,
            shop_domain: "assent-lab.myshopify.com".to_owned(),
            pixel_code: "C4LAB".to_owned(),
            tiktok_url: "http://tiktok.localhost:1".to_owned(),
            plain: true,
            debug: false,
            panel: false,
            webhooks: None,
        };
        change(&mut options);
        let tiktok = Tiktok::new(&tiktok::Options::one("C4LAB", "token"));
        let shop = Shop::new(options, &tiktok);
        let hosts = Hosts {
            shop_name: "shop.localhost".to_owned(),
            shop: router(&shop).merge(control_router(&shop)),
            tiktok_name: "tiktok.localhost".to_owned(),
            tiktok: tiktok::pixel_router(&tiktok),
            shop_url: "http://shop.localhost:1/".to_owned(),
        };
        let (stop, stopped) = watch::channel(());
        let listener = listener::loopback(0).await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        tokio::spawn(listener::serve(listener, None, hosts.router(), stopped));
        Self { base, _stop: stop }
    }

    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        host: &str,
        more: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let headers: Vec<_> = [("Host", host)].into_iter().chain(more.iter().copied()).collect();
        tokio::task::block_in_place(|| try_request(&self.base, method, path, &headers, body))
            .expect("an answer")
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, "shop.localhost:1", &[], "")
    }
}
