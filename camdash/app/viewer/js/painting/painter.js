// Paints all panels from one drawing of the picture; what has not changed is not computed again.

class Painter {
  constructor() {
    this.kept = new Map();
    this.sheet = document.createElement("canvas");
    this.pen = this.sheet.getContext("2d", { willReadFrequently: true });
  }

  keep(name, key, make) {
    const kept = this.kept.get(name);
    if (kept?.key === key) return kept.value;
    const value = make();
    this.kept.set(name, { key, value });
    return value;
  }

  forget() {
    this.kept.clear();
  }

  // The picture in the present view, black around it: its pixels and grey levels, shared by all panels.
  base({ source, key }, { rows, columns }, size, place) {
    return this.keep("base", JSON.stringify([key, size, place]), () => {
      Object.assign(this.sheet, { width: size.width, height: size.height });
      this.pen.fillStyle = "#000";
      this.pen.fillRect(0, 0, size.width, size.height);
      this.pen.imageSmoothingQuality = "high";
      this.pen.drawImage(source, place.left, place.top, columns * place.scale, rows * place.scale);
      const image = this.pen.getImageData(0, 0, size.width, size.height);
      const pixels = new Uint32Array(image.data.buffer);
      const target = new ImageData(size.width, size.height);
      return { image, pixels, greys: Uint8Array.from(pixels), target, drawn: new Uint32Array(target.data.buffer) };
    });
  }

  places(index, source, size, place, smooth) {
    return this.keep(`places ${index}`, JSON.stringify([size, place, smooth]), () => [
      axisPlaces(source.axes[0], size.height, place.top, place.scale, smooth),
      axisPlaces(source.axes[1], size.width, place.left, place.scale, smooth),
    ]);
  }

  table(look, opacity, constant = false) {
    const key = JSON.stringify([look.name, opacity]);
    return this.keep(`table ${constant}`, key, () => blendTable(look, opacity, constant));
  }

  // One panel: the film, a map over it, or the map's color alone.
  paint(canvas, panel, base, places, scale, table) {
    const { width, height } = base.image;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const alone = panel.kind === "heat";
    const untouched = panel.kind === "film" || (scale.flat && !alone);
    if (!untouched) {
      if (alone) base.drawn.fill(0xff000000);
      else base.drawn.set(base.pixels);
      if (!scale.flat) blend(base.drawn, base.greys, width, places, panel.map.grid, scale, table);
    }
    canvas.getContext("2d").putImageData(untouched ? base.image : base.target, 0, 0);
    canvas.dataset.painted = Number(canvas.dataset.painted) + 1;
  }
}
