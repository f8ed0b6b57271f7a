import { expect, test } from 'vitest';
import { kindOfTransaction, shapeOfStatement } from './transactions.ts';

test('a transaction is named by what it wrote', () => {
  expect(kindOfTransaction(['begin', 'insert into "decisions" ("id") values ($1)', 'commit'])).toBe('gate');
  expect(kindOfTransaction(['update "calls" set "concluded_at" = $1, "next_step" = $2'])).toBe('conclude');
  expect(kindOfTransaction(['select pg_advisory_xact_lock($1)', 'update "calls" set "status" = $1'])).toBe(
    'record placed',
  );
  expect(kindOfTransaction(['select pg_advisory_xact_lock($1)', 'insert into "webhook_events" ("id")'])).toBe(
    'webhook',
  );
  expect(kindOfTransaction(['update "leads" set "state" = $1'])).toBe('other');
});

test('statements of one shape fall together', () => {
  expect(shapeOfStatement('select * from "leads" where "id" = $1 for update')).toBe('select leads (lock)');
  expect(shapeOfStatement('select "phone" from "leads" where "id" = $1')).toBe('select leads');
  expect(shapeOfStatement('insert into "calls" ("id") values ($1) returning *')).toBe('insert calls');
  expect(shapeOfStatement('update "campaigns" set "next_pace_at" = $1')).toBe('update campaigns');
  expect(shapeOfStatement('  with alive as (select 1)\n select 2')).toBe('gate counts');
  expect(shapeOfStatement('commit')).toBe('commit');
});
