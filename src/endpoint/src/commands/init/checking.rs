//! Whether the answers are ones that the configuration takes, and whether they are complete.

use std::path::{Path, PathBuf};

use super::answers::{Answers, Given};
use super::assent_toml;
use super::proxy::Proxy;
use super::variables::{secret_variable, token_variable};
use crate::config::{Config, Secrets};
use crate::secret::Secret;

impl Given {
    /// What is wrong with what has been answered, by the configuration's own parsers: they read the
    /// file that would be written, in which a value that is missing has a good one's place.
    pub(super) fn faults(&self) -> Vec<String> {
        let or = |given: &Option<String>, good: &str| given.clone().unwrap_or(good.to_owned());
        let candidate = Answers {
            shop: or(&self.shop, "acme.myshopify.com"),
            storefronts: self.storefronts.clone().unwrap_or_default(),
            pixel_code: or(&self.pixel_code, "C4EXAMPLE0000000000"),
            cmp: or(&self.cmp, "shopify"),
            public_url: or(&self.public_url, "https://assent.invalid"),
            test_event_code: self.test_event_code.clone(),
            token: self.token.clone().unwrap_or_else(placeholder),
            webhook_secret: self.webhook_secret.clone(),
            proxy: self.proxy.unwrap_or(Proxy::None),
            dir: PathBuf::new(),
            listen: or(&self.listen, assent_toml::LISTEN),
            also: self.also.clone(),
        };
        let text = assent_toml::text(&candidate, assent_toml::BESIDE);
        let read = Config::parse(&text, Path::new(""), Secrets::NotNeeded, &|_| None);
        let of_file = read.err().unwrap_or_default().into_iter().map(|fault| fault.what);
        let of_secrets =
            [("TikTok's token", &self.token), ("the webhook secret", &self.webhook_secret)];
        let of_secrets = of_secrets.into_iter().filter_map(|(name, secret)| {
            let is_odd = secret.as_ref().is_some_and(|secret| !fits_a_line(secret));
            is_odd
                .then(|| format!("{name}: one line of signs without spaces or quotes is expected"))
        });
        of_file.chain(of_secrets).collect()
    }

    /// With what the environment has; `Err` names every flag that is missing and every fault.
    pub(super) fn complete(mut self) -> Result<Answers, String> {
        self.take_from_environment();
        let missing: Vec<&str> = [
            (self.shop.is_none(), "--shop DOMAIN"),
            (self.pixel_code.is_none(), "--pixel-code CODE"),
            (self.cmp.is_none(), "--cmp NAME (or --cookies S)"),
            (self.public_url.is_none(), "--public-url URL"),
            (self.token.is_none(), "--token-stdin (or set the token's environment variable)"),
        ]
        .into_iter()
        .filter_map(|(is_missing, flag)| is_missing.then_some(flag))
        .collect();
        let mut said = self.faults();
        if !missing.is_empty() {
            said.insert(
                0,
                format!(
                    "nobody can be asked without a terminal; please add {}",
                    missing.join(", ")
                ),
            );
        }
        if !said.is_empty() {
            return Err(said.join("\n  - "));
        }
        let there = "what is missing has been named";
        Ok(Answers {
            shop: self.shop.expect(there).trim().trim_end_matches('/').to_ascii_lowercase(),
            storefronts: self.storefronts.unwrap_or_default(),
            pixel_code: self.pixel_code.expect(there),
            cmp: self.cmp.expect(there),
            public_url: self.public_url.expect(there).trim_end_matches('/').to_owned(),
            test_event_code: self.test_event_code,
            token: self.token.expect(there),
            webhook_secret: self.webhook_secret,
            proxy: self.proxy.unwrap_or(Proxy::None),
            dir: self.dir.unwrap_or_else(|| PathBuf::from(".")),
            listen: self.listen.unwrap_or_else(|| assent_toml::LISTEN.to_owned()),
            also: self.also,
        })
    }

    /// Secrets whose variables are set already.
    fn take_from_environment(&mut self) {
        let Some(shop) = &self.shop else { return };
        let set = |name: String| std::env::var(name).ok().and_then(|value| Secret::new(&value));
        self.token = self.token.take().or_else(|| set(token_variable(shop)));
        self.webhook_secret = self.webhook_secret.take().or_else(|| set(secret_variable(shop)));
    }
}

fn placeholder() -> Secret {
    Secret::new("x").expect("it is not empty")
}

/// As an environment file takes it in every reader's rules: systemd's, Docker's and a shell's.
fn fits_a_line(secret: &Secret) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.+/=:~,@%".contains(&b);
    secret.expose().bytes().all(plain)
}
