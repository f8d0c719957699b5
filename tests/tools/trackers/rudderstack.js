// The smallest of its forms that has everything inside. The shop's configuration, which it would
// fetch first, is handed to it here.
import { RudderAnalytics } from "@rudderstack/analytics-js/lite";
import { orderOf } from "./payload.js";

/* global analytics */
const rudder = new RudderAnalytics();
rudder.load("bench", "https://collector.test", {
  getSourceConfig: () => ({
    source: {
      id: "bench",
      name: "bench",
      writeKey: "bench",
      workspaceId: "bench",
      enabled: true,
      connections: [],
      destinations: [],
      config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
      updatedAt: "2026-01-01T00:00:00.000Z",
    },
  }),
  onLoaded: () =>
    analytics.subscribe("all_standard_events", (event) =>
      rudder.track("Order Completed", orderOf(event)),
    ),
});
