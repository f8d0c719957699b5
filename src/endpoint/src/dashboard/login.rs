//! The form that takes the admin token.

use maud::{Markup, html};

use super::frame::head;

/// Why the form is shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Complaint {
    WrongToken,
    TooOften,
    /// The form came from another page than ours, or is an old one.
    OtherOrigin,
    SignedOut,
}

impl Complaint {
    fn sentence(self) -> &'static str {
        match self {
            Self::WrongToken => {
                "That is not the admin token. It stands in the environment variable that \
                 admin_token_env names in assent.toml."
            }
            Self::TooOften => {
                "Too many wrong tokens came from your address. None is looked at for a while; try \
                 again in half a minute."
            }
            Self::OtherOrigin => {
                "That form was not sent by this page, or it is an old one. Please enter the token \
                 again."
            }
            Self::SignedOut => "You are signed out.",
        }
    }
}

/// `to`: the path that was asked for. `form_token` stands in a cookie too.
pub(crate) fn page(to: &str, form_token: &str, complaint: Option<Complaint>) -> Markup {
    html! {
        (head("Sign in", &[]))
        body.login {
            main {
                h1 { "Assent" }
                @if let Some(complaint) = complaint {
                    p.complaint #complaint role="alert" { (complaint.sentence()) }
                }
                form method="post" action="/admin/login" {
                    input type="hidden" name="form_token" value=(form_token);
                    input type="hidden" name="to" value=(to);
                    label for="token" { "Admin token" }
                    input #token type="password" name="token" required autofocus autocomplete="current-password"
                        aria-describedby=[complaint.map(|_| "complaint")];
                    button { "Sign in" }
                }
                p.soft {
                    "The token of " code { "admin_token_env" } ". After half an hour without a page you are signed out."
                }
            }
        }
    }
}
