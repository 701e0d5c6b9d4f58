// The payload's header as header.py has it. Made by `python -m tests.support.viewer_types`; do not edit.

/**
 * The radiograph as it is sent: where its bytes are, and what it is called.
 */
export interface PictureHeader {
  start: number;
  length: number;
  mime: string;
  rows: number;
  columns: number;
  label: string;
}

/**
 * A window in the radiograph's own units.
 */
export interface WindowNumbers {
  centre: number;
  width: number;
  function: string;
}

/**
 * A window to choose; of a `table` only the server can draw it.
 */
export interface PresetHeader {
  name: string;
  window: WindowNumbers;
  table: boolean;
}

/**
 * How the radiograph is windowed.
 *
 * `kind` is the type of its values, `preset` the one its picture was drawn through, `bounds` the bytes where its
 * values and its padding start, and their end.
 */
export interface WindowHeader {
  image: string;
  kind: string;
  range: [number, number];
  presets: PresetHeader[];
  preset: number;
  inverted: boolean;
  padded: boolean;
  bounds: [number, number, number];
}

/**
 * What stands at the ends and in the middle of the color bar: see `scale.Legend`.
 */
export interface LegendHeader {
  full: [string, string, string];
  brief: [string, string, string];
  change: [string, string, string];
  apart: [string, string, string];
}

/**
 * A look: see `scale.Look`. `start` is where its table starts.
 */
export interface LookHeader {
  id: string;
  label: string;
  spoken: string;
  about: string;
  reading: string;
  change: string;
  caption: string;
  panels: string;
  opacity: number;
  fades: boolean;
  diverges: boolean;
  shared: boolean;
  legend: LegendHeader;
  start: number;
}

/**
 * What is said of the maps of a mode: see `modes.ModeWords`.
 */
export interface ModeHeader {
  id: string;
  label: string;
  about: string;
  total: string;
  bar: string;
  alone: string;
  sum: string;
  terms: [string, string, string];
  reading: string;
  readingApart: string;
  isOneSided: boolean;
  isChange: boolean;
}

/**
 * The values at the ends of the color table; `flat` says why nothing is drawn.
 */
export interface ScaleHeader {
  low: number;
  high: number;
  factor: number;
  flat: string;
}

/**
 * A map and what is said of it: see `payload.ViewerMap`. `start` is where its grid starts; -1 where it is not sent.
 *
 * Its scales by mode and look: with all that are shown, and `apart` with those of its own checkpoint; by mode alone
 * where its grid is not sent.
 */
export interface MapHeader {
  id: string;
  slot: string;
  isClass: boolean;
  name: string;
  predicted: boolean;
  share: string;
  mark: string;
  probability: number | null;
  evidence: number | null;
  bias: number | null;
  unplaced: number | null;
  logit: number | null;
  note: string;
  caption: string;
  start: number;
  scales: Record<string, Record<string, ScaleHeader>>;
  apart: Record<string, Record<string, ScaleHeader>>;
}

/**
 * How cells lie on the radiograph: cell = affine[0] * pixel + affine[1]; `seen` is the network's range of it.
 */
export interface AxisHeader {
  cells: number;
  affine: [number, number];
  seen: [number, number];
}

/**
 * A row of panels: see `payload.Source`. `axes`: rows and columns, none without maps; `peaks` by mode.
 */
export interface SourceHeader {
  letter: string;
  label: string;
  noMaps: string;
  axes: AxisHeader[];
  maps: MapHeader[];
  peaks: Record<string, number>;
}

/**
 * With what the viewer starts: see `payload.Opening`.
 */
export interface OpeningHeader {
  mode: string | null;
  slot: string;
  look: string | null;
  show: string;
  panels: string[];
  smooth: boolean;
  keeps: boolean;
  token: string;
  address: Record<string, string>;
}

/**
 * What the browser says by itself, its figures in braces: see `words.WORDS`.
 */
export interface WordsHeader {
  radiograph: string;
  theRadiograph: string;
  pixels: string;
  lossless: string;
  compressed: string;
  copy: string;
  inverted: string;
  windowed: string;
  loading: string;
  nowLoading: string;
  custom: string;
  default: string;
  defaultOf: string;
  overlayOf: string;
  heatMapOf: string;
  predicted: string;
  predictedClass: string;
  probability: string;
  mapOf: string;
  unknownClass: string;
  pixelAt: string;
  here: string;
  partOf: string;
  partOfTerm: string;
  unseen: string;
  seenByOne: string;
  strength: string;
  strengths: string;
  ownScales: string;
  oneScale: string;
  largerScale: string;
  higherPeak: string;
  useOneScale: string;
  giveOwnScales: string;
  colorBar: string;
  findInList: string;
  partOfClasses: string;
  noSuchClass: string;
  loadingMap: string;
  allClasses: string;
  topClasses: string;
  mostProbable: string;
  everyClass: string;
  threeOfClass: string;
  percent: string;
  copyLink: string;
  linkCopied: string;
  linkWithoutUpload: string;
}

/**
 * All of it.
 */
export interface Header {
  words: WordsHeader;
  picture: PictureHeader;
  window: WindowHeader;
  looks: LookHeader[];
  modes: ModeHeader[];
  totals: string;
  sources: SourceHeader[];
  opening: OpeningHeader;
  answer: string;
}
