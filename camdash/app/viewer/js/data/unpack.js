// The server's blob (see payload.py) -> header, grids, color tables and picture.

function unpack(bytes) {
  const blob = new Uint8Array(bytes.buffer ? bytes.slice() : bytes);
  const length = new DataView(blob.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(blob.subarray(4, 4 + length)));
  const body = blob.buffer.slice(4 + length);
  for (const [name, look] of Object.entries(header.looks)) {
    look.name = name;
    look.table = new Uint8Array(body, look.start, 768);
  }
  for (const source of header.sources) {
    const [rows, columns] = source.axes.map((axis) => axis.cells);
    for (const map of source.maps) map.grid = new Float32Array(body, map.start, rows * columns);
  }
  const [values, padding, end] = header.window.bounds;
  header.window.sent = new Uint8Array(body, values, padding - values);
  header.window.sentPadding = new Uint8Array(body, padding, end - padding);
  const { start, length: size, mime } = header.picture;
  header.picture.blob = new Blob([new Uint8Array(body, start, size)], { type: mime });
  return header;
}

function decode(picture) {
  const asIs = { colorSpaceConversion: "none", premultiplyAlpha: "none" };
  return createImageBitmap(picture.blob, asIs);
}
