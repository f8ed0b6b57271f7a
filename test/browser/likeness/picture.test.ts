import { expect, test } from 'vitest';
import { compare, isAlike, type Picture, readPng, readScreenshot, writePng } from './picture.ts';

const SIDE = 96;

/** A grey square with one of another colour in it, that begins so far from its left and upper edges. */
function squareAt(start: number, colour: number): Picture {
  const data = new Uint8Array(SIDE * SIDE * 4).fill(255);
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const isInside = x >= start && x < start + 40 && y >= start && y < start + 40;
      data.fill(isInside ? colour : 200, (y * SIDE + x) * 4, (y * SIDE + x) * 4 + 3);
    }
  }
  return { width: SIDE, height: SIDE, data };
}

const seen = (picture: Picture) => readScreenshot(writePng(picture));

test('a picture is read as it was written', () => {
  const picture = squareAt(24, 40);
  expect(readPng(writePng(picture))).toEqual(picture);
});

test('a screenshot is read at a quarter of its size, and what is kept of it is the same', () => {
  const screenshot = seen(squareAt(24, 40));
  expect(screenshot).toMatchObject({ width: SIDE / 4, height: SIDE / 4 });
  expect(compare(readPng(writePng(screenshot)), screenshot)).toMatchObject({ share: 0, worstTile: 0 });
});

test('what moves by a tenth of itself or has another colour is unlike, a shade lighter is alike', () => {
  const before = seen(squareAt(24, 40));
  expect(isAlike(compare(before, seen(squareAt(28, 40))))).toBe(false);
  expect(isAlike(compare(before, seen(squareAt(24, 140))))).toBe(false);
  expect(isAlike(compare(before, seen(squareAt(24, 48))))).toBe(true);
});

test('pictures of unlike sizes are unlike', () => {
  const large = squareAt(24, 40);
  expect(compare(large, seen(large))).toMatchObject({ share: 1, worstTile: 1 });
});
