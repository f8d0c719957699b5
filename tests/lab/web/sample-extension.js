// A small app pixel of the lab's own, loaded where no --extension is given: it says what reaches
// it, and sends nothing.
shopify.extend("WebPixel::Render", (api) => {
  api.analytics.subscribe("all_standard_events", (event) => {
    console.debug("[assent] sample extension", {
      event: event.name,
      done: "heard by the app extension, which sends nothing",
    });
  });
});
