/** Reads WebAssembly's binary format from front to back. What is read behind the end is undefined, and no number. */
export class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    Object.assign(this, { bytes, at, end });
  }

  byte = () => this.bytes[this.at++];

  /** LEB128 (seven bits in a byte, the lowest first), unsigned: an index, a length, an offset. */
  unsigned = () => {
    let value = 0;
    for (let shift = 0, byte = 128; byte > 127; shift += 7) value |= ((byte = this.byte()) & 127) << shift;
    return value >>> 0;
  };

  /** LEB128, signed: an i32. */
  int32 = () => {
    let value = 0;
    let shift = 0;
    let byte = 128;
    for (; byte > 127; shift += 7) value |= ((byte = this.byte()) & 127) << shift;
    return byte & 64 && shift < 32 ? value | (-1 << shift) : value;
  };

  int64 = () => {
    let value = BigInt(0);
    let shift = 0;
    let byte = 128;
    for (; byte > 127; shift += 7) value |= BigInt((byte = this.byte()) & 127) << BigInt(shift);
    return BigInt.asIntN(64, byte & 64 ? value - (BigInt(1) << BigInt(shift)) : value);
  };

  float = (bytes) => {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at);
    this.at += bytes;
    return bytes === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
  };

  text = () => new TextDecoder().decode(this.take(this.unsigned()));

  take = (length) => this.bytes.subarray(this.at, (this.at += length));

  /** As many as the number that comes first. */
  list = (read) => Array.from({ length: this.unsigned() }, (_, index) => read(index));
}
