import { beforeEach, expect, test, vi } from 'vitest';
import type { BudgetBreach } from '../../../../src/instances/operations/budgetGate';
import type { RunningOperation } from '../../../../src/instances/operations/operations';
import { askBeyondBudget, describeBreach } from '../../../../src/views/notifications/budgetQuestion';
import { resetWindow, window } from '../../fakeVscode';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

beforeEach(resetWindow);

const breach = (changes: Partial<BudgetBreach>): BudgetBreach => ({
  kind: 'hourly',
  limit: 1,
  amount: 1.25,
  isAtLeast: false,
  ...changes,
});

test.each([
  [{}, 'Your running instances would cost $1.25/hr together, $0.25/hr more than your limit of $1.00/hr.'],
  [
    { isAtLeast: true },
    'Your running instances would cost at least $1.25/hr together, $0.25/hr more than your limit of $1.00/hr.',
  ],
  [
    { amount: 0.5, isAtLeast: true },
    'Your running instances would cost at least $0.50/hr together. Not every rate is known, so your limit of $1.00/hr may be exceeded.',
  ],
  [
    { kind: 'daily', limit: 5, amount: 5.2 },
    'You’ve spent $5.20 today, $0.20 more than your daily budget of $5.00.',
  ],
  [{ kind: 'daily', limit: 5, amount: 5 }, 'You’ve spent your daily budget of $5.00.'],
  [
    { kind: 'monthly', limit: 100, amount: 120, isAtLeast: true },
    'You’ve spent at least $120.00 this month, $20.00 more than your monthly budget of $100.00.',
  ],
] as const)('a limit says what it is, and by how much: %j', (changes, text) => {
  expect(describeBreach(breach(changes))).toBe(text);
});

test.each([
  [0, 'proceed'],
  [undefined, 'discard'],
] as const)('the answer %s means %s', async (answer, expected) => {
  window.answer = answer;
  const answers = { proceed: vi.fn(), discard: vi.fn() };
  const record = { kind: 'create', name: '[x](command:evil) $(stop)' };
  const operation = { record } as RunningOperation;
  await askBeyondBudget({ kind: 'budget', operation, breaches: [breach({})], ...answers });
  expect(answers[expected]).toHaveBeenCalledOnce();
  expect(answers.proceed.mock.calls.length + answers.discard.mock.calls.length).toBe(1);
  expect(window.texts.join('\n')).toContain('Create Anyway');
  expect(window.texts.join('\n')).not.toMatch(/\]\(|\$\(/);
});
