// The color bar, as seen over mid grey at the present opacity, and what its ends mean.

function showLegend(legend, state, scales, table, header) {
  const { ends, sentences, whose, flat } = legendWords(state, scales, header);
  const button = legend.querySelector("button[name=scale]");
  button.hidden = !offersScales(header, state);
  setText(button, isApart(header, state) ? "Use one scale" : "Give each its own scale");
  const text = sentences.join(" ");
  const written = state.brief && header.sources.length > 1 ? sentences.filter((one) => one !== BAR) : sentences;
  [".low", ".middle", ".high"].forEach((name, index) => setText(legend.querySelector(name), ends[index]));
  setText(legend.querySelector(".whose"), whose);
  legend.classList.toggle("flat", flat);
  const key = JSON.stringify(written);
  if (legend.dataset.said !== key) {
    legend.dataset.said = key;
    legend.title = text;
    legend.querySelector("figcaption").replaceChildren(...written.map((one) => element("span", {}, one)));
  }
  const bar = legend.querySelector("canvas");
  bar.setAttribute("aria-label", `Color bar. ${whose}, logits: ${ends.filter(Boolean).join(", ")}`);
  paintBar(bar, table);
}

function paintBar(canvas, table) {
  const bar = new ImageData(canvas.width, 1);
  for (let x = 0; x < canvas.width; x++) {
    const row = 4 * Math.round((x / (canvas.width - 1)) * STEPS);
    for (let channel = 0; channel < 3; channel++) bar.data[4 * x + channel] = table[row + channel] + 128 * table[row + 3];
    bar.data[4 * x + 3] = 255;
  }
  canvas.getContext("2d").putImageData(bar, 0, 0);
}
