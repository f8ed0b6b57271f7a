import { decode, encode } from 'fast-png';
import pixelmatch from 'pixelmatch';

/** Four bytes a point: red, green, blue, and an opacity that is always full. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
}

/** How many points of a screenshot make one of a kept picture, across and down. */
const SHRINK = 4;
/** Colours are kept in so many steps: a kept picture has half the bytes, and nobody sees it. */
const COLOUR_STEP = 8;
/** From 0 to 1; so much may a point be another colour. */
const SAME_COLOUR = 0.16;

/** A side of the squares in which differing points are counted: a button, or some words. */
const TILE = 12;
const RED: [number, number, number] = [255, 0, 0];

/** Reads a PNG of 8 bits, with opacity or without. */
export function readPng(png: Uint8Array): Picture {
  return shrunk(png, 1);
}

/**
 * Reads a screenshot as a smaller picture, each of its points the mean of `SHRINK` by `SHRINK`. How the edges of
 * letters are smoothed, which differs from browser to browser, is lost in it; where things stand and their colours are
 * not.
 */
export function readScreenshot(png: Uint8Array): Picture {
  return shrunk(png, SHRINK);
}

function shrunk(png: Uint8Array, by: number): Picture {
  const { width: fullWidth, height: fullHeight, channels, data } = decode(png);
  if (channels !== 3 && channels !== 4) throw new Error(`A picture has ${channels} channels.`);
  const width = Math.floor(fullWidth / by);
  const height = Math.floor(fullHeight / by);
  const sums = new Uint32Array(width * height * 3);
  for (let y = 0; y < height * by; y += 1) {
    const row = Math.floor(y / by) * width;
    for (let x = 0; x < width * by; x += 1) {
      const from = (y * fullWidth + x) * channels;
      const to = (row + Math.floor(x / by)) * 3;
      sums[to] = (sums[to] ?? 0) + (data[from] ?? 0);
      sums[to + 1] = (sums[to + 1] ?? 0) + (data[from + 1] ?? 0);
      sums[to + 2] = (sums[to + 2] ?? 0) + (data[from + 2] ?? 0);
    }
  }
  const out = new Uint8Array(width * height * 4).fill(255);
  for (const [index, sum] of sums.entries()) {
    const stepped = Math.round(sum / (by * by) / COLOUR_STEP) * COLOUR_STEP;
    out[Math.floor(index / 3) * 4 + (index % 3)] = Math.min(255, stepped);
  }
  return { width, height, data: out };
}

/** As a PNG without opacity. */
export function writePng({ width, height, data }: Picture): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  for (let point = 0; point < width * height; point += 1) {
    for (let channel = 0; channel < 3; channel += 1)
      out[point * 3 + channel] = data[point * 4 + channel] ?? 0;
  }
  return encode({ width, height, data: out, channels: 3, depth: 8 });
}

/**
 * So much may differ of a picture, and of one tile of it: letters that another release of the browser draws otherwise,
 * or something that stands a pixel lower. A button of another colour, a line that is gone or a card that has moved are
 * more than that.
 */
const MOST_DIFFERING = 0.005;
const MOST_IN_TILE = 0.15;

/** How two pictures differ. */
export interface Difference {
  /** Of all points, from 0 to 1. */
  share: number;
  /** Of the points of that tile in which most differ, from 0 to 1. */
  worstTile: number;
  /** The one, pale, with the points that differ in red. */
  marked: Picture;
}

/** Of unlike sizes every point differs. */
export function compare(one: Picture, other: Picture): Difference {
  const { width, height } = one;
  if (width !== other.width || height !== other.height) return { share: 1, worstTile: 1, marked: other };
  const data = new Uint8Array(width * height * 4);
  // Smoothed edges are lost already: what looks like one here is a letter.
  const options = { threshold: SAME_COLOUR, includeAA: true, diffColor: RED };
  const differing = pixelmatch(one.data, other.data, data, width, height, options);
  const marked = { width, height, data };
  return { share: differing / (width * height), worstTile: worstTileOf(marked), marked };
}

/** Whether somebody who looks at both would see no difference. */
export function isAlike({ share, worstTile }: Difference): boolean {
  return share <= MOST_DIFFERING && worstTile <= MOST_IN_TILE;
}

/** What is pale is grey, so that only what differs is red. */
function worstTileOf({ width, height, data }: Picture): number {
  const across = Math.ceil(width / TILE);
  const tiles = new Uint32Array(across * Math.ceil(height / TILE));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * 4;
      if (data[from] !== RED[0] || data[from + 1] !== RED[1]) continue;
      const tile = Math.floor(y / TILE) * across + Math.floor(x / TILE);
      tiles[tile] = (tiles[tile] ?? 0) + 1;
    }
  }
  return Math.max(...tiles) / (TILE * TILE);
}
