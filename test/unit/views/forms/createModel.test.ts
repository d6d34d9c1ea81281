import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { CreateModel } from '../../../../src/views/webview/create/model';
import { fromCreateForm, type FromCreateForm } from '../../../../src/views/webview/shared/protocol';
import { access, catalogue, draft } from './catalogueOf';

function opened(kept?: unknown): { model: CreateModel; sent: FromCreateForm[]; saved: () => unknown } {
  const sent: FromCreateForm[] = [];
  let state: unknown = kept;
  const model = new CreateModel(
    {
      post: (message) => sent.push(v.parse(fromCreateForm, message)),
      load: (schema) => {
        const parsed = v.safeParse(schema, state);
        return parsed.success ? parsed.output : undefined;
      },
      save: (next) => (state = next),
    },
    () => undefined,
  );
  model.start();
  model.receive({ type: 'init', draft: kept === undefined ? draft : undefined, recipes: [] });
  model.receive({ type: 'names', taken: [] });
  model.receive({ type: 'catalogue', catalogue });
  model.receive({ type: 'access', access });
  return { model, sent, saved: () => state };
}

const submits = (sent: FromCreateForm[]): (FromCreateForm & { type: 'submit' })[] =>
  sent.filter((message) => message.type === 'submit');

describe('the create form', () => {
  it('sends one request however often it is asked, also after the machine was made', () => {
    const { model, sent } = opened();
    for (let times = 0; times < 5; times += 1) model.submit();
    const [submit] = submits(sent);
    expect(submits(sent)).toHaveLength(1);
    const submitId = submit?.submitId ?? '';
    model.receive({ type: 'result', submitId, result: { kind: 'created', id: 'i', name: 'n', message: '' } });
    model.submit();
    expect(submits(sent)).toHaveLength(1);
  });

  it('keeps everything after a refusal, shows the reason at its field, and can be sent again', () => {
    const { model, sent } = opened();
    model.change({ ports: '8888' });
    model.submit();
    model.receive({
      type: 'result',
      submitId: submits(sent)[0]?.submitId ?? '',
      result: {
        kind: 'refused',
        message: 'no',
        problems: [{ field: 'image', message: 'not that one' }],
        noCapacity: false,
      },
    });
    expect(model.problem('image')).toBe('not that one');
    expect(model.draft).toMatchObject({ ports: '8888', name: 'rtx4090-1' });
    model.change({ image: 'ubuntu2204' });
    expect(model.problem('image')).toBeUndefined();
    model.submit();
    expect(submits(sent)).toHaveLength(2);
  });

  it('is not sent with something wrong, and says so only then or where one has been', () => {
    const { model, sent } = opened();
    model.change({ vcpus: '7' });
    expect(model.problem('vcpus')).toBeUndefined();
    model.submit();
    expect(submits(sent)).toHaveLength(0);
    expect(model.problem('vcpus')).toBeDefined();
  });

  it('takes the next place with one call', () => {
    const { model, sent } = opened();
    const [next] = model.alternatives();
    expect(next?.place.id).toBe('dear');
    if (next) model.tryAt(next.place);
    expect(submits(sent)[0]?.draft.placeId).toBe('dear');
  });

  it('offers a cheaper place where there is one with room', () => {
    const { model } = opened();
    expect(model.cheaper()).toBeUndefined();
    model.change({ placeId: 'dear' });
    expect(model.cheaper()).toMatchObject({ place: { id: 'cheap' } });
    expect(model.cheaper()?.saves).toBeCloseTo(0.0196, 6);
  });

  it('lets the name follow the GPU until one is typed', () => {
    const { model } = opened();
    model.receive({ type: 'names', taken: ['rtx4090-1'] });
    expect(model.draft.name).toBe('rtx4090-2');
    model.change({ gpuModel: 'l4-pcie-24gb' });
    expect(model.draft.name).toBe('l4-1');
    model.change({ name: 'mine', nameTyped: true });
    model.change({ gpuModel: draft.gpuModel });
    expect(model.draft.name).toBe('mine');
  });

  it('refuses the name of a machine that is there', () => {
    const { model, sent } = opened();
    model.change({ name: 'Mine', nameTyped: true });
    model.receive({ type: 'names', taken: ['mine'] });
    model.submit();
    expect(submits(sent)).toHaveLength(0);
    expect(model.problem('name')).toBeDefined();
  });

  it('moves to a place that has the GPU when another is chosen', () => {
    const { model } = opened();
    model.change({ placeId: 'dear' });
    model.change({ gpuModel: 'l4-pcie-24gb' });
    expect(model.draft.placeId).toBe('cheap');
    model.change({ gpuModel: '', placeKind: 'hostnode' });
    expect(model.draft.placeId).toBe('host');
  });

  it('finds itself as it was left, but for the password', () => {
    const first = opened();
    first.model.change({ vcpus: '12', image: 'windows10' });
    first.model.setPassword('Very secret 123');
    first.model.submit();
    expect(submits(first.sent)[0]?.password).toBe('Very secret 123');
    expect(JSON.stringify(first.saved())).not.toContain('Very secret');
    const second = opened(first.saved());
    expect(second.model.draft.vcpus).toBe('12');
    expect(second.model.password).toBe('');
    expect(second.sent[0]).toEqual({ type: 'ready', restored: true });
  });

  it('takes ids by hand while nothing is listed', () => {
    const { model, sent } = opened();
    model.receive({ type: 'catalogue', catalogue: { loading: false, at: 2, locations: [], hostnodes: [] } });
    model.change({ gpuModel: 'some-gpu', placeId: 'some-place' });
    model.submit();
    expect(submits(sent)[0]?.draft).toMatchObject({ gpuModel: 'some-gpu', placeId: 'some-place' });
  });
});
