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
    let (assent, config) = (program(placement), config.display());
    let shop = &answers.shop;
    let copy = format!("{assent} snippet --shop {shop} --copy --config {config}");
    let watch = vec![
        format!("{assent} check --wait --shop {shop} --config {config}"),
        "Open your shop, accept cookies and add something to the cart.".to_owned(),
        live(answers, placement),
    ];
    vec![
        Step { what: "Start it", how: start(answers, placement) },
        Step { what: "Paste the pixel", how: [vec![copy], paste()].concat() },
        Step { what: "Watch the first event arrive", how: watch },
    ]
}

/// What is left to do where `--start` starts it and copies the pixel.
pub(super) fn beside_the_server(answers: &Answers, placement: &Placement) -> Vec<Step> {
    let watch = vec![
        "Open your shop, accept cookies and add something to the cart: the log below says when TikTok took the first event.".to_owned(),
        live(answers, placement),
    ];
    vec![
        Step { what: "Let browsers reach it", how: way_in(answers, placement) },
        Step {
            what: "Paste the pixel, which is in the clipboard as soon as it listens",
            how: paste(),
        },
        Step { what: "Watch the first event arrive", how: watch },
    ]
}

/// As it can be called where this was typed; a service's is installed by the first step.
fn program(placement: &Placement) -> String {
    match placement {
        Placement::System(_) => "assent".to_owned(),
        Placement::Own(_) => called(),
    }
}

fn called() -> String {
    std::env::args().next().unwrap_or_else(|| "assent".to_owned())
}

fn paste() -> Vec<String> {
    [
        "Shopify admin > Settings > Customer events > Add custom pixel. Name it Assent > Add pixel.",
        "Delete the sample code in \"Code\", and paste.",
        "Permission: Not required. (Assent asks for consent itself, for every event.)",
        "Data sale: Data collected qualifies as data sale. (If you do not sell to the United States, what stands there may stay.)",
        "Save > Connect, and confirm where it asks.",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn start(answers: &Answers, placement: &Placement) -> Vec<String> {
    let folder = placement.folder().display();
    let mut how = match placement {
        Placement::System(_) => vec![
            format!(
                "Put the program into /usr/local/bin, if it is not there: sudo install -m 755 {} /usr/local/bin/assent",
                called()
            ),
            format!(
                "sudo cp {folder}/assent.service /etc/systemd/system/ && sudo systemctl daemon-reload"
            ),
            "sudo systemctl enable --now assent".to_owned(),
        ],
        Placement::Own(_) => vec![format!(
            "{} serve{} --config {folder}/assent.toml",
            program(placement),
            if answers.test_event_code.is_some() { " --test-events" } else { "" }
        )],
    };
    how.extend(way_in(answers, placement));
    how
}

fn way_in(answers: &Answers, placement: &Placement) -> Vec<String> {
    let folder = placement.folder().display();
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
    vec![proxy, format!("From another machine: curl {}/readyz says ready.", answers.public_url)]
}

fn live(answers: &Answers, placement: &Placement) -> String {
    let folder = placement.folder().display();
    match (&answers.test_event_code, placement) {
        (Some(_), Placement::System(_)) => format!(
            "It tests, and nothing counts yet. To go live: empty ASSENT_SERVE in {folder}/assent.env and start it again."
        ),
        (Some(_), Placement::Own(_)) => "It tests, and nothing counts yet. To go live: end it, and start it again without --test-events \
             (as a service: empty ASSENT_SERVE in assent.env)."
            .to_owned(),
        (None, Placement::System(_) | Placement::Own(_)) => "It is live: what arrives counts.".to_owned(),
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
