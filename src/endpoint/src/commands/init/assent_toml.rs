//! `assent.toml` as `init` writes it: what was answered, and a word about each of the rest.

use super::answers::Answers;
use super::variables::{secret_variable, token_variable};

/// The store of who runs the endpoint by hand: beside the file.
pub(super) const BESIDE: &str = "sqlite:assent.db";

/// Where the proxy passes on to.
pub(super) const LISTEN: &str = "127.0.0.1:8787";

/// The admin token's variable.
pub(super) const ADMIN: &str = "ASSENT_ADMIN_TOKEN";

pub(super) fn text(answers: &Answers, store: &str) -> String {
    let Answers { shop, storefronts, pixel_code, cmp, public_url, .. } = answers;
    let token = token_variable(shop);
    let (listen, public_url, store) = (quoted(&answers.listen), quoted(public_url), quoted(store));
    let endpoint = format!(
        "#:schema ./assent.schema.json\n\
         # Assent's configuration, written by `assent init`. Every setting, with its default and an example: docs/settings.md.\n\
         # `assent check` says whether all is well.\n\
         \n\
         # Where this process listens. The proxy that ends TLS passes on to here.\n\
         listen = {listen}\n\
         # This endpoint as browsers reach it. Another host than the shop's: Shopify blocks requests to that.\n\
         public_url = {public_url}\n\
         # Where everything is kept. Back it up with `assent store backup FILE`.\n\
         store = {store}\n\
         # The name of the variable that holds the admin token: for the dashboard, /metrics and `assent forget`.\n\
         admin_token_env = \"{ADMIN}\"\n\
         # Where the proxy connects from; the shopper's address is believed from there only (docs/proxies.md).\n\
         trusted_proxies = [\"127.0.0.0/8\", \"::1/128\"]\n\
         # client_ip_header = \"cf-connecting-ip\"      # behind Cloudflare\n\
         \n\
         # [alerts]                                   # one message when a shop stops (docs/operating.md)\n\
         # url = \"https://hooks.example.com/assent\"\n\
         # [tls]                                      # to serve https without a proxy\n\
         # cert = \"cert.pem\"\n\
         # key = \"key.pem\"\n\
         \n"
    );
    let storefronts: Vec<String> = storefronts.iter().map(|host| quoted(host)).collect();
    let secrets = match &answers.webhook_secret {
        Some(_) => format!("webhook_secret_envs = [\"{}\"]", secret_variable(shop)),
        None => format!(
            "# webhook_secret_envs = [\"{}\"]   # lets orders confirm purchases: `assent webhooks` says how",
            secret_variable(shop)
        ),
    };
    let test = match &answers.test_event_code {
        Some(code) => format!("test_event_code = {}", quoted(code)),
        None => "# test_event_code = \"TEST12345\"".to_owned(),
    };
    let shop = format!(
        "[[shops]]\n\
         domain = {}\n\
         # Its public hosts, without https://.\n\
         storefronts = [{}]\n\
         # TikTok Events Manager, beside the pixel's name.\n\
         pixel_code = {}\n\
         # The name of the variable that holds TikTok's access token. The token itself stands in assent.env.\n\
         access_token_env = \"{token}\"\n\
         {secrets}\n\
         # TikTok Events Manager, Test events. Only `assent serve --test-events` and `assent check` use it.\n\
         {test}\n\
         # time_zone = \"Europe/Berlin\"               # of the report's days\n\
         # debug = true                               # the shop's pages then say in the console what was decided: ?assent_debug=1\n\
         \n\
         [shops.consent]\n\
         # Where the shop collects consent: shopify (its own banner), auto, bridge, or a tool's name (docs/consent.md).\n\
         cmp = {}\n\
         # undecided = \"shopify\"                      # while the tool's record holds no decision, Shopify's signal decides\n\
         \n\
         # [shops.purchase]\n\
         # unconfirmed = \"drop\"                       # with webhooks: a purchase without an order is not reported\n\
         # value = \"subtotal\"                         # without shipping and tips\n\
         \n\
         # [shops.events]                             # [] switches an event off\n\
         # AddToCart = [\"server\"]\n",
        quoted(shop),
        storefronts.join(", "),
        quoted(pixel_code),
        quoted(cmp),
    );
    let also = answers.also.as_ref().map_or(String::new(), |also| format!("\n{}\n", also.trim()));
    endpoint + &shop + &also
}

/// As TOML writes a text.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
