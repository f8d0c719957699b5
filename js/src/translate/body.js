// One function's body, from WebAssembly to JavaScript. WebAssembly works on a stack; here every
// place of the stack has a variable (s0, s1 …), and so has every local (l0, l1 …). A value is not
// put into its place at once: as long as nothing can change what it is made of, its expression
// waits, and often ends up inside another.
import { loads, numeric, saturating, stores } from "./operators.js";
import { skip } from "./skip.js";

/** How long an expression waits: a constant for ever, a local until it is set, anything else until
 *  something happens. */
const [constant, local, other] = [0, 1, 2];

/** Its members are not private (#): Shopify's CLI bundles the extension for browsers without them,
 *  and makes each access a look-up in a map. */
export class Body {
  text = "";
  stack = [];
  blocks = [];
  deepest = 0;

  /**
   * @param {import("./reader.js").Reader} reader at the function's code
   * @param {{ parameters: number, results: number }} type its own
   * @param {{ types: { parameters: number, results: number }[], typeOf(index: number): {
   *   parameters: number, results: number } }} module
   */
  constructor(reader, type, module) {
    Object.assign(this, { reader, type, module });
  }

  /** The function as an expression. */
  translate() {
    const { reader, type } = this;
    const parameters = Array.from({ length: type.parameters }, (_, index) => `l${index}`);
    const locals = [];
    for (let groups = reader.unsigned(); groups > 0; groups--) {
      const count = reader.unsigned();
      const initial = { 0x7e: "0n", 0x6f: "null", 0x70: "null" }[reader.byte()] ?? "0";
      for (let index = 0; index < count; index++)
        locals.push(`l${type.parameters + locals.length}=${initial}`);
    }
    this.open("block", { parameters: 0, results: type.results });
    while (this.blocks.length > 0) this.instruction(reader.byte());
    const places = Array.from({ length: this.deepest }, (_, index) => `s${index}`);
    const variables = [...locals, ...places];
    return `(${parameters})=>{${variables.length > 0 ? `let ${variables};` : ""}${this.text}}`;
  }

  // The stack.

  push(text, waits = other) {
    this.stack.push({ text, waits });
    this.deepest = Math.max(this.deepest, this.stack.length);
  }

  pop = () => this.stack.pop().text;

  /** Several, in the order in which they were pushed. */
  take = (count) => this.stack.splice(this.stack.length - count).map(({ text }) => text);

  /** Puts into its place what waits: what is `other`, and where `which` is `local`, locals too.
   *  From the bottom up, because an expression reads its own place and those above it, which are
   *  not overwritten yet. */
  settle(which, end = this.stack.length) {
    for (let place = 0; place < end; place++)
      if (this.stack[place].waits >= which) this.settleAt(place);
  }

  settleAt(place) {
    const { text } = this.stack[place];
    if (text === `s${place}`) return;
    this.text += `s${place}=${text};`;
    this.stack[place] = { text: `s${place}`, waits: other };
  }

  /** Puts into its place what waits and reads this local, which is about to be set. */
  settleUsersOf(name) {
    const uses = new RegExp(`\\b${name}\\b`);
    this.stack.forEach(({ text }, place) => {
      if (text.includes(name) && uses.test(text)) this.settleAt(place);
    });
  }

  /** A statement with an effect. What waits is computed before it, as in WebAssembly. */
  do(text) {
    this.settle(other);
    this.text += `${text};`;
  }

  /** As `do`, for a statement with results, which are pushed. */
  give(results, text) {
    this.settle(other);
    const places = Array.from({ length: results }, (_, index) => `s${this.stack.length + index}`);
    this.text += results === 0 ? `${text};` : `${results === 1 ? places : `[${places}]`}=${text};`;
    for (const place of places) this.push(place);
  }

  // Blocks.

  open(kind, { parameters, results }, head = "") {
    const label = `L${this.blocks.length}`;
    const height = this.stack.length - parameters;
    this.settle(local);
    this.settleFrom(height);
    this.blocks.push({ kind, label, height, parameters, results });
    this.text += `${label}:${head}{`;
  }

  /** A block's parameters or results: the code that goes on with them looks for them in their
   *  places. */
  settleFrom(height) {
    for (let place = height; place < this.stack.length; place++) this.settleAt(place);
  }

