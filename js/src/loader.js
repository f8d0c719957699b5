// Assent, hosted: the code itself comes from your endpoint. What that costs: docs/hosted.md
import(ASSENT_MODULE)
  .catch((error) => {
    throw new Error(`${ASSENT_MODULE} did not load (${error.message}). Open this address: it shows the code, or what is wrong`);
  })
  .then(({ start }) => start({ analytics, browser, init, customerPrivacy: api.customerPrivacy, settings: ASSENT, kind: "custom" }))
  .catch((error) => console.warn(`[assent] nothing is sent: ${error.message}`));
