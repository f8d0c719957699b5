// The checkout as each tracker's own hand-written pixel would hand it on: what it bought and for
// how much. Nothing personal, since none of them hashes it.

/** @param {object} event Shopify's `checkout_completed` */
export function orderOf({ id, data: { checkout } }) {
  return {
    event_id: id,
    order_id: checkout.order.id,
    currency: checkout.currencyCode,
    value: checkout.totalPrice.amount,
    products: checkout.lineItems.map(({ quantity, variant }) => ({
      product_id: variant.product.id,
      sku: variant.sku,
      name: variant.product.title,
      price: variant.price.amount,
      quantity,
    })),
  };
}
