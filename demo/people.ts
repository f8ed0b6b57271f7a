import { pick, type Random, seededRandom } from '#simulator/random.ts';

/** A fictional person; the phone number is from a range reserved for fiction. */
export interface Person {
  firstName: string;
  lastName: string;
  company: string;
  /** From a domain that is never assigned. */
  email: string;
  /** E.164. */
  phone: string;
  /** IANA; null: the zone follows from the number. */
  timeZone: string | null;
}

const FIRST_NAMES = [
  'Ada',
  'Ben',
  'Carla',
  'Dmitri',
  'Elena',
  'Farid',
  'Greta',
  'Hugo',
  'Ines',
  'Jonas',
  'Keiko',
  'Liam',
  'Mara',
  'Nadia',
  'Omar',
  'Paula',
  'Quinn',
  'Rosa',
  'Sven',
  'Tara',
  'Umar',
  'Vera',
  'Wendell',
  'Ximena',
  'Yusuf',
  'Zoe',
];
const LAST_NAMES = [
  'Abbott',
  'Brandt',
  'Castillo',
  'Dorsey',
  'Eklund',
  'Farrow',
  'Grange',
  'Holloway',
  'Ibarra',
  'Jansen',
  'Kessler',
  'Lindqvist',
  'Moreau',
  'Novak',
  'Okafor',
  'Pruitt',
  'Quigley',
  'Rourke',
  'Santoro',
  'Thackeray',
  'Varga',
  'Whitlock',
];
const COMPANIES = [
  'Alder & Finch',
  'Bluewater Dental',
  'Copperline Foods',
  'Driftwood Interiors',
  'Evergreen Logistics',
  'Foxglove Studio',
  'Granite Peak Roofing',
  'Harvest Table',
  'Ironbridge Supply',
  'Juniper Books',
];

const AREA_CODES: Readonly<Record<string, readonly string[]>> = {
  'America/New_York': [
    '212',
    '305',
    '404',
    '617',
    '202',
    '215',
    '704',
    '216',
    '919',
    '412',
    '803',
    '804',
    '718',
  ],
  'America/Chicago': [
    '312',
    '214',
    '713',
    '504',
    '612',
    '414',
    '816',
    '901',
    '205',
    '402',
    '405',
    '512',
    '210',
  ],
  'America/Denver': ['303', '505', '801', '406', '307', '720'],
  'America/Phoenix': ['602', '480', '520'],
  'America/Los_Angeles': ['213', '415', '206', '503', '702', '619', '916', '408'],
  'America/Anchorage': ['907'],
  'Pacific/Honolulu': ['808'],
  'America/Toronto': ['416', '514', '613'],
  'America/Winnipeg': ['204'],
  'America/Edmonton': ['403', '780'],
  'America/Vancouver': ['604'],
  'America/Halifax': ['902'],
};

const AREAS = Object.entries(AREA_CODES).flatMap(([timeZone, codes]) =>
  codes.map((code) => ({ code, timeZone })),
);
const NUMBERS_PER_AREA = 100;
const ABROAD_EVERY = 12;
const ZONE_GIVEN_EVERY = 9;

/**
 * Fictional people with distinct numbers, deterministic by seed. Most are spread over North America's zones;
 * one in twelve lives in the United Kingdom or Australia. Sources of the numbers: NANP 555-01XX, and Ofcom's
 * and ACMA's ranges for drama.
 */
export function makePeople({ count, seed }: { count: number; seed: number }): Person[] {
  const random = seededRandom('demo people', seed);
  const home = shuffled(random, NUMBERS_PER_AREA * AREAS.length);
  const abroad = shuffled(random, BRITISH_MOBILES + LONDON + AUSTRALIAN.length);
  return Array.from({ length: count }, (_, index) => {
    const foreign = index % ABROAD_EVERY === ABROAD_EVERY - 1 ? abroad.pop() : undefined;
    const place = foreign === undefined ? northAmerican(home.pop() ?? 0) : abroadNumber(foreign);
    const firstName = pick(random, FIRST_NAMES);
    const lastName = pick(random, LAST_NAMES);
    return {
      firstName,
      lastName,
      company: pick(random, COMPANIES),
      email: `${firstName}.${lastName}@people.example`.toLowerCase(),
      phone: place.phone,
      timeZone: index % ZONE_GIVEN_EVERY === 0 ? place.timeZone : null,
    };
  });
}

interface Place {
  phone: string;
  timeZone: string;
}

function northAmerican(index: number): Place {
  const area = AREAS[index % AREAS.length] ?? { code: '212', timeZone: 'America/New_York' };
  const line = String(Math.floor(index / AREAS.length)).padStart(2, '0');
  return { phone: `+1${area.code}55501${line}`, timeZone: area.timeZone };
}

const BRITISH_MOBILES = 1_000;
const LONDON = 1_000;
const AUSTRALIAN = ['570006', '570110', '570156', '570157', '570158', '570159', '570313', '570737'];

function abroadNumber(index: number): Place {
  const digits = (value: number) => String(value).padStart(3, '0');
  if (index < BRITISH_MOBILES) return { phone: `+447700900${digits(index)}`, timeZone: 'Europe/London' };
  const second = index - BRITISH_MOBILES;
  if (second < LONDON) return { phone: `+442079460${digits(second)}`, timeZone: 'Europe/London' };
  return { phone: `+61491${AUSTRALIAN[second - LONDON] ?? '570006'}`, timeZone: 'Australia/Sydney' };
}

function shuffled(random: Random, length: number): number[] {
  const items = Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other] ?? 0, items[last] ?? 0];
  }
  return items;
}

/** Rows that every import refuses, to show its errors; the last one repeats the first person. */
export const BAD_ROWS = 4;

/** The list as CSV, with `BAD_ROWS` extra rows. */
export function peopleCsv(people: readonly Person[]): string {
  const rows = people.map((person) => [
    person.firstName,
    person.lastName,
    spaced(person.phone),
    person.email,
    person.company,
    person.timeZone ?? '',
  ]);
  const bad = [
    ['Nora', 'Nonumber', '', '', 'Missing Lines', ''],
    ['Wilma', 'Wordy', 'call the front desk', '', 'Typed Freely', ''],
    ['Max', 'Martian', '+1 212-555-0100', '', 'Olympus', 'Mars/Olympus_Mons'],
    rows[0] ?? [],
  ];
  const header = ['First name', 'Last name', 'Phone', 'Email', 'Company', 'Time zone'];
  return [header, ...rows, ...bad].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function spaced(phone: string): string {
  return phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1-$2-$3');
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