  blockType() {
    const kind = this.reader.int32();
    if (kind >= 0) return this.module.types[kind];
    return { parameters: 0, results: kind === -64 ? 0 : 1 };
  }

  /** The code that goes to the block which is `depth` further out, with what it takes along. */
  branch(depth) {
    if (depth === this.blocks.length - 1) return this.return();
    const { kind, label, height, parameters, results } =
      this.blocks[this.blocks.length - 1 - depth];
    const from = this.stack.length - (kind === "loop" ? parameters : results);
    const moves = this.stack
      .slice(from)
      .map(({ text }, index) =>
        text === `s${height + index}` ? "" : `s${height + index}=${text};`,
      );
    return `${moves.join("")}${kind === "loop" ? "continue" : "break"} ${label};`;
  }

  return() {
    const { results } = this.type;
    const values = this.stack.slice(this.stack.length - results).map(({ text }) => text);
    return results === 0 ? "return;" : `return ${results === 1 ? values : `[${values}]`};`;
  }

  /** Reads over the rest of the block: nothing reaches it. */
  dead() {
    for (let depth = 0; ; ) {
      const opcode = this.reader.byte();
      if (opcode === 0x0b && depth-- === 0) return this.end(true);
      if (opcode === 0x05 && depth === 0) return this.else(true);
      if (opcode >= 0x02 && opcode <= 0x04) depth++;
      skip(this.reader, opcode);
    }
  }

  else(dead = false) {
    const block = this.blocks[this.blocks.length - 1];
    if (!dead) this.settleFrom(block.height);
    this.stack.length = block.height;
    for (let index = 0; index < block.parameters; index++) this.push(`s${block.height + index}`);
    block.kind = "else";
    this.text += "}else{";
  }

  end(dead = false) {
    const { kind, height, results } = this.blocks[this.blocks.length - 1];
    if (this.blocks.length === 1) {
      if (!dead) this.text += this.return();
      this.text += "}";
      return this.blocks.pop();
    }
    if (!dead) this.settleFrom(height);
    this.stack.length = height;
    for (let index = 0; index < results; index++) this.push(`s${height + index}`);
    this.text += kind === "loop" && !dead ? "break}" : "}";
    this.blocks.pop();
  }

  // Instructions.

