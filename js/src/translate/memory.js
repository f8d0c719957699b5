// What a module's functions work on besides their locals: the memory and the tables.
const page = 65536;

const outside = (what) => {
  throw new RangeError(`${what} access out of bounds`);
};

export class Memory {
  constructor({ least, most = 65536 }) {
    this.most = most;
    this.renew(new ArrayBuffer(least * page));
  }

  renew(buffer) {
    this.buffer = buffer;
    this.view = new DataView(buffer);
    this.bytes = new Uint8Array(buffer);
  }

  get pages() {
    return this.buffer.byteLength / page;
  }

  /** The number of pages before; -1 if there are no more to be had. */
  grow(more) {
    const { pages, bytes, buffer } = this;
    if (pages + (more >>> 0) > this.most) return -1;
    try {
      const larger = new ArrayBuffer((pages + (more >>> 0)) * page);
      new Uint8Array(larger).set(bytes);
      this.renew(larger);
    } catch {
      return -1;
    }
    structuredClone(buffer, { transfer: [buffer] }); // detaches it: its views become empty
    return pages;
  }

  within = (...ends) => ends.every((end) => end <= this.bytes.length) || outside("memory");

  copy(to, from, count) {
    [to, from, count] = [to >>> 0, from >>> 0, count >>> 0];
    this.within(to + count, from + count);
    this.bytes.copyWithin(to, from, from + count);
  }

  fill(at, value, count) {
    [at, count] = [at >>> 0, count >>> 0];
    this.within(at + count);
    this.bytes.fill(value, at, at + count);
  }

  /** Eight bytes, of which all or none are written. */
  move(to, from) {
    const { view } = this;
    const [low, high] = [view.getInt32(from, true), view.getInt32(from + 4, true)];
    view.setInt32(to + 4, high, true);
    view.setInt32(to, low, true);
  }
}

export class Table {
  items;

  constructor({ least, most = 10_000_000 }) {
    this.most = most;
    this.items = Array(least).fill(null);
  }

  get length() {
    return this.items.length;
  }

  at = (index) => (index >>> 0 < this.length ? index >>> 0 : outside("table"));

  get = (index) => this.items[this.at(index)];

  set(index, value) {
    this.items[this.at(index)] = value;
  }

  grow(more, value) {
    const { length } = this;
    if (length + (more >>> 0) > this.most) return -1;
    for (let count = more >>> 0; count > 0; count--) this.items.push(value);
    return length;
  }

  fill(index, value, count) {
    const end = (index >>> 0) + (count >>> 0);
    if (end > this.length) outside("table");
    this.items.fill(value, index >>> 0, end);
  }
}
