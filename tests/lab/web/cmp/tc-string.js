// A TC string of IAB's TCF v2.3 (docs/facts/consent.md#tc-strings) for a banner that asks all or nothing: the core
// segment and the disclosed vendors.
var TCF_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
var TCF_VENDORS = 10;

function tcBits(fields) {
  return fields.map(function (field) { return field[1].toString(2).padStart(field[0], '0'); }).join('');
}

// Whole bytes, then base64url without padding.
function tcSegment(bits) {
  var bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  return bytes.match(/.{1,6}/g).map(function (six) { return TCF_ALPHABET[parseInt(six.padEnd(6, '0'), 2)]; }).join('');
}

function tcLetters(two) {
  return [[6, two.charCodeAt(0) - 65], [6, two.charCodeAt(1) - 65]];
}

// `yes`: every purpose, or none. `cmpId` is the tool's number at IAB.
function tcString(yes, now, cmpId) {
  // Tenths of a second, told to the day since v2.2.
  var day = Math.floor(now.getTime() / 86400000) * 864000;
  var purposes = yes ? '11111111111' : '';
  // Legitimate interest is not open to purposes 1 and 3 to 6.
  var interests = yes ? '01000011111' : '';
  var vendors = (yes ? '1' : '0').repeat(TCF_VENDORS);
  var core = tcBits([[6, 2], [36, day], [36, day], [12, cmpId], [12, 1], [6, 1]].concat(tcLetters('DE'),
    // List and policy version; for this service only; the usual texts; no special feature.
    [[12, 130], [6, 5], [1, 1], [1, 0], [12, 0]])) +
    purposes.padEnd(24, '0') + interests.padEnd(24, '0') + tcBits([[1, 0]].concat(tcLetters('DE'))) +
    tcBits([[16, TCF_VENDORS], [1, 0]]) + vendors + tcBits([[16, 0], [1, 0], [12, 0]]);
  return tcSegment(core) + '.' + tcSegment(tcBits([[3, 1], [16, TCF_VENDORS], [1, 0]]) + '1'.repeat(TCF_VENDORS));
}
