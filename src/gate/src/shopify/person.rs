//! Who: the contacts of a checkout, or of the customer who is logged in.

use crate::event::Person;
use crate::node::Node;
use crate::text::Text;

/// The buyer's own (billing) address goes before the one the parcel is sent to; an address is taken
/// whole, never mixed.
pub(super) fn of_checkout<N: Node>(checkout: &N) -> Person {
    let address = |name: &str| checkout.get(name).filter(has_content);
    let billing = address("billingAddress");
    let shipping = address("shippingAddress");
    let best = billing.as_ref().or(shipping.as_ref());
    let field = |name: &str| best.and_then(|address| address.text_at(name));
    let country = field("countryCode");
    let (phone, phone_country) =
        phone(checkout, [billing.as_ref(), shipping.as_ref()], country.clone());
    Person {
        email: checkout.text_at("email"),
        phone,
        phone_country,
        first_name: field("firstName"),
        last_name: field("lastName"),
        zip_code: field("zip"),
        city: field("city"),
        state: field("provinceCode").or_else(|| field("province")),
        country: country.or_else(|| checkout.text_at("localization.country.isoCode")),
    }
}

/// The checkout's own phone, else an address's, which is read with that address's country. Never
/// with the market's: who shops in a market need not have a phone there.
fn phone<N: Node>(
    checkout: &N,
    addresses: [Option<&N>; 2],
    country: Option<Text>,
) -> (Option<Text>, Option<Text>) {
    if let Some(own) = checkout.text_at("phone") {
        return (Some(own), country);
    }
    for address in addresses.into_iter().flatten() {
        if let Some(own) = address.text_at("phone") {
            return (Some(own), address.text_at("countryCode").or(country));
        }
    }
    (checkout.text_at("smsMarketingPhone"), country)
}

fn has_content<N: Node>(address: &N) -> bool {
    ["countryCode", "firstName", "lastName", "zip", "city", "phone"]
        .iter()
        .any(|name| address.text_at(name).is_some())
}

/// `init.data.customer`.
pub(super) fn of_customer<N: Node>(customer: &N) -> Person {
    Person {
        email: customer.text_at("email"),
        phone: customer.text_at("phone"),
        first_name: customer.text_at("firstName"),
        last_name: customer.text_at("lastName"),
        ..Person::default()
    }
}
