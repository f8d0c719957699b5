// The page of the replica's own check: sets the stage, loads the checking pixels, shows their
// reports. For tests: `lab.selfcheckReport` = {ok, report: [{sandbox, name, ok, wanted, got}]} when
// both are done.
function startSelfcheck() {
  if (location.search !== "?ttclid=E.C.P.lab" || location.hash !== "#part") {
    location.replace("/lab/selfcheck?ttclid=E.C.P.lab#part");
    return;
  }
  document.title = "Selfcheck";
  writeCookie("lab_before", "1", 600);
  writeCookie("lab_coded", "a%20b", 600);
  localStorage.setItem("lab.before", "kept");
  localStorage.setItem("lab.empty", "");
  var reports = {};
  window.addEventListener("message", (event) => {
    if (event.data?.lab !== "selfcheck") return;
    reports[event.data.sandbox] = event.data.report;
    if (event.data.sandbox === "lax")
      reports.lax.push(
        checked("postMessage origin seen by the page", "null", event.origin),
        checked(
          "sandbox attribute",
          "allow-scripts allow-forms",
          document.querySelector("iframe").getAttribute("sandbox"),
        ),
      );
    if (reports.lax && reports.strict) showReport(reports);
  });
  var publish = startPixels(["custom", "app"]);
  publish("page_viewed", {});
  Shopify.analytics.publish("lab_first", { a: 1 });
  Shopify.analytics.publish("lab_second", {});
  Shopify.customerPrivacy.setTrackingConsent({
    analytics: true,
    marketing: true,
    preferences: true,
    sale_of_data: true,
  });
}

function checked(name, wanted, got) {
  return { name: name, ok: got === wanted, wanted: wanted, got: got };
}

function showReport(reports) {
  var all = Object.entries(reports).flatMap((pair) =>
    pair[1].map((check) => Object.assign({ sandbox: pair[0] }, check)),
  );
  lab.selfcheckReport = { ok: all.every((check) => check.ok), report: all };
  document
    .getElementById("shop")
    .replaceChildren(
      el(
        "main",
        {},
        el("h1", {}, lab.selfcheckReport.ok ? "The replica holds" : "The replica is wrong"),
        el("pre", { id: "report" }, JSON.stringify(lab.selfcheckReport, null, 1)),
      ),
    );
}
