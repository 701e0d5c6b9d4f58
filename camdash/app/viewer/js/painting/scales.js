// On which scale a map is drawn: all checkpoints on one, or each on its own where one outshines the other.

const UNLIKE = 3; // times one checkpoint's peak must exceed the other's for each to have its own scale, unless told otherwise

// How far the peaks of the sources that have maps in a mode differ: which of them is strongest, and how many times.
function peaksIn(header, mode) {
  const peaks = header.sources.map((source) => source.peaks[mode]).filter((peak) => peak !== undefined);
  const [low, high] = [Math.min(...peaks), Math.max(...peaks)];
  return { peaks, strongest: peaks.indexOf(high), ratio: low > 0 && peaks.length > 1 ? high / low : 1 };
}

function isApart(header, state) {
  return !state.oneScale && peaksIn(header, state.mode).ratio > UNLIKE;
}

function scaleOf(map, header, state) {
  return (isApart(header, state) ? map.apart : map.scales)[state.mode][state.look];
}
