import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { CreateModel } from '../../../../../src/views/webview/create/model';
import { commonPresets } from '../../../../../src/views/webview/create/commonPresets';
import {
  fromCreateForm,
  type FromCreateForm,
  type Progress,
  type Result,
} from '../../../../../src/views/webview/shared/protocol';
import { access, catalog, draft } from '../../forms/catalogFixtures';

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
  model.receive({ type: 'catalog', catalog });
  model.receive({ type: 'access', access });
  return { model, sent, saved: () => state };
}

const progress: Progress = {
  submitId: 's',
  key: 'k',
  name: 'rtx4090-1',
  summary: '',
  windows: false,
  startedAt: 0,
  done: [],
  message: '',
};

const submits = (sent: FromCreateForm[]): (FromCreateForm & { type: 'submit' })[] =>
  sent.filter((message) => message.type === 'submit');

describe('the create form', () => {
  it('has what was seen at locations, whatever their IDs are', () => {
    const { model } = opened();
    expect(model.hints.get('constructor')).toBeUndefined();
    model.receive({ type: 'hints', hints: { here: '3 of 3 starts worked here' } });
    expect([...model.hints]).toEqual([['here', '3 of 3 starts worked here']]);
  });

  it('sends one request no matter how often it is submitted, even after the instance was created', () => {
    const { model, sent } = opened();
    for (let times = 0; times < 5; times += 1) model.submit();
    const [submit] = submits(sent);
    expect(submits(sent)).toHaveLength(1);
    const submitId = submit?.submitId ?? '';
    model.receive({ type: 'result', submitId, result: { kind: 'created', id: 'i', name: 'n', message: '' } });
    model.submit();
    expect(submits(sent)).toHaveLength(1);
  });

  it('keeps everything after a refusal, shows the reason at its field, and can be submitted again', () => {
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

  it('offers no second create as if nothing had happened while the first may have succeeded', () => {
    const { model, sent } = opened();
    model.submit();
    const submitId = submits(sent)[0]?.submitId ?? '';
    const unknown: Result = { kind: 'unknown', name: 'rtx4090-1', message: 'unclear', candidates: [] };
    model.receive({ type: 'result', submitId, result: unknown });
    model.change({ vcpus: '12' });
    expect(model.isOutcomeUnknown).toBe(true);
    model.submit();
    expect(submits(sent)).toHaveLength(1);
    const again = sent.find((message) => message.type === 'createAgain');
    expect(again).toMatchObject({ draft: { vcpus: '12' } });
    // The person declines: the outcome is as unknown as before.
    model.receive({ type: 'result', submitId: again?.submitId ?? '', result: unknown });
    expect(model.pending).toBeUndefined();
    expect(model.isOutcomeUnknown).toBe(true);
  });

  it('is not sent while a field is invalid, and shows the problem only after a submit or a visit', () => {
    const { model, sent } = opened();
    model.change({ vcpus: '7' });
    expect(model.problem('vcpus')).toBeUndefined();
    model.submit();
    expect(submits(sent)).toHaveLength(0);
    expect(model.problem('vcpus')).toBeDefined();
  });

  it('shows the create as a page, where no field has a problem, and goes on to the next instance', () => {
    const { model, sent } = opened();
    model.submit();
    const submitId = submits(sent)[0]?.submitId ?? '';
    model.receive({ type: 'progress', progress: { ...progress, submitId } });
    model.receive({ type: 'result', submitId, result: { kind: 'created', id: 'i', name: 'n', message: '' } });
    model.receive({ type: 'names', taken: ['rtx4090-1'] });
    expect(model.showsProgress).toBe(true);
    model.createAnother();
    expect(sent.at(-1)).toEqual({ type: 'createAnother' });
    expect(model.showsProgress).toBe(false);
    expect(model.problem('name')).toBeUndefined();
    expect(model.draft.name).toBe('rtx4090-2');
  });

  it('keeps the progress over a reload, and returns to the form after a refusal', () => {
    const first = opened();
    first.model.receive({ type: 'progress', progress });
    const { model, sent } = opened(first.saved());
    expect(sent[0]).toMatchObject({ type: 'ready', progress: { key: 'k' } });
    expect(model.showsProgress).toBe(true);
    const refused: Result = { kind: 'refused', message: 'no', problems: [], noCapacity: false };
    model.receive({ type: 'result', submitId: 's', result: refused });
    expect(model.showsProgress).toBe(false);
    expect(model.draft).toEqual(first.model.draft);
  });

  it('chooses an image with a driver for a GPU until the person chooses one', () => {
    const { model } = opened();
    const images = ['ubuntu2404', 'ubuntu2404_nvidia_570', 'ubuntu2404_ml_pytorch', 'windows10'];
    model.receive({ type: 'images', images });
    expect(model.draft.image).toBe('ubuntu2404_ml_pytorch');
    model.change({ gpuModel: '', placementKind: 'hostnode' });
    expect(model.draft.image).toBe('ubuntu2404');
    model.change({ image: 'windows10', imageChosen: true });
    model.change({ gpuModel: draft.gpuModel, placementKind: 'location' });
    expect(model.draft.image).toBe('windows10');
  });

  it('keeps a GPU and a location that are taken meanwhile', () => {
    const { model } = opened();
    const without = (ids: readonly string[]): typeof catalog => ({
      ...catalog,
      locations: catalog.locations.map((location) => ({
        ...location,
        gpus: location.gpus.filter(({ model: id }) => id !== draft.gpuModel || !ids.includes(location.id)),
      })),
    });
    model.receive({ type: 'catalog', catalog: without(['cheap']) });
    expect(model.draft).toMatchObject({ gpuModel: draft.gpuModel, placementId: 'cheap' });
    expect(model.availability.isPlacementTaken(model.draft, model.catalog)).toBe(true);
    expect(model.alternatives()[0]?.placement.id).toBe('dear');
    model.receive({ type: 'catalog', catalog: without(['cheap', 'dear', 'small']) });
    expect(model.draft).toMatchObject({ gpuModel: draft.gpuModel, placementId: 'cheap' });
    model.receive({ type: 'catalog', catalog });
    expect(model.placement()?.id).toBe('cheap');
  });

  it('fills in common presets with what is available', () => {
    const { model } = opened();
    model.receive({ type: 'images', images: ['ubuntu2404', 'ubuntu2404_ml_pytorch'] });
    const presets = commonPresets(model.catalog, model.images);
    const use = (label: string): void => {
      const preset = presets.find((each) => each.label === label);
      if (preset) model.fill(preset.apply(model.draft));
    };
    use('CPU Only');
    expect(model.draft).toMatchObject({ gpuModel: '', placementId: 'host', image: 'ubuntu2404' });
    use('Cheapest GPU with 24 GB');
    expect(model.draft).toMatchObject({ gpuModel: draft.gpuModel, image: 'ubuntu2404_ml_pytorch' });
    use('PyTorch on an RTX 4090');
    expect(model.draft).toMatchObject({ gpuModel: draft.gpuModel, placementId: 'cheap', vcpus: '8' });
    expect(model.problems()).toEqual([]);
  });

  it('takes the next placement with one call', () => {
    const { model, sent } = opened();
    const [next] = model.alternatives();
    expect(next?.placement.id).toBe('dear');
    if (next) model.retryAt(next.placement);
    expect(submits(sent)[0]?.draft.placementId).toBe('dear');
  });

  it('offers a cheaper placement where there is one with room', () => {
    const { model } = opened();
    expect(model.cheaper()).toBeUndefined();
    model.change({ placementId: 'dear' });
    expect(model.cheaper()).toMatchObject({ placement: { id: 'cheap' } });
    expect(model.cheaper()?.saves).toBeCloseTo(0.0196, 6);
  });

  it('follows the GPU with the name until one is typed', () => {
    const { model } = opened();
    model.receive({ type: 'names', taken: ['rtx4090-1'] });
    expect(model.draft.name).toBe('rtx4090-2');
    model.change({ gpuModel: 'l4-pcie-24gb' });
    expect(model.draft.name).toBe('l4-1');
    model.change({ name: 'mine', nameTyped: true });
    model.change({ gpuModel: draft.gpuModel });
    expect(model.draft.name).toBe('mine');
  });

  it('refuses the name of an existing instance', () => {
    const { model, sent } = opened();
    model.change({ name: 'Mine', nameTyped: true });
    model.receive({ type: 'names', taken: ['mine'] });
    model.submit();
    expect(submits(sent)).toHaveLength(0);
    expect(model.problem('name')).toBeDefined();
  });

  it('moves to a placement that has the GPU when another is chosen', () => {
    const { model } = opened();
    model.change({ placementId: 'dear' });
    model.change({ gpuModel: 'l4-pcie-24gb' });
    expect(model.draft.placementId).toBe('cheap');
    model.change({ gpuModel: '', placementKind: 'hostnode' });
    expect(model.draft.placementId).toBe('host');
  });

  it('restores its contents except for the password', () => {
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

  it('accepts typed IDs while nothing is listed', () => {
    const { model, sent } = opened();
    model.receive({ type: 'catalog', catalog: { loading: false, at: 2, locations: [], hostnodes: [] } });
    model.change({ gpuModel: 'some-gpu', placementId: 'some-place' });
    model.submit();
    expect(submits(sent)[0]?.draft).toMatchObject({ gpuModel: 'some-gpu', placementId: 'some-place' });
  });
});
