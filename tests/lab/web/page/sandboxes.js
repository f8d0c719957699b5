// The page's end of the two sandboxes (docs/facts/shopify.md#the-frame, docs/facts/shopify.md#the-worker and
// docs/facts/shopify.md#messages): each opens one and gives the RPC to it.
var READY_WITHIN_MS = 10000;

function frameUrl(pixel) {
  var path = /\.(js|json|xml)$/.test(location.pathname) ? '' : location.pathname;
  return '/web-pixels@' + lab.hash + '/custom/web-pixel-' + pixel.id + '@' + pixel.scriptVersion + '/sandbox/modern' + path + withDebug(location.search);
}

function createFrame(pixel) {
  var container = document.getElementById('web-pixels-manager-sandbox-container');
  if (!container) {
    container = document.createElement('div');
    container.id = 'web-pixels-manager-sandbox-container';
    container.setAttribute('aria-hidden', 'true');
    container.setAttribute('data-shopify-privacy', 'exclude');
    container.style.cssText = 'width:0;height:0;position:fixed;visibility:hidden;overflow:hidden;z-index:-100;margin:0;padding:0;border:0';
    document.body.appendChild(container);
  }
  var frame = document.createElement('iframe');
  frame.id = frame.name = 'web-pixel-sandbox-CUSTOM-' + pixel.id + '-LAX-' + lab.hash;
  frame.setAttribute('sandbox', 'allow-scripts allow-forms');
  frame.tabIndex = -1;
  frame.setAttribute('aria-hidden', 'true');
  frame.src = frameUrl(pixel);
  container.appendChild(frame);
  return frame;
}

function openFrame(pixel, failed) {
  var frame = createFrame(pixel);
  return new Promise(function (resolve) {
    var rpc = createRpc(function (message) { frame.contentWindow.postMessage(message, '*'); }, {});
    window.addEventListener('message', function (event) {
      if (event.source !== frame.contentWindow) return;
      if (event.data !== READY) { rpc.receive(event.data); return; }
      lab.frameOrigin = event.origin;
      resolve(rpc);
    });
    frame.addEventListener('load', function () {
      frame.contentWindow.postMessage(READY, '*');
      setTimeout(function () { failed(new Error('Failed to load iframe for pixel ' + pixel.id)); }, READY_WITHIN_MS);
    });
  });
}

// No handshake: what is posted waits until the worker's script has run. That the address has a part `app` is inferred.
function openWorker(pixel, failed) {
  var worker = new Worker('/web-pixels@' + lab.hash + '/app/web-pixel-' + pixel.id + '@' + pixel.scriptVersion + '/sandbox/worker.modern.js',
    { name: 'web-pixel-sandbox-APP-' + pixel.id + '-STRICT-' + lab.hash });
  var rpc = createRpc(function (message) { worker.postMessage(message); }, {});
  worker.addEventListener('message', function (event) {
    // The lab's own messages go where the frame's go.
    if (event.data && event.data.lab) window.postMessage(event.data, location.origin);
    else rpc.receive(event.data);
  });
  worker.addEventListener('error', function (event) { failed(new Error(event.message || 'the worker could not be loaded')); });
  return Promise.resolve(rpc);
}

var SANDBOXES = { LAX: openFrame, STRICT: openWorker };
