// The view: which part of the radiograph all panels show. Kept in the unit square of the radiograph, so that it
// survives another size of picture or window: { x, y } is the centre, `zoom` is relative to fitting the panel.

const LARGEST = 16; // canvas pixels per radiograph pixel
const FIT = { x: 0.5, y: 0.5, zoom: 1 };

function fitScale(size, picture) {
  return Math.min(size.width / picture.columns, size.height / picture.rows);
}

function zoomLimits(size, picture) {
  const fit = fitScale(size, picture);
  return [Math.min(1, 1 / fit), Math.max(1, LARGEST / fit)];
}

// The canvas pixels per radiograph pixel, and the canvas pixel edge of the radiograph's top left corner; on whole
// pixels, so that at a scale of 1 the pixels are the file's own.
function transform(view, size, picture) {
  const scale = fitScale(size, picture) * view.zoom;
  return {
    scale: Math.abs(scale - 1) < 1e-6 ? 1 : scale,
    left: Math.round(size.width / 2 - view.x * picture.columns * scale),
    top: Math.round(size.height / 2 - view.y * picture.rows * scale),
  };
}

function within(view, size, picture) {
  const [low, high] = zoomLimits(size, picture);
  const zoom = Math.min(Math.max(view.zoom, low), high);
  const scale = fitScale(size, picture) * zoom;
  const kept = (centre, box, film) => {
    const half = Math.min(box / film / scale / 2, 0.5);
    return Math.min(Math.max(centre, half), 1 - half);
  };
  return { x: kept(view.x, size.width, picture.columns), y: kept(view.y, size.height, picture.rows), zoom };
}

// Zoom by a factor and keep what lies under canvas place (x, y) where it is.
function zoomedAt(view, factor, x, y, size, picture) {
  const [low, high] = zoomLimits(size, picture);
  const zoom = Math.min(Math.max(view.zoom * factor, low), high);
  const fit = fitScale(size, picture);
  const moved = (place, box, film) => ((place - box / 2) / (fit * film)) * (1 / view.zoom - 1 / zoom);
  const shifted = {
    x: view.x + moved(x, size.width, picture.columns),
    y: view.y + moved(y, size.height, picture.rows),
    zoom,
  };
  return within(shifted, size, picture);
}

function pannedBy(view, dx, dy, size, picture) {
  const scale = fitScale(size, picture) * view.zoom;
  const moved = { ...view, x: view.x - dx / (picture.columns * scale), y: view.y - dy / (picture.rows * scale) };
  return within(moved, size, picture);
}

function isFit(view) {
  return Math.abs(view.zoom - 1) < 1e-9;
}
