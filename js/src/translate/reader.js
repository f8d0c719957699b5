/** Reads WebAssembly's binary format from front to back. It does not notice the end: a byte behind
 *  it is undefined. */
export class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    Object.assign(this, { bytes, at, end });
  }

  byte = () => this.bytes[this.at++];

  /** LEB128 (seven bits in a byte, the lowest first), unsigned: an index, a length, an offset. */
  unsigned = () => {
    let value = 0;
    let shift = 0;
    let byte;
    do {
      byte = this.byte();
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    return value >>> 0;
  };

  /** LEB128, signed: an i32. */
  int32 = () => {
    let value = 0;
    let shift = 0;
    let byte;
    do {
      byte = this.byte();
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    return byte & 64 && shift < 32 ? value | (-1 << shift) : value;
  };

  int64 = () => {
    let value = BigInt(0);
    let shift = 0;
    let byte;
    do {
      byte = this.byte();
      value |= BigInt(byte & 127) << BigInt(shift);
      shift += 7;
    } while (byte > 127);
    return BigInt.asIntN(64, byte & 64 ? value - (BigInt(1) << BigInt(shift)) : value);
  };

  float = (bytes) => {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at);
    this.at += bytes;
    return bytes === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
  };

  text = () => new TextDecoder().decode(this.take(this.unsigned()));

  take = (length) => {
    const start = this.at;
    this.at += length;
    return this.bytes.subarray(start, this.at);
  };

  /** As many as the number that comes first. */
  list = (read) => Array.from({ length: this.unsigned() }, (_, index) => read(index));
}
