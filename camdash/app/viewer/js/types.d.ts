// What the viewer's modules hand to each other. What the server sends is in header.d.ts.

import type {
  LookHeader, MapHeader, ModeHeader, OpeningHeader, PictureHeader, SourceHeader, WindowHeader, WindowNumbers,
  WordsHeader,
} from "./header.d.ts";

export type {
  AxisHeader as Axis, OpeningHeader as Opening, PresetHeader as Preset, ScaleHeader as Scale, WindowNumbers as Window,
  WordsHeader as Words,
} from "./header.d.ts";

export type Values = Uint8Array | Uint16Array | Int16Array | Float32Array;

export type Look = LookHeader & { table: Uint8Array };
export type Mode = ModeHeader;
export type DrawnMap = MapHeader & { grid: Float32Array };
export type Source = Omit<SourceHeader, "maps"> & { maps: DrawnMap[] };
export type Picture = PictureHeader & { blob: Blob };
export type FilmWindow = WindowHeader & {
  sent: Uint8Array<ArrayBuffer>;
  sentPadding: Uint8Array<ArrayBuffer>;
};

/** A header with the bytes that belong to it. */
export type Unpacked = {
  words: WordsHeader;
  picture: Picture;
  window: FilmWindow;
  looks: Look[];
  modes: Mode[];
  totals: string;
  sources: Source[];
  opening: OpeningHeader;
  answer: string;
};

/** The values and the padding of the radiograph, as far as the server has sent them. */
export type Known = { values: Values | null; padding: Uint8Array | null };

/** What is shown: all that was sent, ready to be painted. */
export type Data = Omit<Unpacked, "window"> & {
  bitmap: ImageBitmap;
  window: FilmWindow & Known;
  ranks?: Ranks;
  many?: boolean;
  ordered?: Record<string, DrawnMap[][]>;
};

/** The settings in the browser: see store.js. */
export type State = {
  look: string;
  opacities: Record<string, number>;
  mode: string;
  shows: Record<string, string>;
  chosen: string[] | null;
  page: number;
  sought: string;
  smooth: boolean;
  lossless: boolean;
  oneScale: boolean;
  token: string;
  image: string | null;
  preset: number;
  window: WindowNumbers | null;
  inverted: boolean;
  deep: boolean;
  view: View | null;
  focus: string | null;
  opened: boolean;
  turn: number;
  settled: number;
};

/** A mode, whether words are short, and whether panels have a total, and a bar of it. */
export type Wording = { mode: string; oneScale: boolean; brief: boolean; totals: boolean; bars: boolean };

/** Of a radiograph or a canvas, in its pixels. */
export type Film = { rows: number; columns: number };
export type Size = { width: number; height: number; ratio: number };
export type Box = { width: number; height: number };
export type View = { x: number; y: number; zoom: number };
export type Place = { scale: number; left: number; top: number };
export type Limits = { low: number; high: number; narrowest: number; widest: number };

/** Where each canvas pixel on an axis lies on the grid: see paint.js. */
export type Cells = {
  first: Int32Array;
  second: Int32Array;
  weight: Float32Array;
  start: number;
  stop: number;
  cells: number;
};

/** The picture in the present view, shared by all panels. */
export type Base = {
  image: ImageData;
  pixels: Uint32Array;
  greys: Uint8Array;
  target: ImageData;
  drawn: Uint32Array;
};

export type Kind = "film" | "map" | "heat" | "unknown";
export type Panel = {
  key: string;
  id: string;
  slot: string;
  kind: Kind;
  name: string;
  mark: string;
  map?: DrawnMap;
  source?: Source;
};
export type Section = { label: string; panels: Panel[]; noMaps?: string; legendFirst?: boolean };

/** Which of the classes that could be shown are: `first` is the place of the first of them, `count` how many could. */
export type Page = { slots: Set<string>; first: number; count: number; place: number; last: number };

export type Ranks = { places: Map<string, number>; answers: string[]; noClass: number };

export type Tried = { boxWidth: number; boxHeight: number; lines: number; free: boolean; rows: number };
export type Places = Omit<Tried, "rows">;

/** The elements of a panel: see panel.js. */
export type Parts = {
  root: HTMLElement;
  name: HTMLElement;
  mark: HTMLElement;
  share: HTMLElement;
  canvas: HTMLCanvasElement;
  cross: HTMLElement;
  first: HTMLElement;
  total: HTMLElement;
  bar: HTMLElement;
  second: HTMLElement;
};

/** What Streamlit mounts. */
export type Component = {
  parentElement: HTMLElement;
  data: Uint8Array | null;
  setStateValue: (name: string, value: unknown) => void;
};

declare global {
  interface Window {
    __camdash?: State;
  }
}