  instruction(opcode) {
    const { reader } = this;
    if (opcode >= 0x45 && opcode <= 0xc4) return this.operator(numeric[opcode - 0x45]);
    if (opcode >= 0x28 && opcode <= 0x35) return this.load(loads[opcode - 0x28]);
    if (opcode >= 0x36 && opcode <= 0x3e) return this.store(stores[opcode - 0x36]);
    switch (opcode) {
      case 0x00:
        this.do('trap("unreachable")');
        return this.dead();
      case 0x01:
        return;
      case 0x02:
        return this.open("block", this.blockType());
      case 0x03:
        return this.open("loop", this.blockType(), "for(;;)");
      case 0x04: {
        const type = this.blockType();
        const condition = this.pop();
        return this.open("if", type, `if(${condition})`);
      }
      case 0x05:
        return this.else();
      case 0x0b:
        return this.end();
      // Before a branch, all that waits is computed: it might trap, and the way that is taken might
      // not compute it.
      case 0x0c: {
        this.settle(other);
        this.text += this.branch(reader.unsigned());
        return this.dead();
      }
      case 0x0d: {
        const condition = this.pop();
        this.settle(other);
        this.text += `if(${condition}){${this.branch(reader.unsigned())}}`;
        return;
      }
      case 0x0e: {
        const value = this.pop();
        this.settle(other);
        const depths = reader.list(reader.unsigned);
        const cases = depths.map((depth, index) => `case ${index}:${this.branch(depth)}`);
        this.text += `switch(${value}){${cases.join("")}default:${this.branch(reader.unsigned())}}`;
        return this.dead();
      }
      case 0x0f: {
        this.settle(other, this.stack.length - this.type.results);
        this.text += this.return();
        return this.dead();
      }
      case 0x10: {
        const index = reader.unsigned();
        const { parameters, results } = this.module.typeOf(index);
        return this.give(results, `F[${index}](${this.take(parameters)})`);
      }
      case 0x11: {
        const index = reader.unsigned();
        const { parameters, results } = this.module.types[index];
        const place = this.pop();
        return this.give(
          results,
          `F[find(${reader.unsigned()},${place},${index})](${this.take(parameters)})`,
        );
      }
      case 0x1a:
        this.do(this.pop());
        return;
      case 0x1b:
      case 0x1c: {
        if (opcode === 0x1c) reader.list(reader.byte); // a select that says its type
        // WebAssembly computes both operands, and either could trap. `?:` would compute one.
        if (this.stack.slice(-3, -1).some(({ text }) => /\w\(/.test(text))) this.settle(other);
        const [yes, no, condition] = this.take(3);
        return this.push(`(${condition}?${yes}:${no})`);
      }
      case 0x20:
        return this.push(`l${reader.unsigned()}`, local);
      case 0x21:
      case 0x22: {
        const name = `l${reader.unsigned()}`;
        const value = this.pop();
        this.settleUsersOf(name);
        this.text += `${name}=${value};`;
        if (opcode === 0x22) this.push(name, local);
        return;
      }
      case 0x23:
        return this.push(`G[${reader.unsigned()}]`);
      case 0x24: {
        const index = reader.unsigned();
        return this.do(`G[${index}]=${this.pop()}`);
      }
      case 0x25:
        return this.push(`T[${reader.unsigned()}].get(${this.pop()})`);
      case 0x26: {
        const index = reader.unsigned();
        return this.do(`T[${index}].set(${this.take(2)})`);
      }
      case 0x3f:
        reader.byte();
        return this.push("M.pages");
      case 0x40:
        reader.byte();
        return this.give(1, `M.grow(${this.pop()})`);
      case 0x41:
        return this.constant(reader.int32());
      case 0x42:
        return this.constant(reader.int64(), "n");
      case 0x43:
        return this.constant(reader.float(4));
      case 0x44:
        return this.constant(reader.float(8));
      case 0xd0:
        reader.byte();
        return this.push("null", constant);
      case 0xd1:
        return this.push(`(+(${this.pop()}===null))`);
      case 0xd2:
        return this.push(`R[${reader.unsigned()}]`, constant);
      case 0xfc:
        return this.further(reader.unsigned());
      default:
        throw unknown(opcode);
    }
  }

  further(opcode) {
    const { reader } = this;
    if (opcode <= 7) return this.operator(saturating[opcode]);
    switch (opcode) {
      case 10:
        reader.take(2);
        return this.do(`M.copy(${this.take(3)})`);
      case 11:
        reader.byte();
        return this.do(`M.fill(${this.take(3)})`);
      case 15: {
        const index = reader.unsigned();
        return this.give(1, `T[${index}].grow(${this.take(2).reverse()})`);
      }
      case 16:
        return this.push(`T[${reader.unsigned()}].length`);
      case 17: {
        const index = reader.unsigned();
        return this.do(`T[${index}].fill(${this.take(3)})`);
      }
      default:
        throw unknown(0xfc00 + opcode);
    }
  }

  constant(value, suffix = "") {
    const text = Object.is(value, -0) ? "-0" : `${value}`;
    return this.push(`${/^-/.test(text) ? `(${text}${suffix})` : text + suffix}`, constant);
  }

  operator({ parts, operands }) {
    const given = this.take(operands);
    this.push(parts.map((part) => given[part] ?? part).join(""));
  }

  /** Of a load or a store. An alignment comes first, which is a hint and of no use here. */
  offset() {
    this.reader.unsigned();
    return this.reader.unsigned();
  }

  load([type, isBig]) {
    const offset = this.offset();
    const value = `M.view.get${type}(${address(this.pop(), offset)},true)`;
    this.push(isBig ? `BigInt(${value})` : value);
  }

  store([type, isBig]) {
    const offset = this.offset();
    const [at, value] = this.take(2);
    const from = type === "BigInt64" && /^M\.view\.getBigInt64\((.*),true\)$/.exec(value);
    // Most i64 are on their way from one address to another: they need not become a BigInt.
    if (from) return this.do(`M.move(${address(at, offset)},${from[1]})`);
    this.do(`M.view.set${type}(${address(at, offset)},${isBig ? `low(${value})` : value},true)`);
  }
}

/** The sum of two unsigned numbers does not wrap around: beyond the memory the view throws. */
const address = (text, offset) => `(${text}>>>0)${offset > 0 ? `+${offset}` : ""}`;

const unknown = (opcode) =>
  new Error(`the module has an instruction that is not translated: 0x${opcode.toString(16)}`);
