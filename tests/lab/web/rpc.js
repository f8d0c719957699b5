// The message protocol between page and sandbox (docs/facts/shopify.md#messages), written after its description:
// arrays [code, payload], functions as {"_@f": id}, everything else by structured clone. Both sides use it.
// Absent: release by counting. A function lives until its user lets it go (unsubscribe), then calling it throws.
var CALL = 0, RESULT = 1, TERMINATE = 2, RELEASE = 3, FUNCTION_APPLY = 5, FUNCTION_RESULT = 6;
var READY = 'remote-ui::ready';
var FUNCTION = '_@f';

// `post` sends one message to the other side; `exposed` holds the methods the other side may call.
function createRpc(post, exposed) {
  var nextId = 0;
  var waiting = new Map();
  var ids = new Map(); // function → id
  var functions = new Map(); // id → function

  function isPlain(value) {
    var prototype = value === null || typeof value !== 'object' ? undefined : Object.getPrototypeOf(value);
    return prototype === null || (prototype !== undefined && Object.getPrototypeOf(prototype) === null);
  }

  function encode(value) {
    if (typeof value === 'function') {
      if (!ids.has(value)) {
        ids.set(value, 'f' + nextId++);
        functions.set(ids.get(value), value);
      }
      var encoded = {};
      encoded[FUNCTION] = ids.get(value);
      return encoded;
    }
    if (Array.isArray(value)) return value.map(encode);
    if (!isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(function (pair) { return [pair[0], encode(pair[1])]; }));
  }

  function decode(value) {
    if (Array.isArray(value)) return value.map(decode);
    if (!isPlain(value)) return value;
    if (FUNCTION in value) return proxy(value[FUNCTION]);
    return Object.fromEntries(Object.entries(value).map(function (pair) { return [pair[0], decode(pair[1])]; }));
  }

  function proxy(id) {
    function remote() { return ask(FUNCTION_APPLY, id, Array.from(arguments)); }
    remote.release = function () { post([RELEASE, [id]]); };
    return remote;
  }

  function ask(code, target, args) {
    var id = 'c' + nextId++;
    return new Promise(function (resolve, reject) {
      waiting.set(id, { resolve: resolve, reject: reject });
      post([code, [id, target, args.map(encode)]]);
    });
  }

  function answer(code, id, work) {
    return new Promise(function (resolve) { resolve(work()); }).then(
      function (value) { post([code, [id, undefined, encode(value)]]); },
      function (error) {
        post([code, [id, { name: error.name, message: error.message, stack: error.stack }, undefined]]);
      });
  }

  function settle(id, error, value) {
    var call = waiting.get(id);
    if (!call) return;
    waiting.delete(id);
    if (!error) { call.resolve(decode(value)); return; }
    var revived = new Error(error.message);
    revived.name = error.name;
    revived.stack = error.stack;
    call.reject(revived);
  }

  function apply(id, functionId, args) {
    answer(FUNCTION_RESULT, id, function () {
      var wanted = functions.get(functionId);
      if (!wanted) throw new Error('You attempted to call a function that was already released.');
      return wanted.apply(null, args.map(decode));
    });
  }

  function release(functionId) {
    ids.delete(functions.get(functionId));
    functions.delete(functionId);
  }

  return {
    call: function (method) { return ask(CALL, method, Array.prototype.slice.call(arguments, 1)); },
    receive: function (message) {
      if (!Array.isArray(message)) return;
      var payload = message[1];
      switch (message[0]) {
        case CALL: answer(RESULT, payload[0], function () { return exposed[payload[1]].apply(null, payload[2].map(decode)); }); break;
        case RESULT: case FUNCTION_RESULT: settle(payload[0], payload[1], payload[2]); break;
        case FUNCTION_APPLY: apply(payload[0], payload[1], payload[2]); break;
        case RELEASE: release(payload[0]); break;
        case TERMINATE: waiting.clear(); functions.clear(); ids.clear(); break;
      }
    },
  };
}
