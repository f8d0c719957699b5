// The collector with one destination, which sends by web-core's own `fetch`: the registry has no
// ready one for the web.
import { startFlow } from "@walkeros/collector";
import { sendWebAsFetch } from "@walkeros/web-core";
import { orderOf } from "./payload.js";

/* global analytics */
const api = {
  type: "api",
  config: {},
  push: (event) => void sendWebAsFetch("https://collector.test/", event),
};
startFlow({ run: true, destinations: { api: { code: api } } }).then(({ elb }) =>
  analytics.subscribe("all_standard_events", (event) => elb("order complete", orderOf(event))),
);
