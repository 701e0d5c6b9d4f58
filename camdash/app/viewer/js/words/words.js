// What is said of a map, in words and figures.

const MODES = { evidence: "Evidence", contrast: "Contrast", difference: "Difference" };

const READINGS = {
  evidence: "Red speaks for the class, blue against it.",
  positive: "Only what speaks for a class; what speaks against it is left out.",
  own: "Red speaks for the class, blue against it. Each panel on its own scale: strengths do not compare.",
  classic: "Each panel from its own lowest to its highest value. Red is the highest, even where that speaks against the class.",
};

const CHANGES = {
  evidence: "Red: counts more towards this class in B than in A. Blue: less.",
  positive: "Only where B counts more towards a class than A.",
  own: "Red: counts more towards this class in B than in A. Blue: less. Each panel on its own scale.",
  classic: "Each panel from its own lowest to its highest change. Red is the highest, even where B counts less than A.",
};

const COPY = "The page shows a slightly compressed copy. The network reads the file itself. Window offers a lossless picture.";

const BAR = "Color is the strength at one spot; the bar is the total.";

const SUMS = {
  evidence: "evidence + bias = logit",
  contrast: "contrast + centred bias = logit − average of all logits",
  difference: "change of evidence + change of bias = change of the logit",
};

// What the first two terms of a sum are called, where there is room.
const TERMS = {
  evidence: ["evidence", "bias"],
  contrast: ["contrast", "centred bias"],
  difference: ["Δ evidence", "Δ bias"],
};

const ABOUT_MODES = {
  evidence: "",
  contrast: "Contrast: each class minus the average of all classes.",
  difference: "Difference: the second checkpoint's evidence minus the first's (B − A).",
};

function signed(value, digits = 1) {
  const text = Math.abs(value).toFixed(digits);
  return (value < 0 && Number(text) !== 0 ? "−" : "+") + text;
}

function few(value) {
  const size = Math.abs(value);
  return signed(value, size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 4);
}

// Never claims certainty; the page's own words follow the same rule.
function percent(share) {
  if (share > 0.999) return "> 99.9 %";
  return share < 0.001 ? "< 0.1 %" : `${(100 * share).toFixed(1)} %`;
}

// "evidence +5.92 + bias 0.20 = +6.12" (the logit). The evidence takes up the rounding, so that the line adds up.
function equation({ evidence, bias, logit }, mode, brief = false) {
  if (evidence === null || bias === null || logit === null) return "";
  const hundredths = (value) => Math.round(value * 100) / 100;
  const term = signed(bias, 2);
  const [name, constant] = brief ? ["", ""] : TERMS[mode].map((word) => `${word} `);
  return `${name}${signed(hundredths(logit) - hundredths(bias), 2)} ${term[0]} ${constant}${term.slice(1)} = ${signed(logit, 2)}`;
}

// What stands beside a panel's bar: the total of its class.
function totalWords(map, brief) {
  return map.logit === null ? "" : `${brief ? "" : "Total "}${signed(map.logit, 2)}`;
}

// What stands beneath a panel: its total beside the bar, empty where there is none; then what else there is to say.
function lines(map, scale, { look, brief }) {
  let drawn = scale.flat;
  if (!drawn && look === "classic") drawn = `blue ${few(scale.low)} … red ${few(scale.high)} logits`;
  if (!drawn && look === "own") drawn = `stretched ×${factor(scale.factor)} to ±${few(scale.high).slice(1)} logits`;
  const caption = brief ? map.caption.split(/(?<=\.) /)[0] : map.caption; // its first sentence; all is in the tooltip
  const more = [drawn, map.note].filter(Boolean).join(" · ");
  const sentence = caption && more ? `${caption} ${more[0].toUpperCase()}${more.slice(1)}` : caption || more;
  return [totalWords(map, brief), sentence];
}

function factor(value) {
  return value >= 9.95 ? value.toFixed(0) : value.toFixed(1);
}

function description(map, mode) {
  const parts = [`${MODES[mode]} map: ${map.name}`];
  if (map.predicted) parts.push("predicted class");
  if (map.probability !== null) parts.push(`probability ${percent(map.probability)}`);
  if (map.share) parts.push(`probability ${map.share}`);
  if (equation(map, mode)) parts.push(`${equation(map, mode)} (${SUMS[mode]})`);
  if (map.note) parts.push(map.note);
  if (map.caption) parts.push(map.caption);
  return parts.join("; ");
}

// Whether the two checkpoints may be drawn on one scale or each on its own.
function offersScales(header, { look, mode }) {
  return (look === "evidence" || look === "positive") && peaksIn(header, mode).ratio > UNLIKE;
}

function sharing(header, state) {
  if (state.look !== "evidence" && state.look !== "positive") return "";
  const { ratio, strongest } = peaksIn(header, state.mode);
  if (ratio <= UNLIKE) return "One scale for all panels.";
  const [strong, weak] = strongest ? ["B", "A"] : ["A", "B"];
  const said = isApart(header, state) ? `${strong}'s scale is` : `${strong}'s peak is`;
  return `${said} ${ratio >= 9.95 ? Math.round(ratio) : ratio.toFixed(1)} times ${weak}'s.`;
}

// The ends of the color bar and the sentences beside it.
function legendWords(state, drawn, header) {
  const { look, mode, brief } = state;
  const shared = drawn.length > 0 && drawn.every((scale) => scale.flat === drawn[0].flat) ? drawn[0].flat : "";
  const scale = drawn.find((one) => one.high > one.low);
  const change = mode === "difference";
  const reading = change ? CHANGES[look] : READINGS[look];
  const about = change ? "" : ABOUT_MODES[mode];
  const scales = shared ? "" : sharing(header, state);
  // In a small legend what differs from one picture to the next comes first, and the rest is in its tooltip.
  const said = brief ? [shared || scales, shared ? "" : reading, about, BAR] : [shared || reading, BAR, scales, about];
  const sentences = said.filter(Boolean);
  if (look === "own") return { ends: ["− its most", "0", "+ its most"], sentences, whose: "Each panel's own scale", flat: !scale };
  if (look === "classic") return { ends: ["panel's lowest", "", "panel's highest"], sentences, whose: "Each panel's own scale", flat: !scale };
  if (!scale) return { ends: ["", "", ""], sentences, whose: "", flat: true };
  const [less, more] = brief ? ["", ""] : change ? [" less in B", "more in B "] : [" against", "for "];
  if (isApart(header, state)) {
    const sizes = peaksIn(header, mode).peaks.map((peak, index) => `${"AB"[index]} ±${few(peak).slice(1)}`);
    const [low, high] = look === "positive" ? ["0", "for"] : ["against", "for"];
    return { ends: [low, look === "positive" ? "" : "0", high], sentences, whose: `Strength at one spot: ${sizes.join(", ")}`, flat: false };
  }
  const whose = shared ? "" : "Strength at one spot, scale of this image";
  const ends = look === "positive"
    ? ["0", "", `${few(scale.high)} logits`]
    : [`${few(scale.low)}${less}`, "0", `${more}${few(scale.high)}${brief ? "" : " logits"}`];
  return { ends, sentences, whose, flat: Boolean(shared) };
}
