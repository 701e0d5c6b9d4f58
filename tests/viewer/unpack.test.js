import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { unpack } from "../../camdash/app/viewer/js/data/unpack.js";
import { unpackValues } from "../../camdash/app/viewer/js/data/values.js";
import { bytesOf, vectors } from "./vectors.js";

const { payload } = vectors;

test("a payload comes apart into what the server put together", async () => {
  const { looks, sources, picture, window, opening, answer } = unpack(bytesOf(payload.bytes));
  const { header } = payload;
  assert.deepEqual(opening, header.opening);
  assert.equal(answer, header.answer);
  assert.equal(await picture.blob.text(), "a picture");
  assert.equal(picture.blob.type, "image/png");
  assert.equal(picture.label, "a <b> & ü.png");
  assert.equal(looks.length, header.looks.length);
  for (const [place, look] of looks.entries()) {
    const { table, ...told } = look;
    assert.deepEqual(told, header.looks[place]);
    assert.deepEqual(table, bytesOf(payload.tables[place]));
  }
  for (const [place, source] of sources.entries()) {
    assert.deepEqual(source.axes, header.sources[place].axes);
    assert.deepEqual(source.maps.map(({ grid }) => [...grid]), payload.grids);
  }
  assert.deepEqual(await unpackValues(window.sent, picture, window.kind), bytesOf(payload.grey));
  assert.deepEqual([...inflateSync(window.sentPadding)], payload.padding);
});

test("a payload is understood wherever it lies in memory", () => {
  const bytes = bytesOf(payload.bytes);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const { sources } = unpack(shifted.subarray(3));
  assert.deepEqual([...sources[0].maps[1].grid], payload.grids[1]);
});

test("values of all kinds come back bit by bit", async () => {
  for (const { kind, sent, values, ...film } of vectors.packed) {
    const { buffer } = await unpackValues(bytesOf(sent), film, kind);
    assert.deepEqual(new Uint8Array(buffer), bytesOf(values), kind);
  }
});
