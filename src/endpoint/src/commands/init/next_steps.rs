//! What is to be done next, click by click.

use serde::Serialize;

use super::answers::Answers;
use super::pieces::Placement;
use super::proxy::Proxy;

/// A heading and the lines below it.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    what: &'static str,
    how: Vec<String>,
}

pub(super) fn of(answers: &Answers, placement: &Placement) -> Vec<Step> {
    let config = placement.folder().join("assent.toml");
    let config = config.display();
    let shop = &answers.shop;
    let paste = vec![
        format!("assent snippet --shop {shop} --copy --config {config}"),
        "Shopify admin > Settings > Customer events > Add custom pixel. Name it Assent > Add pixel.".to_owned(),
        "Delete the sample code in \"Code\", and paste.".to_owned(),
        "Permission: Not required. (Assent asks for consent itself, for every event.)".to_owned(),
        "Data sale: Data collected qualifies as data sale.".to_owned(),
        "Save > Connect, and confirm.".to_owned(),
    ];
    let watch = vec![
        format!("assent check --wait --shop {shop} --config {config}"),
        "Open your shop, accept cookies and add something to the cart.".to_owned(),
        live(answers, placement),
    ];
    vec![
        Step { what: "Start it", how: start(answers, placement) },
        Step { what: "Paste the pixel", how: paste },
        Step { what: "Watch the first event arrive", how: watch },
    ]
}

fn start(answers: &Answers, placement: &Placement) -> Vec<String> {
    let folder = placement.folder().display();
    let mut how = match placement {
        Placement::System(_) => vec![
            "Put the program into /usr/local/bin, if it is not there: sudo install -m 755 assent /usr/local/bin/".to_owned(),
            format!("sudo cp {folder}/assent.service /etc/systemd/system/ && sudo systemctl daemon-reload"),
            "sudo systemctl enable --now assent".to_owned(),
        ],
        Placement::Own(_) => vec![format!(
            "set -a; . {folder}/assent.env; set +a; assent serve --config {folder}/assent.toml $ASSENT_SERVE"
        )],
    };
    let proxy = match answers.proxy {
        Proxy::Caddy => {
            format!("Put {folder}/Caddyfile into /etc/caddy/Caddyfile: sudo systemctl reload caddy")
        }
        Proxy::Nginx => format!(
            "Put {folder}/assent.nginx.conf into /etc/nginx/conf.d/, with a certificate: sudo systemctl reload nginx"
        ),
        Proxy::None => {
            "Something must end TLS: a proxy of yours, or [tls] in assent.toml.".to_owned()
        }
    };
    how.push(proxy);
    how.push(format!("From another machine: curl {}/readyz says ready.", answers.public_url));
    how
}

fn live(answers: &Answers, placement: &Placement) -> String {
    let folder = placement.folder().display();
    match answers.test_event_code {
        Some(_) => format!(
            "It tests, and nothing counts yet. To go live: empty ASSENT_SERVE in {folder}/assent.env and start it again."
        ),
        None => "It is live: what arrives counts.".to_owned(),
    }
}

pub(super) fn in_words(steps: &[Step]) -> String {
    let mut text = String::new();
    for (n, Step { what, how }) in steps.iter().enumerate() {
        text.push_str(&format!("{}{}. {what}\n", if n == 0 { "" } else { "\n" }, n + 1));
        how.iter().for_each(|line| text.push_str(&format!("   {line}\n")));
    }
    text
}
