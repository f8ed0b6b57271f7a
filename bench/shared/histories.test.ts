import { describe, expect, test } from 'vitest';
import { costOfRun, type HistoryEvent, perLead, sumOfCosts } from './histories.ts';

const event = (type: string, attributes: object = {}): HistoryEvent => ({
  [`${type}EventAttributes`]: attributes,
});

const startedByParent = event('workflowExecutionStarted', { parentWorkflowExecution: { workflowId: 'c' } });

describe('billed actions', () => {
  test('a lead that is called once: its start is billed with its parent', () => {
    const { actionsByType, actions, events } = costOfRun({
      events: [
        startedByParent,
        event('workflowTaskScheduled'),
        event('activityTaskScheduled'),
        event('activityTaskStarted', { attempt: 1 }),
        event('activityTaskCompleted'),
        event('timerStarted'),
        event('workflowExecutionSignaled'),
        event('timerCanceled'),
        event('activityTaskStarted', { attempt: 1 }),
        event('upsertWorkflowSearchAttributes', { searchAttributes: { indexedFields: { State: {} } } }),
        event('workflowExecutionCompleted'),
      ],
    });
    expect(actionsByType).toEqual({
      ActivityTaskStarted: 2,
      TimerStarted: 1,
      WorkflowExecutionSignaled: 1,
      UpsertWorkflowSearchAttributes: 1,
    });
    expect([actions, events]).toEqual([5, 11]);
  });

  test('starts by a client and continuations are one, children two at their parent', () => {
    const cost = (events: HistoryEvent[]) => costOfRun({ events }).actions;
    expect(cost([event('workflowExecutionStarted')])).toBe(1);
    expect(cost([event('workflowExecutionStarted', { continuedExecutionRunId: 'r' })])).toBe(1);
    expect(cost([event('startChildWorkflowExecutionInitiated')])).toBe(2);
    expect(cost([event('childWorkflowExecutionStarted')])).toBe(0);
  });

  test('every attempt of an activity counts, even without an event', () => {
    expect(costOfRun({ events: [event('activityTaskStarted', { attempt: 4 })] }).actions).toBe(4);
  });

  test('markers of one task count once, and the record of versions is free', () => {
    const marker = (task: number) => event('markerRecorded', { workflowTaskCompletedEventId: task });
    expect(costOfRun({ events: [marker(4), marker(4), marker(9)] }).actions).toBe(2);
    const indexedFields = { TemporalChangeVersion: {} };
    const versions = event('upsertWorkflowSearchAttributes', { searchAttributes: { indexedFields } });
    expect(costOfRun({ events: [versions] }).actions).toBe(0);
  });
});

test('costs add up over workflows', () => {
  const one = costOfRun({ events: [startedByParent, event('timerStarted')] });
  const sum = sumOfCosts([one, one, one]);
  expect(sum).toMatchObject({ workflows: 3, runs: 3, events: 6, actions: 3 });
  expect(sum.byType).toEqual({ WorkflowExecutionStarted: 3, TimerStarted: 3 });
  expect(one.byType.TimerStarted).toBe(1);
});

test('counts a lead, the most frequent first', () => {
  expect(Object.entries(perLead({ TimerStarted: 1, WorkflowTaskStarted: 8 }, 3))).toEqual([
    ['WorkflowTaskStarted', 2.667],
    ['TimerStarted', 0.333],
  ]);
});
