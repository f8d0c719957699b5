/** Reads over what follows an opcode, in code that nothing reaches. */
export function skip(reader, opcode) {
  const { unsigned } = reader;
  const hasIndex = opcode >= 0x20 && opcode <= 0x26; // of a local, a global or a table
  if (hasIndex) return unsigned();
  const isAccess = opcode >= 0x28 && opcode <= 0x3e; // a load or a store: alignment and offset
  const isIndirectCall = opcode === 0x11; // type and table
  if (isAccess || isIndirectCall) {
    unsigned();
    return unsigned();
  }
  switch (opcode) {
    case 0x02:
    case 0x03:
    case 0x04:
    case 0x41:
    case 0x42:
      return reader.int64();
    case 0x0e:
      reader.list(unsigned);
      return unsigned();
    case 0x0c:
    case 0x0d:
    case 0x10:
    case 0xd2:
      return unsigned();
    case 0x1c:
      return reader.list(reader.byte);
    case 0x3f:
    case 0x40:
    case 0xd0:
      return reader.byte();
    case 0x43:
      return reader.take(4);
    case 0x44:
      return reader.take(8);
    case 0xfc: {
      const further = unsigned();
      if (further === 10) return reader.take(2);
      return further > 10 ? unsigned() : undefined;
    }
  }
}
