import { jitsuAnalytics } from "@jitsu/js";
import { orderOf } from "./payload.js";

/* global analytics */
const jitsu = jitsuAnalytics({ host: "https://collector.test", writeKey: "bench:bench" });
analytics.subscribe("all_standard_events", (event) =>
  jitsu.track("Order Completed", orderOf(event)),
);
