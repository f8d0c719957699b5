// Events go out one by one by `fetch`, over a queue that Snowplow keeps in localStorage.
import { newTracker, trackSelfDescribingEvent } from "@snowplow/browser-tracker";
import { orderOf } from "./payload.js";

/* global analytics */
newTracker("bench", "https://collector.test", { appId: "bench", eventMethod: "post" });
analytics.subscribe("all_standard_events", (event) =>
  trackSelfDescribingEvent({
    event: { schema: "iglu:test.shop/order/jsonschema/1-0-0", data: orderOf(event) },
  }),
);
