// Segment alone, without the destinations it can load. The shop's configuration, which it would
// fetch first, is handed to it here.
import { AnalyticsBrowser } from "@segment/analytics-next";
import { orderOf } from "./payload.js";

/* global analytics */
AnalyticsBrowser.load({
  writeKey: "bench",
  cdnSettings: {
    integrations: { "Segment.io": { apiKey: "bench", apiHost: "collector.test/v1" } },
  },
}).then(([segment]) =>
  analytics.subscribe("all_standard_events", (event) =>
    segment.track("Order Completed", orderOf(event)),
  ),
);
