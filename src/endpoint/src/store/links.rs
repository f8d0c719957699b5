//! What rows hang on, and by what a withdrawal, an erasure or an order finds them.

use std::fmt;

use assent_gate::hex::Anchor;

/// One thing that rows hang on, in 16 bytes: half the anchor of a checkout or cart, or half the HMAC
/// (`pseudonym_key.rs`) of a visitor, an order's number, an e-mail address or a phone number. All
/// are spread evenly, so no two things share one, whatever they are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Link([u8; Link::BYTES]);

impl Link {
    pub(super) const BYTES: usize = 16;

    pub(super) fn new(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    pub(super) fn of_anchor(anchor: &Anchor) -> Self {
        Self::of_hex(anchor.as_str()).expect("an anchor is 64 hex characters")
    }

    /// As text: for a list of them in one column, and for people.
    pub(super) fn to_hex(self) -> String {
        use fmt::Write as _;
        self.0.iter().fold(String::with_capacity(2 * Self::BYTES), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes what is written");
            hex
        })
    }

    /// What [`Link::to_hex`] wrote, or the first half of an anchor's text.
    pub(super) fn of_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::BYTES];
        for (n, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * n..2 * n + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

/// It finds a person's rows: never printed.
impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link(…)")
    }
}

/// What a receipt, a context, an event or an order hangs on.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Links {
    pub(super) checkout: Option<Link>,
    pub(super) cart: Option<Link>,
    pub(super) visitor: Option<Link>,
    /// By what Shopify names the customer: the order's number, the e-mail address, the phone number.
    pub(super) customer: Vec<Link>,
}

impl Links {
    pub(super) fn all(&self) -> impl Iterator<Item = Link> {
        let named = [self.checkout, self.cart, self.visitor].into_iter().flatten();
        named.chain(self.customer.iter().copied())
    }

    pub(super) fn anchors(&self) -> impl Iterator<Item = Link> {
        [self.checkout, self.cart].into_iter().flatten()
    }

    /// With these customers besides.
    pub(super) fn and_customer(mut self, more: impl IntoIterator<Item = Link>) -> Self {
        self.customer.extend(more);
        self.customer.sort_unstable();
        self.customer.dedup();
        self
    }
}

/// A row, by its number in its table, and what it hangs on.
#[derive(Debug)]
pub(super) struct Linked {
    pub(super) id: i64,
    pub(super) links: Links,
}

/// The tables whose rows hang on something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Event,
    Receipt,
    Context,
    Order,
}

impl Kind {
    pub(super) const ALL: &[Self] = &[Self::Event, Self::Receipt, Self::Context, Self::Order];
}
