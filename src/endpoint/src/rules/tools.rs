//! Consent tools as they write themselves; the contract's slugs are for programs.

/// The slug itself where it has no other name.
pub fn name_of(slug: &str) -> &str {
    NAMES.iter().find(|(known, _)| *known == slug).map_or(slug, |(_, name)| name)
}

const NAMES: [(&str, &str); 41] = [
    ("avada", "Avada"),
    ("axeptio", "Axeptio"),
    ("bridge", "the bridge"),
    ("c15t", "c15t"),
    ("civic", "Civic Cookie Control"),
    ("commanders-act", "Commanders Act"),
    ("complianz", "Complianz"),
    ("consentik", "Consentik"),
    ("consentmanager", "consentmanager.net"),
    ("consentmo", "Consentmo"),
    ("cookie-information", "Cookie Information"),
    ("cookie-script", "CookieScript"),
    ("cookiebot", "Cookiebot"),
    ("cookiefirst", "CookieFirst"),
    ("cookiehub", "CookieHub"),
    ("cookieyes", "CookieYes"),
    ("didomi", "Didomi"),
    ("enzuzo", "Enzuzo"),
    ("fides", "Fides"),
    ("google-ac", "Google's Additional Consent"),
    ("gpc", "Global Privacy Control"),
    ("gpp", "GPP"),
    ("iubenda", "iubenda"),
    ("ketch", "Ketch"),
    ("klaro", "Klaro"),
    ("onetrust", "OneTrust"),
    ("osano", "Osano"),
    ("pandectes", "Pandectes"),
    ("secure-privacy", "Secure Privacy"),
    ("securiti", "Securiti"),
    ("shopify", "Shopify's banner"),
    ("sourcepoint", "Sourcepoint"),
    ("tarteaucitron", "tarteaucitron"),
    ("tcf", "a TCF tool"),
    ("tealium", "Tealium"),
    ("termly", "Termly"),
    ("transcend", "Transcend"),
    ("trustarc", "TrustArc"),
    ("usercentrics", "Usercentrics"),
    ("usp", "US Privacy"),
    ("vanilla-cookieconsent", "vanilla-cookieconsent"),
];

#[cfg(test)]
mod tests {
    use assent_gate::consent::Source;

    use super::*;

    #[test]
    fn every_tool_that_a_shop_can_name_has_a_name() {
        for slug in Source::CMPS {
            assert!(NAMES.iter().any(|(known, _)| *known == slug), "{slug}");
        }
        assert_eq!(name_of("newer-than-this"), "newer-than-this");
    }
}
