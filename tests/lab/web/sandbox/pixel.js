// What frame and worker share: where a pixel registers itself, and the one method that the page may call
// (docs/facts/shopify.md#messages).
var registered = [];
var initialized = false;

function extend(point, callback) {
  if (point !== 'WebPixel::Render') throw new Error('Invalid Extension Point');
  registered.push(callback);
}

// `lend(given)` gives the pixel what its own kind of sandbox has, before it runs.
function initializeOnce(given, lend) {
  if (initialized) throw namedError('SandboxAlreadyInitializedError', 'Sandbox already initialized.');
  initialized = true;
  var api = given.webPixelApi;
  lend(given);
  var done = registered.map(function (callback) { return callback.call(api, api); });
  return Promise.all(done).then(function () {
    return { status: 'success', hashVersion: lab.hash, sandboxUrl: location.href };
  });
}

// Debug lines of the module travel to the page's panel (`lab.debug`); nothing else of the console does.
function forwardConsole(post) {
  ['debug', 'log', 'info', 'warn', 'error'].forEach(function (level) {
    var native = console[level];
    console[level] = function (first) {
      native.apply(console, arguments);
      if (typeof first !== 'string' || first.indexOf('[assent]') !== 0) return;
      var more = Array.prototype.slice.call(arguments, 1);
      try {
        post({ lab: 'debug', level: level, line: first, details: JSON.parse(JSON.stringify(more)) });
      } catch (odd) { /* not data */ }
    };
  });
}
