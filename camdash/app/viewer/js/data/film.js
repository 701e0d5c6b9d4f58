// The radiograph beneath the maps: the picture as it was sent, or the radiograph's values through another window.

class Film {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.pen = this.canvas.getContext("2d", { willReadFrequently: true });
  }

  forget() {
    this.key = null;
    this.image = null;
    this.greys = null;
  }

  // What to draw, and a key that tells it from what was drawn before. Until the values have come it is the picture.
  of({ bitmap, picture, window }, state) {
    const asked = state.window;
    if ((!asked && !state.inverted) || isWaiting(window, state)) return { source: bitmap, key: "picture" };
    const key = JSON.stringify([asked, state.inverted]);
    if (key === this.key) return { source: this.canvas, key };
    this.key = key;
    this.draw(picture, (pixels) => {
      // The picture's own grey levels are turned already where the radiograph's are.
      if (asked) throughWindow(window, asked, state.inverted !== window.inverted, pixels);
      else throughWindow({ values: this.levels(bitmap), padding: window.padding }, WHOLE, true, pixels);
    });
    return { source: this.canvas, key };
  }

  draw({ rows, columns }, fill) {
    if (!this.image) {
      Object.assign(this.canvas, { width: columns, height: rows });
      this.image = new ImageData(columns, rows);
    }
    fill(new Uint32Array(this.image.data.buffer));
    this.pen.putImageData(this.image, 0, 0);
  }

  // The grey levels of the picture as it was sent.
  levels(bitmap) {
    if (!this.greys) {
      this.pen.drawImage(bitmap, 0, 0);
      const { data } = this.pen.getImageData(0, 0, bitmap.width, bitmap.height);
      this.greys = Uint8Array.from(new Uint32Array(data.buffer));
    }
    return this.greys;
  }
}

// Whether what is set cannot be drawn before the server has sent more.
function isWaiting({ values, padded, preset }, state) {
  if (!state.window && state.preset !== preset) return true;
  return !values && (state.window !== null || (state.inverted && padded));
}
