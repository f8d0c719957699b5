// What frame and worker share: where a pixel registers itself, and the one method that the page may
// call (docs/facts/shopify.md#messages).
var registered = [];
var initialized = false;

function extend(point, callback) {
  if (point !== "WebPixel::Render") throw new Error("Invalid Extension Point");
  registered.push(callback);
}

// `lend(given)` gives the pixel what its own kind of sandbox has, before it runs.
function initializeOnce(given, lend) {
  if (initialized)
    throw namedError("SandboxAlreadyInitializedError", "Sandbox already initialized.");
  initialized = true;
  var api = given.webPixelApi;
  lend(given);
  var done = registered.map((callback) => callback.call(api, api));
  return Promise.all(done).then(() => ({
    status: "success",
    hashVersion: lab.hash,
    sandboxUrl: location.href,
  }));
}

// Debug lines of the module travel to the page's panel (`lab.debug`); nothing else of the console
// does.
function forwardConsole(post) {
  ["debug", "log", "info", "warn", "error"].forEach((level) => {
    var native = console[level];
    console[level] = (first, ...more) => {
      native.call(console, first, ...more);
      if (typeof first !== "string" || first.indexOf("[assent]") !== 0) return;
      try {
        post({
          lab: "debug",
          level: level,
          line: first,
          details: JSON.parse(JSON.stringify(more)),
        });
      } catch (odd) {
        /* not data */
      }
    };
  });
}

// What the module sends to the endpoint travels there too, and how it was answered: the stand-in for
// TikTok shows only what reaches TikTok.
function forwardRequests(post) {
  var guarded = self.fetch;
  var [page, count] = [Date.now(), 0];
  self.fetch = function fetch(input, options) {
    var answer = guarded.call(self, input, options);
    if (typeof input === "string" && typeof options?.body === "string") {
      const request = `s${page}.${count++}`;
      post({ lab: "request", request: request, url: input, body: options.body });
      answer.then(
        (reply) => post({ lab: "answer", request: request, status: reply.status }),
        () => post({ lab: "answer", request: request, status: 0 }),
      );
    }
    return answer;
  };
}
