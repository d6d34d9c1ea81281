import { silentLogger } from '../../../../src/base/logger';
import type { Clock } from '../../../../src/base/clock';
import { describe, expect, it, vi } from 'vitest';
import { NotFoundError, ServiceError } from '../../../../src/api/errors';
import { CatalogFeed } from '../../../../src/views/forms/catalogFeed';

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
}));

describe('the catalog of open forms', () => {
  function feed(locations: () => Promise<never[]>): {
    feed: CatalogFeed;
    pass: () => void;
    asked: () => number;
  } {
    let asked = 0;
    let due: (() => void) | undefined;
    let now = 0;
    const clock: Clock = {
      now: () => now,
      after: (ms, callback) => {
        due = () => {
          now += ms;
          callback();
        };
        return { dispose: () => (due = undefined) };
      },
    };
    const made = new CatalogFeed(
      () => ({
        listLocations: async () => {
          asked += 1;
          return locations();
        },
        listHostnodes: async () => {
          throw new NotFoundError('no such call');
        },
      }),
      clock,
      silentLogger,
    );
    return { feed: made, pass: () => due?.(), asked: () => asked };
  }

  it('is requested only while a form is visible', async () => {
    const { feed: made, pass, asked } = feed(async () => []);
    const form = {};
    expect(asked()).toBe(0);
    made.setVisible(form, true);
    await made.refresh();
    expect(asked()).toBe(1);
    pass();
    await made.refresh();
    expect(asked()).toBe(2);
    made.setVisible(form, false);
    pass();
    expect(asked()).toBe(2);
    made.dispose();
  });

  it('treats a missing endpoint as an empty list, and keeps the last list if the service fails', async () => {
    let fail = false;
    const { feed: made } = feed(async () => {
      if (fail) throw new ServiceError('service-down', 'TensorDock is down.');
      return [];
    });
    await made.refresh();
    expect(made.state).toMatchObject({ loading: false, hostnodes: [], error: undefined });
    fail = true;
    await made.refresh();
    expect(made.state.error).toBe('TensorDock is down.');
  });
});
