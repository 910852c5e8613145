// Undoes raw DEFLATE (RFC 1951) at once: the browser's own DecompressionStream answers later, too late for a chart that
// is drawn when printing begins.
function inflate(packed, size) {
  const out = new Uint8Array(size);
  let [place, bits, held, written] = [0, 0, 0, 0];

  function take(count) {
    for (; held < count; held += 8) bits |= packed[place++] << held;
    const value = bits & ((1 << count) - 1);
    bits >>>= count;
    held -= count;
    return value;
  }

  // How many codes have each length, their symbols in the order of the codes, and for the next ten bits the symbol with
  // its length, 16 * symbol + length, where ten are enough.
  function codes(lengths) {
    const [counts, next, symbols] = [new Uint16Array(16), new Uint16Array(17), new Uint16Array(lengths.length)];
    for (const length of lengths) if (length) counts[length] += 1;
    for (let length = 1; length < 16; length += 1) next[length + 1] = next[length] + counts[length];
    lengths.forEach((length, symbol) => { if (length) symbols[next[length]++] = symbol; });
    const [quick, code] = [new Uint16Array(1024), new Uint16Array(17)];
    for (let length = 1; length < 16; length += 1) code[length + 1] = (code[length] + counts[length]) << 1;
    lengths.forEach((length, symbol) => {
      if (length < 1 || length > 10) return;
      let turned = 0;
      for (let bit = 0; bit < length; bit += 1) turned |= ((code[length] >> bit) & 1) << (length - 1 - bit);
      code[length] += 1;
      for (let slot = turned; slot < 1024; slot += 1 << length) quick[slot] = 16 * symbol + length;
    });
    return { counts, symbols, quick };
  }

  function symbol({ counts, symbols, quick }) {
    for (; held < 10; held += 8) bits |= packed[place++] << held;
    const known = quick[bits & 1023];
    if (known) {
      bits >>>= known & 15;
      held -= known & 15;
      return known >> 4;
    }
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length < 16; length += 1) {
      code |= take(1);
      if (code - first < counts[length]) return symbols[index + code - first];
      index += counts[length];
      first = (first + counts[length]) << 1;
      code <<= 1;
    }
    throw new Error("the packed script is damaged");
  }

  function told() {
    const [literals, distances, count] = [take(5) + 257, take(5) + 1, take(4) + 4];
    const lengths = new Array(19).fill(0);
    for (const place of [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15].slice(0, count)) {
      lengths[place] = take(3);
    }
    const [outer, all] = [codes(lengths), []];
    while (all.length < literals + distances) {
      const next = symbol(outer);
      if (next < 16) all.push(next);
      else if (next === 16) all.push(...new Array(take(2) + 3).fill(all.at(-1)));
      else all.push(...new Array(next === 17 ? take(3) + 3 : take(7) + 11).fill(0));
    }
    return [codes(all.slice(0, literals)), codes(all.slice(literals))];
  }

  const ranges = [[144, 8], [112, 9], [24, 7], [8, 8]];
  const fixed = [codes(ranges.flatMap(([count, length]) => new Array(count).fill(length))), codes(new Array(30).fill(5))];

  function copyBack(at, distances) {
    const extra = at < 8 || at === 28 ? 0 : (at >> 2) - 1;
    const length = at === 28 ? 258 : 3 + (at < 8 ? at : ((4 + (at & 3)) << extra) + take(extra));
    const back = symbol(distances);
    const more = back < 4 ? 0 : (back >> 1) - 1;
    const distance = 1 + (back < 4 ? back : ((2 + (back & 1)) << more) + take(more));
    for (const end = written + length; written < end; written += 1) out[written] = out[written - distance];
  }

  for (let isLast = 0; !isLast;) {
    isLast = take(1);
    const kind = take(2);
    if (kind === 0) {
      place -= held >> 3;
      [bits, held] = [0, 0];
      const length = packed[place] | (packed[place + 1] << 8);
      out.set(packed.subarray(place + 4, place + 4 + length), written);
      [place, written] = [place + 4 + length, written + length];
      continue;
    }
    const [literals, distances] = kind === 1 ? fixed : told();
    for (let next = symbol(literals); next !== 256; next = symbol(literals)) {
      if (next < 256) out[written++] = next;
      else copyBack(next - 257, distances);
    }
  }
  return out;
}
