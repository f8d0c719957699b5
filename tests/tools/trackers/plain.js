// What a merchant's own pixel looks like: it asks nobody, and keeps nothing.

/* global analytics, init */
analytics.subscribe("all_standard_events", ({ id, name, timestamp, context, data }) => {
  if (name !== "checkout_completed") return;
  const { checkout } = data;
  const properties = {
    currency: checkout.currencyCode,
    value: checkout.totalPrice.amount,
    content_type: "product",
    contents: checkout.lineItems.map(({ quantity, variant }) => ({
      content_id: variant.product.id,
      content_name: variant.product.title,
      quantity,
      price: variant.price.amount,
    })),
  };
  fetch("https://collector.test/", {
    method: "POST",
    keepalive: true,
    body: JSON.stringify({
      event: "Purchase",
      event_id: id,
      event_time: timestamp,
      shop: init.data.shop.myshopifyDomain,
      page: { url: context.document.location.href, referrer: context.document.referrer },
      properties,
    }),
  });
});
